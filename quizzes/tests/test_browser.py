"""The paper in a real Chromium: each answer is saved as it is given, and a lost connection loses nothing."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect

from courses.tests.factories import make_course, make_user
from quizzes.models import Attempt
from quizzes.services import start_attempt

from . import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]


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
