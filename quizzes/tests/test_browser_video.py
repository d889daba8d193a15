"""A question about a recording in a real Chromium: the time is taken from the player, narrow and in the dark."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from courses.models import LessonPage
from courses.tests.factories import make_course, make_user, publish
from quizzes.services import course_bank, import_question

from . import factories
from .test_browser_pictures import STANDARD, logged_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.xdist_group("browser"),
]


def test_the_time_is_taken_from_the_player(browser: Browser, live_server: Any) -> None:
    course = make_course("Resting hands")
    question = import_question(bank=course_bank(course=course), spec=factories.about_a_recording())
    lesson = LessonPage.objects.descendant_of(course).first()
    block = {"type": "practice", "value": {"question": question.pk}}
    lesson.body = lesson.body.stream_block.to_python([*(dict(one) for one in lesson.body.raw_data), block])
    publish(lesson)
    person = make_user("learner@example.com")
    factories.make_enrollment(person, course)
    context = logged_in(browser, live_server.url, person, viewport={"width": 320, "height": 900}, color_scheme="dark")
    page = context.new_page()
    page.goto(lesson.url)
    page.get_by_role("link", name="Try this question").click()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth") is True
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": STANDARD}}).response["violations"]
    assert [one["id"] for one in found] == []
    page.evaluate("document.querySelector('video').currentTime = 83.24")
    page.get_by_role("button", name="Take the time from the player").press("Enter")
    expect(page.get_by_label("Time, like 1:23 or 83.2")).to_have_value("83.2")
    page.get_by_label("hands off").check()
    page.get_by_role("button", name="Answer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Right")
    context.close()
