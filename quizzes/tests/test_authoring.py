"""Writing questions: banks, publishing, versions, lint, and seeding from the content format."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import ProtectedError

from core.publishing import PublishRefused
from courses.models import ModulePage
from courses.tests.factories import make_module
from library.models import Figure
from quizzes.models import Question, QuestionBank, QuestionVersion, QuizPage, QuizSection, QuizSlot, QuizVersion, Tag
from quizzes.questions import question_type
from quizzes.services import (
    build_quiz,
    freeze_missed,
    import_question,
    publish_question,
    quiz_problems,
    start_attempt,
    submit_attempt,
)

from . import factories, specs

CONTENT = Path(__file__).resolve().parents[2] / "demo" / "content"
FIGURES = Path(settings.BASE_DIR) / "static/figures"


def bank(course: Any = None) -> Any:
    return QuestionBank.objects.create(name="Bank", course=course)


def write(in_bank: Any, *options: Any, **more: Any) -> Any:
    raw = specs.choice_raw(*(options or (specs.option("a", correct=True), specs.option("b"))), **more)
    return Question.objects.create(
        bank=in_bank, title="One", live=False, body=[{"type": "single_choice", "value": raw, "id": "form"}]
    )


def test_publishing_makes_a_version_and_publishing_the_same_again_makes_none(db: Any) -> None:
    question = write(bank())
    first = publish_question(question=question)
    question.refresh_from_db()
    assert publish_question(question=question) == first
    question.body[0].value["stem"].source = "<p>Another?</p>"
    second = publish_question(question=question, change="key")
    assert [(version.number, version.change) for version in question.versions.order_by("number")] == [
        (1, "content"), (2, "key"),
    ]  # fmt: skip
    assert second.public["en-us"]["stem"] == "<p>Another?</p>"


def test_option_ids_survive_edit_and_publish(db: Any) -> None:
    question = write(bank())
    first = publish_question(question=question)
    edited = Question.objects.get(pk=question.pk)
    edited.body[0].value["options"][0]["text"] = "Changed"
    second = publish_question(question=edited)
    ids = [[option["id"] for option in version.public["en-us"]["options"]] for version in (first, second)]
    assert ids == [["a", "b"], ["a", "b"]]


def test_a_question_without_a_key_stays_a_draft(db: Any) -> None:
    question = write(bank(), specs.option("a"), specs.option("b"))
    with pytest.raises(PublishRefused, match="no option is marked as right"):
        publish_question(question=question)
    with pytest.raises(PublishRefused):
        question.save_revision().publish()
    assert (question.versions.count(), Question.objects.get(pk=question.pk).live) == (0, False)


def test_stored_items_without_ids_are_refused(db: Any) -> None:
    question = write(bank())
    raw = specs.choice_raw(specs.option("a", correct=True), {"type": "item", "value": {"text": "b"}})
    body = json.dumps([{"type": "single_choice", "value": raw, "id": "form"}])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE quizzes_question SET body = %s WHERE id = %s", [body, question.pk])
    assert Question.objects.get(pk=question.pk).problems() == [
        "Options: an item has no lasting id. Save the question again before it is published."
    ]


def test_versions_are_never_changed(db: Any) -> None:
    version = publish_question(question=write(bank()))
    for change in (version.save, version.delete, QuestionVersion.objects.all().delete):
        with pytest.raises(ValidationError):
            change()
    with pytest.raises(ValidationError):
        QuestionVersion.objects.update(number=7)


def test_importing_twice_changes_nothing(course: Any) -> None:
    in_bank, spec = bank(course), factories.choice("one", tags=["anatomy/dura"], study="lesson-1-1")
    first = import_question(bank=in_bank, spec=spec)
    again = import_question(bank=in_bank, spec=spec)
    assert (again.pk, again.versions.count(), again.last_published_at) == (first.pk, 1, first.last_published_at)
    assert (first.study.title, [tag.slug for tag in first.tags.all()]) == ("Lesson 1.1", ["anatomy/dura"])


def test_a_changed_import_is_a_new_version_with_the_same_ids(course: Any) -> None:
    in_bank, spec = bank(course), factories.choice("one")
    import_question(bank=in_bank, spec=spec)
    question = import_question(bank=in_bank, spec={**spec, "feedback": "Because."})
    newer, older = question.versions.order_by("-number")
    assert (newer.number, newer.public == older.public, newer.sha256 == older.sha256) == (2, True, False)


def test_an_import_that_could_not_be_asked_says_which_and_why(course: Any) -> None:
    with pytest.raises(PublishRefused, match="broken: Mark the right answer"):
        import_question(bank=bank(course), spec=factories.choice("broken", right=9))
    assert Question.objects.count() == 0


def test_building_a_quiz_twice_changes_nothing(course: Any) -> None:
    spec = {"title": "Quiz", "slug": "quiz", "pass_mark": 80, "question": factories.every_kind()}
    module = ModulePage.objects.child_of(course).first()
    first = build_quiz(module=module, spec=spec)
    stored = [list(model.objects.order_by("pk").values()) for model in (QuizVersion, QuizSlot, QuestionVersion)]
    again = build_quiz(module=module, spec=spec)
    assert (again.pk, again.live_revision_id) == (first.pk, first.live_revision_id)
    assert stored == [list(model.objects.order_by("pk").values()) for model in (QuizVersion, QuizSlot, QuestionVersion)]
    assert [len(stored[0]), len(stored[2])] == [1, len(spec["question"])]


def test_publishing_a_quiz_again_keeps_the_places_of_its_questions(make_quiz: Any) -> None:
    quiz = make_quiz(factories.choice(), factories.choice())
    before = [slot["uid"] for slot in quiz.versions.get().slots]
    quiz.pass_mark = 90
    quiz.save_revision().publish()
    newest = quiz.versions.order_by("-number").first()
    assert (newest.number, [slot["uid"] for slot in newest.slots]) == (2, before)


def test_a_version_that_a_crash_lost_is_made_by_the_sweep(course: Any) -> None:
    in_bank = bank(course)
    question = write(in_bank)
    Question.objects.filter(pk=question.pk).update(live=True, last_published_at=question.first_published_at)
    assert question.versions.count() == 0
    freeze_missed()
    assert question.versions.count() == 1


def draft_quiz(course: Any, *slots: Any) -> Any:
    module = ModulePage.objects.child_of(course).first()
    page = QuizPage(title="Draft", slug="draft", live=False, sections=[QuizSection(slots=list(slots))])
    module.add_child(instance=page)
    return page


def test_a_quiz_without_questions_is_not_published(course: Any) -> None:
    assert quiz_problems(draft_quiz(course)) == ["Add at least one question to the quiz."]


def test_a_quiz_with_an_unpublished_question_is_not_published(course: Any) -> None:
    page = draft_quiz(course, QuizSlot(question=write(bank(course))))
    assert quiz_problems(page) == ['The question "One" is not published.']
    with pytest.raises(PublishRefused):
        page.save_revision().publish()


def test_a_drawing_needs_enough_questions_even_after_the_others_drew(course: Any) -> None:
    in_bank = bank(course)
    for number in range(3):
        import_question(bank=in_bank, spec=factories.choice(f"q{number}", tags=["anatomy/dura"]))
    tag = Tag.objects.get(slug="anatomy/dura")
    two = draft_quiz(course, QuizSlot(bank=in_bank, tags=[tag], count=3, sort_order=1))
    assert quiz_problems(two) == []
    QuizSlot.objects.create(section=QuizSection.objects.get(quiz=two), bank=in_bank, count=1, sort_order=2)
    assert quiz_problems(QuizPage.objects.get(pk=two.pk)) == [
        "1 questions from the bank are to be drawn, but only 0 are published and not drawn already."
    ]


def test_a_draw_prefers_what_the_learner_has_not_seen_and_survives_a_shrunken_bank(
    course: Any, enrollment: Any
) -> None:
    in_bank = bank(course)
    for number in range(4):
        import_question(bank=in_bank, spec=factories.choice(f"q{number}"))
    page = draft_quiz(course, QuizSlot(bank=in_bank, count=2))
    page.save_revision().publish()
    quiz = QuizPage.objects.get(pk=page.pk)
    first = start_attempt(enrollment=enrollment, quiz=quiz)
    submit_attempt(attempt=first)
    second = start_attempt(enrollment=enrollment, quiz=quiz)
    submit_attempt(attempt=second)
    papers = [
        {item.version.question_id for item in attempt.items.select_related("version")} for attempt in (first, second)
    ]
    assert (len(papers[0]), len(papers[1]), papers[0] & papers[1]) == (2, 2, set())
    Question.objects.all().update(live=False)
    assert start_attempt(enrollment=enrollment, quiz=quiz).items.count() == 2


def test_a_quiz_that_nobody_took_goes_with_its_module_and_one_that_was_taken_stays(
    course: Any, enrollment: Any
) -> None:
    quiz = factories.make_quiz(course, factories.choice())
    start_attempt(enrollment=enrollment, quiz=quiz)
    assert quiz.has_records() is True
    with pytest.raises(ProtectedError):
        quiz.delete()
    other = make_module(course, "Another")
    untaken = build_quiz(
        module=other, spec={"title": "Q", "slug": "q", "pass_mark": 80, "question": [factories.choice()]}
    )
    assert untaken.attempts.exists() is False
    ModulePage.objects.get(pk=other.pk).delete()
    assert QuizPage.objects.get() == quiz


@pytest.mark.parametrize("path", sorted(CONTENT.glob("*/*/quiz.toml")), ids=lambda path: path.parent.name)
def test_the_schools_own_quizzes_can_be_asked(course: Any, path: Any) -> None:
    spec = tomllib.loads(path.read_text())
    for slug in {one["figure"] for one in spec["question"] if "figure" in one}:
        size = re.search(r'width="(\d+)" height="(\d+)"', (FIGURES / f"{slug}.svg").read_text()).groups()
        width, height = (int(number) for number in size)
        Figure.objects.create(slug=slug, title=slug, alt=slug, description=slug, width=width, height=height)
    quiz = build_quiz(module=ModulePage.objects.child_of(course).first(), spec=spec)
    asked = sum(question_type(one["kind"]).asks for one in spec["question"])
    assert (quiz.live, quiz.versions.get().question_count) == (True, asked)


def test_a_figure_that_the_library_lacks_is_named(course: Any) -> None:
    spec = {**factories.choice("pictured"), "figure": "no-such-figure"}
    with pytest.raises(PublishRefused) as refused:
        import_question(bank=QuestionBank.objects.create(name="School"), spec=spec)
    assert refused.value.messages == ['The library has no figure "no-such-figure".']
