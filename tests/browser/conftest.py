"""A real Chromium that also listens for what a page says to its console."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.conftest import PASSWORD, World

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def open_page(browser: Browser, world: World) -> Iterator[Callable[..., Page]]:
    """`open_page(javascript=False)`: a phone. Complaints of a page (scripts, policy) fail the test at its end."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def make(*, javascript: bool = True, size: dict[str, int] = PHONE) -> Page:
        context = browser.new_context(java_script_enabled=javascript, viewport=size, base_url=world.url)
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda said: complaints.append(f"{page.url}: {said.text}") if said.type == "error" else None)
        return page

    yield make
    for context in contexts:
        context.close()
    expected = ("status of 404", "status of 422", "status of 429")  # answers that a test asks for on purpose
    assert [one for one in complaints if not any(words in one for words in expected)] == []


def log_in(page: Page, email: str, password: str = PASSWORD) -> None:
    """By the form, like anybody."""
    page.goto("/accounts/login/")
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", password)
    page.click("main button[type=submit]")
    page.wait_for_url(lambda url: "/accounts/login" not in url)
