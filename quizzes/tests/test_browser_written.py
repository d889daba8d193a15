"""Matching, ordering, cloze, short text and reasons in a real Chromium: by keyboard, without a script, by axe."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect

from courses.tests.factories import make_course, make_user
from quizzes.models import Attempt
from quizzes.questions import question_type
from quizzes.services import start_attempt

from . import factories

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.xdist_group("browser"),
]

KINDS = ("ordering", "matching", "cloze", "short_text", "true_false")


@pytest.fixture
def attempt() -> Attempt:
    """A running attempt with the sample of each of these kinds."""
    asked = [{"id": kind, "kind": kind, **question_type(kind).sample} for kind in KINDS]
    quiz = factories.make_quiz(make_course("Resting hands"), *asked)
    course = quiz.get_parent().get_parent().specific
    return start_attempt(enrollment=factories.make_enrollment(make_user("learner@example.com"), course), quiz=quiz)


@pytest.fixture
def open_paper(browser: Browser, live_server: Any, attempt: Attempt) -> Iterator[Callable[..., Page]]:
    """`open_paper(java_script_enabled=False)`: the learner's paper; complaints of the page fail the test."""
    client = Client()
    client.force_login(attempt.enrollment.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def make(width: int = 390, **more: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 844}, base_url=live_server.url, **more)
        context.set_default_timeout(15_000)
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.goto(f"/attempts/{attempt.uuid}/")
        return page

    yield make
    for context in contexts:
        context.close()
    assert complaints == []


def answer(attempt: Attempt, position: int) -> Any:
    return attempt.items.get(position=position).answer


def saved(page: Page, position: int) -> None:
    expect(page.locator(f"#q{position} [data-saved]")).to_contain_text(re.compile("Saved [0-9]"))


def test_items_are_moved_by_keyboard_and_each_move_is_said(open_paper: Any, attempt: Any) -> None:
    page = open_paper()
    order = attempt.items.get(position=1).option_order
    down = page.locator("#q1 [data-move='1']").first
    down.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#q1 [data-moves]")).to_have_text("Moved to place 2 of 4")
    expect(down).not_to_be_focused()  # the first button of the list is another item's now
    expect(page.locator("#q1 [data-move='1']").nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#q1 [data-moves]")).to_have_text("Moved to place 3 of 4")
    saved(page, 1)
    page.wait_for_load_state("networkidle")
    assert answer(attempt, 1) == {"o": [order[1], order[2], order[0], order[3]]}
    assert page.locator("#q1 select:visible").count() == 0
    assert page.locator("#q1 [data-keep]:visible").count() == 0


def test_the_order_that_is_shown_can_be_kept(open_paper: Any, attempt: Any) -> None:
    page = open_paper()
    page.locator("#q1 [data-keep]").click()
    saved(page, 1)
    assert answer(attempt, 1) == {"o": attempt.items.get(position=1).option_order}


def test_every_kind_is_answered_without_a_script(open_paper: Any, attempt: Any) -> None:
    page = open_paper(java_script_enabled=False)
    places = page.locator("#q1 select")
    assert places.count() == page.locator("#q1 select:visible").count() == 4
    for number, place in enumerate(("2", "2", "1", "")):
        places.nth(number).select_option(place)
    for number in range(4):
        page.locator("#q2 select").nth(number).select_option(index=number + 1)
    page.locator("#q3 select").select_option(label="foramen magnum")
    page.get_by_label("Gap 2 of 3").fill("two")
    page.get_by_label("Gap 3 of 3").fill("arachnoid")
    page.get_by_label("Your answer").fill("dura mater")
    page.locator("#q5").get_by_label("False").check()
    page.locator("#q5 .reasons input").first.check()
    page.locator("button[name=go][value=q1]").click()
    page.wait_for_load_state()
    order = attempt.items.get(position=1).option_order
    assert answer(attempt, 1) == {"o": [order[2], sorted(order[:2])]}
    assert len(answer(attempt, 2)["m"]) == 4
    assert sorted(answer(attempt, 3)["g"].values())[1:] == ["arachnoid", "two"]
    assert answer(attempt, 4) == {"t": "dura mater"}
    assert answer(attempt, 5) == {"c": ["false"], "why": attempt.items.get(position=5).option_order[0]}
    told = [page.locator(f"#q{number} .errorlist").all_inner_texts() for number in range(1, 6)]
    assert told == [
        ["Two items cannot share a place: 2. Saved as it is; give each one its own."],
        [],
        ["We cannot read gap 2 as a number. Write it like 2.5."],
        [],
        [],
    ]
    chosen = page.locator("#q1 select").evaluate_all("all => all.map(one => one.value)")
    assert chosen == ["2", "2", "1", ""]


@pytest.mark.parametrize("more", [{}, {"color_scheme": "dark"}, {"java_script_enabled": False}])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(open_paper: Any, more: Any) -> None:
    page = open_paper(320, **more)
    if more.get("java_script_enabled", True):
        violations = Axe().run(page).response["violations"]
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in violations] == []
    widths = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert widths[0] == widths[1]
