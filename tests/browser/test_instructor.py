"""An instructor writes a lesson and a quiz in the back office, and a learner takes them."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from courses.models import CourseEdition, ModulePage
from tests.browser.conftest import log_in
from tests.browser.steps import take_quiz
from tests.conftest import World

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.xdist_group("browser"),
]
FREE = "/courses/introduction-to-craniosacral-touch/"


def test_an_instructor_writes_a_lesson_and_a_quiz_and_a_learner_takes_them(
    world: World, open_page: Callable[..., Page]
) -> None:
    """Everything by the buttons that an instructor finds, from the start page on."""
    desk = open_page(size={"width": 1280, "height": 1000})
    log_in(desk, "instructor2@example.com")
    expect(desk).to_have_url(re.compile("/admin/"))
    _write_lesson(desk)
    _write_question(desk)
    _write_quiz(desk)
    module = ModulePage.objects.get(slug="first-steps")
    newest = CourseEdition.objects.filter(course=module.get_parent().specific).first()
    assert newest is not None
    assert [unit["title"] for unit in newest.units()][-2:] == ["Soft spots", "Soft spots: one question"]

    learner = open_page()
    log_in(learner, "learner@example.com")
    learner.goto(FREE)
    learner.click(".price-box button >> nth=0")
    learner.goto(f"{FREE}first-steps/soft-spots/")
    expect(learner.locator("main")).to_contain_text("A soft spot is where the plates have not met yet.")
    learner.goto(f"{FREE}first-steps/soft-spots-one-question/")
    take_quiz(learner, right=True)
    expect(learner.locator("main")).to_contain_text("Passed: 100%")


def _write_lesson(desk: Page) -> None:
    _open_module(desk)
    desk.get_by_role("link", name="Add a lesson").first.click()
    desk.fill("#id_title", "Soft spots")
    _add_block(desk.locator("[data-contentpath=body]"), desk, "Text")
    _write(desk, "A soft spot is where the plates have not met yet.")
    _publish(desk)


def _write_question(desk: Page) -> None:
    desk.goto("/admin/snippets/quizzes/question/add/?kind=true_false")
    desk.fill("#id_title", "Soft spots in adults")
    desk.select_option("select[name=bank]", label="An honest introduction to craniosacral touch")
    _write(desk, "A grown skull has soft spots.")
    desk.select_option("select[name=body-0-value-answer]", "false")
    _publish(desk)


def _write_quiz(desk: Page) -> None:
    _open_module(desk)
    desk.get_by_role("link", name="Add a quiz").first.click()
    desk.fill("#id_title", "Soft spots: one question")
    desk.click("#id_sections-0-slots-ADD")
    desk.get_by_role("button", name="Choose question").click()
    desk.locator(".modal").get_by_role("link", name="Soft spots in adults").click()
    expect(desk.locator("[data-chooser-title]").first).to_have_text("Soft spots in adults")
    _publish(desk)


def _open_module(desk: Page) -> None:
    desk.goto("/admin/")
    desk.click("summary:has-text('First steps')")


def _add_block(field: Locator, desk: Page, name: str) -> None:
    field.last.locator("button.c-sf-add-button").first.click()
    desk.get_by_role("option", name=name, exact=True).first.click()


def _write(desk: Page, text: str) -> None:
    editor = desk.locator("[data-contentpath=body] .public-DraftEditor-content").first
    editor.click()
    editor.press_sequentially(text)
    stored = desk.locator("input[name^='body-0-value']").first
    expect(stored).to_have_value(re.compile(re.escape(text)))  # the editor writes it down a moment later


def _publish(desk: Page) -> None:
    desk.locator("footer [data-w-dropdown-target=toggle]").click()
    desk.click("button[name=action-publish]")
    desk.wait_for_load_state()
    expect(desk.locator(".messages .success")).to_contain_text("published")
