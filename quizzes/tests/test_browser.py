"""The paper in a real Chromium: each answer is saved as it is given, and a lost connection loses nothing."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
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


@pytest.fixture
def attempt() -> Attempt:
    """A running attempt: a number with a unit, and a choice."""
    quiz = factories.make_quiz(make_course("Resting hands"), factories.number("grams"), factories.choice("one"))
    course = quiz.get_parent().get_parent().specific
    return start_attempt(enrollment=factories.make_enrollment(make_user("learner@example.com"), course), quiz=quiz)


@pytest.fixture
def window(browser: Browser, live_server: Any, attempt: Attempt) -> Iterator[BrowserContext]:
    """The learner's browser on a phone."""
    client = Client()
    client.force_login(attempt.enrollment.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context = browser.new_context(viewport={"width": 390, "height": 844}, base_url=live_server.url)
    context.set_default_timeout(15_000)
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    yield context
    context.close()


def paper(window: BrowserContext, attempt: Attempt) -> Page:
    page = window.new_page()
    page.goto(f"/attempts/{attempt.uuid}/")
    return page


def answers(attempt: Attempt) -> list[Any]:
    return [item.answer for item in attempt.items.order_by("position")]


def test_each_answer_is_saved_as_it_is_given(window: Any, attempt: Any) -> None:
    page = paper(window, attempt)
    page.locator("#q2 input[type=radio]").nth(1).check()
    expect(page.locator("#q2 [data-saved]")).to_contain_text(re.compile("Saved [0-9]"))
    page.locator("#q1-answer select").select_option("g")
    page.locator("#q1-answer input[type=text]").fill("5")
    expect(page.locator("#q1 [data-saved]")).to_contain_text(re.compile("Saved [0-9]"))
    assert answers(attempt) == [{"v": "5", "u": "g"}, {"c": [attempt.items.get(position=2).option_order[1]]}]
    assert page.locator("[data-save-button]:visible").count() == 0


def test_an_answer_given_without_a_connection_is_saved_when_it_is_back(window: Any, attempt: Any) -> None:
    page = paper(window, attempt)
    page.locator("#q1-answer select").select_option("g")
    window.set_offline(True)
    page.locator("#q1-answer input[type=text]").fill("5")
    expect(page.locator("#q1 [data-saved]")).to_contain_text("Not saved: no connection. Your answer is still here.")
    assert answers(attempt)[0] is None
    window.set_offline(False)
    expect(page.locator("#q1 [data-saved]")).to_contain_text(re.compile("Saved [0-9]"))
    assert answers(attempt)[0] == {"v": "5", "u": "g"}


def test_an_older_window_does_not_overwrite_a_newer_answer(window: Any, attempt: Any) -> None:
    older, newer = paper(window, attempt), paper(window, attempt)
    for page, option in ((newer, 0), (older, 1)):
        with page.expect_response("**/save/"):
            page.locator("#q2 input[type=radio]").nth(option).check()
    expect(older.locator("#q2 [data-saved]")).to_contain_text("Another window holds a newer answer.")
    assert answers(attempt)[1] == {"c": [attempt.items.get(position=2).option_order[0]]}
    assert attempt.events.filter(kind="stale").count() == 1


def log_out(attempt: Attempt) -> None:
    """The log-in ends while the page is open."""
    Session.objects.all().delete()


def test_after_logging_in_again_what_was_typed_has_gone_through(window: Any, attempt: Any) -> None:
    page = paper(window, attempt)
    log_out(attempt)
    page.locator("#q1-answer select").select_option("g")
    page.locator("#q1-answer input[type=text]").fill("5")
    page.locator("#q1").get_by_role("button", name="Log in and save").click()
    page.wait_for_url("**/accounts/login/**")
    page.fill("input[name=login]", attempt.enrollment.user.email)
    page.fill("input[name=password]", "still-point-demo")
    page.locator("main form button[type=submit]").first.click()
    page.get_by_text(re.compile("What you typed at .* was saved")).first.wait_for()
    assert page.url.endswith(f"/attempts/{attempt.uuid}/")
    assert answers(attempt)[0] == {"v": "5", "u": "g"}


def test_an_older_window_leads_to_both_answers_and_the_chosen_one_counts(window: Any, attempt: Any) -> None:
    older, newer = paper(window, attempt), paper(window, attempt)
    for page, option in ((newer, 0), (older, 1)):
        with page.expect_response("**/save/"):
            page.locator("#q2 input[type=radio]").nth(option).check()
    older.get_by_role("button", name="Compare the two answers").click()
    older.get_by_role("heading", name="Two answers: which one counts?").wait_for()
    assert Axe().run(older).violations_count == 0
    older.locator("#q2-answer input[type=radio]").nth(2).check()
    older.get_by_role("button", name="Save and go on").click()
    older.wait_for_url(f"**/attempts/{attempt.uuid}/#q2")
    assert answers(attempt)[1] == {"c": [attempt.items.get(position=2).option_order[2]]}


def test_a_checked_answer_shows_its_feedback_in_place(window: Any, attempt: Any) -> None:
    policy = {"after_item": ["right_wrong"], "after_submit": ["score"]}
    terms = {**attempt.quiz_version.settings, "mode": "practice", "certainty": True, "review_policy": policy}
    with connection.cursor() as cursor:
        cursor.execute("UPDATE quizzes_quizversion SET settings = %s", [json.dumps(terms)])
    page = paper(window, attempt)
    page.locator("#q2-answer input[type=radio]").first.check()
    page.locator("#q2").get_by_role("button", name="Check this answer").click()
    expect(page.locator("#q2-feedback")).to_contain_text("This answer is final now.")
    expect(page.locator("#q2-feedback")).to_be_focused()
    expect(page.locator("#q2-answer")).to_have_attribute("disabled", "")
    assert Axe().run(page).violations_count == 0
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") == 320
