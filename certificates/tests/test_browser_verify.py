"""The check in a real Chromium: every state passes axe in light and dark, fits 320 px and one printed page, and a file
is checked without a line of script."""

import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pikepdf
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connection
from playwright.sync_api import Browser, Page, expect

from certificates.models import Certificate
from certificates.rendering import render
from certificates.services.making import verify_url
from certificates.tests.factories import make_person
from certificates.tests.register import UNKNOWN, in_state, issue_for, open_school
from certificates.tests.register import browser as client_of

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.xdist_group("browser"),
]
STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, live_server: Any, settings: Any, tmp_path: Any) -> Iterator[OpenPage]:
    """`open_page(user)`: a phone without scripts, at a school with keys of its own."""
    open_school(settings, tmp_path / "keys")
    settings.SITE_URL, settings.ALLOWED_HOSTS = live_server.url, ["*"]
    contexts = []

    def make(user: Any = None, *, scripts: bool = False) -> Page:
        context = browser.new_context(
            viewport={"width": 390, "height": 844}, base_url=live_server.url, java_script_enabled=scripts
        )
        context.set_default_timeout(20_000)
        contexts.append(context)
        if user:
            session = client_of(user).cookies["sessionid"].value
            context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


def apart(make: Callable[..., Any], *given: Any, **named: Any) -> Any:
    """Made in a thread of its own: a paper is signed in an event loop, and Playwright keeps one in this thread."""

    def work() -> Any:
        try:
            return make(*given, **named)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


def faults(page: Page) -> list[str]:
    """Of axe, in light and dark; and how wide it is on the narrowest phone."""
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        run = Axe().run(page, options={"runOnly": STANDARD, "resultTypes": ["violations"]})
        found += [f"{scheme}: {one['id']}: {one['nodes'][0]['html'][:120]}" for one in run.response["violations"]]
    page.set_viewport_size({"width": 320, "height": 640})
    wide = page.evaluate("document.documentElement.scrollWidth")
    return found if wide <= 320 else [*found, f"{wide} px wide at 320 px"]


def pages_on_paper(page: Page, size: str) -> int:
    pdf = page.pdf(format=size, margin=dict.fromkeys(("top", "bottom", "left", "right"), "12mm"))
    return len(pikepdf.open(io.BytesIO(pdf)).pages)


@pytest.mark.parametrize("state", ["valid", "sample", "revoked", "replaced"])
def test_a_certificate_s_page_is_accessible_and_prints_on_one_page(
    open_page: OpenPage, settings: Any, state: str
) -> None:
    """In light and dark, on the narrowest phone, on Letter and A4."""
    page = open_page(scripts=True)
    certificate = apart(in_state, state, settings, approved=True)
    page.goto(certificate.get_absolute_url())
    assert faults(page) == []
    page.set_viewport_size({"width": 1280, "height": 900})
    assert [pages_on_paper(page, size) for size in ("Letter", "A4")] == [1, 1]


def test_the_other_pages_of_the_check_are_accessible(open_page: OpenPage) -> None:
    """Empty, not understood, unknown, and a doubt without words."""
    page = open_page(scripts=True)
    for path in ("/verify/", "/verify/?number=CST-2026-2O222-22222-2", f"/verify/{UNKNOWN}/"):
        page.goto(path)
        assert (path, faults(page)) == (path, [])


def test_a_doctored_paper_is_exposed_without_scripts(open_page: OpenPage, tmp_path: Any) -> None:
    """Dropped on the plain file field of the first page; the answer and the record stand below each other."""
    page = open_page()
    certificate = apart(issue_for, make_person())
    forged = tmp_path / "forged.pdf"
    forged.write_bytes(render(certificate.facts | {"name": "Eve Other"}, verify_url(certificate.serial)))
    true = tmp_path / "true.pdf"
    true.write_bytes(certificate.read_pdf())
    for path, file, words in (
        ("/verify/", true, "This is the file that we issued"),
        (certificate.get_absolute_url(), forged, "This file is not what we issued"),
    ):
        page.goto(path)
        page.set_input_files("input[type=file]", file)
        page.click("text=Check this file")
        expect(page.locator("#file-word")).to_contain_text(words)
        expect(page.locator("main")).to_contain_text("Ada Lindqvist")


def test_a_doubt_is_written_without_scripts(open_page: OpenPage) -> None:
    """And thanked for, on the same page."""
    page = open_page()
    certificate = apart(issue_for, make_person())
    page.goto(certificate.get_absolute_url())
    page.fill("textarea[name=message]", "The paper says forty hours.")
    page.click("text=Send to the school")
    expect(page.locator("#message")).to_contain_text("Your message is on its way to the school.")
    assert Certificate.objects.get().events.filter(what="doubted").count() == 1


def test_own_certificates_are_accessible_and_shared_without_scripts(open_page: OpenPage, settings: Any) -> None:
    """Valid, replaced and revoked ones in one list, with the log open."""
    old = apart(in_state, "replaced", settings)
    learner = old.learner
    apart(issue_for, learner, "Another Course", approved=True)
    page = open_page(learner)
    page.goto("/my/certificates/")
    page.click("text=Share the files >> nth=0")
    expect(page.locator("main")).to_contain_text("Whoever has the number may download the files.")
    assert Certificate.objects.filter(is_shared=True).count() == 1
    seen = open_page(learner, scripts=True)
    seen.goto("/my/certificates/")
    seen.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    assert faults(seen) == []
