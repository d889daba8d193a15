"""Essay, status sort, dialogue, case and text in a real Chromium: with and without JavaScript, by keyboard, by axe."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect

from courses.tests.factories import make_course, make_user
from quizzes.models import Attempt
from quizzes.services import start_attempt

from . import factories

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.xdist_group("browser"),
]

STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
DIALOGUE, ESSAY, SORT, STORY, PART, NUMBER = 1, 3, 4, 5, 6, 8

Open = Callable[..., Page]


@pytest.fixture
def attempt() -> Attempt:
    """A running attempt with one of each, the dialogue first."""
    specs = [factories.dialogue(), factories.text(), factories.essay(), factories.sorting(), *factories.case()]
    quiz = factories.make_quiz(make_course("Resting hands"), *specs, factories.number())
    course = quiz.get_parent().get_parent().specific
    return start_attempt(enrollment=factories.make_enrollment(make_user("learner@example.com"), course), quiz=quiz)


@pytest.fixture
def open_paper(browser: Browser, live_server: Any, attempt: Attempt) -> Iterator[Open]:
    """The learner's paper in a window of its own, made like this."""
    client = Client()
    client.force_login(attempt.enrollment.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    contexts: list[BrowserContext] = []

    def opened(**made: Any) -> Page:
        context = browser.new_context(**{"viewport": {"width": 390, "height": 844}, **made}, base_url=live_server.url)
        context.set_default_timeout(15_000)
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        contexts.append(context)
        page = context.new_page()
        page.goto(f"/attempts/{attempt.uuid}/")
        return page

    yield opened
    for context in contexts:
        context.close()


def answer(attempt: Attempt, position: int) -> Any:
    return attempt.items.get(position=position).answer


def reply(page: Page, words: str) -> None:
    """Press a reply and wait until the page has come back at the step that follows."""
    with page.expect_navigation():
        page.get_by_role("button", name=words).click()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_dialogue_is_walked_and_the_rest_of_the_paper_is_kept(
    open_paper: Open, attempt: Attempt, scripts: bool
) -> None:
    page = open_paper(java_script_enabled=scripts)
    page.locator(f"#q{ESSAY} textarea").fill("One two\n\nthree")
    page.locator(f"#q{SORT} input[value=taught]").first.check()
    reply(page, "dialogue leading")
    assert page.url.endswith("#q1-now")
    expect(page.locator("#q1-now")).to_contain_text("dialogue stop")
    reply(page, "dialogue we stop")
    expect(page.locator("#q1-now")).to_contain_text("The conversation ends here.")
    expect(page.locator("#q1 .talk-you p")).to_have_text(["dialogue leading", "dialogue we stop"])
    assert len(answer(attempt, DIALOGUE)["b"]) == 2
    assert answer(attempt, ESSAY) == {"h": "One two\n\nthree"}
    assert list(answer(attempt, SORT)["s"].values()) == ["taught"]
    expect(page.locator(f"#q{ESSAY} textarea")).to_have_value("One two\n\nthree")


def test_the_new_step_has_the_focus_and_the_next_tab_is_its_first_reply(open_paper: Open) -> None:
    page = open_paper()
    reply(page, "dialogue open")
    assert page.evaluate("document.activeElement.id") == "q1-now"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "q1-step"


@pytest.mark.parametrize("scripts", [True, False])
def test_enter_in_a_field_says_nothing_to_the_client(open_paper: Open, attempt: Attempt, scripts: bool) -> None:
    page = open_paper(java_script_enabled=scripts)
    field = page.locator(f"#q{NUMBER} input[type=text]")
    field.fill("5")
    with page.expect_navigation():
        field.press("Enter")
    assert (answer(attempt, DIALOGUE), answer(attempt, NUMBER)["v"]) == (None, "5")


def test_an_essay_and_a_status_are_saved_as_they_are_given(open_paper: Open, attempt: Attempt) -> None:
    page = open_paper()
    page.locator(f"#q{SORT} input[value=contested]").last.check()
    expect(page.locator(f"#q{SORT} [data-saved]")).to_contain_text("1 of 3 statements have a status so far.")
    page.locator(f"#q{ESSAY} textarea").fill("because it is theirs")
    expect(page.locator(f"#q{ESSAY} [data-saved]")).to_contain_text("Saved")
    assert answer(attempt, ESSAY) == {"h": "because it is theirs"}


def test_the_way_back_to_the_story_has_the_focus_there(open_paper: Open, attempt: Attempt) -> None:
    page = open_paper()
    page.locator(f"#q{PART}").get_by_role("link", name="Read the case again").click()
    group = attempt.items.get(position=STORY).case_group
    assert page.evaluate("document.activeElement.id") == f"case-{group}"


@pytest.mark.parametrize(
    "made",
    [
        {"color_scheme": "light"},
        {"color_scheme": "dark"},
        {"color_scheme": "light", "viewport": {"width": 1280, "height": 900}},
    ],
)
def test_axe_finds_nothing_before_and_after_a_step(open_paper: Open, made: dict[str, Any]) -> None:
    page = open_paper(**made)
    page.locator("details.rubric summary").click()
    found = [violations(page)]
    reply(page, "dialogue leading")
    found.append(violations(page))
    assert found == [[], []]


def violations(page: Page) -> list[Any]:
    result = Axe().run(page, options={"runOnly": {"type": "tag", "values": [*STANDARD, "best-practice"]}})
    return [(one["id"], [node["target"] for node in one["nodes"]]) for one in result.response["violations"]]


def test_nothing_scrolls_sideways_on_a_narrow_phone(open_paper: Open) -> None:
    page = open_paper(viewport={"width": 320, "height": 640})
    reply(page, "dialogue leading")
    page.locator("details.rubric summary").click()
    assert page.evaluate("document.documentElement.scrollWidth") == 320
