"""Questions that lessons show for practice, and those that an exam may ask."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db.models import OuterRef, Subquery
from wagtail.models import Page, ReferenceIndex

from courses.models import LessonPage
from quizzes.models.cases import parts_by_question
from quizzes.models.quiz import EXAM
from quizzes.questions.case import Case

if TYPE_CHECKING:
    from quizzes.models.quiz import QuizVersion

BLOCK = "practice"


def questions_in(lesson: LessonPage) -> list[int]:
    """The questions that this state of the lesson shows."""
    values = [block["value"] for block in lesson.body.raw_data if block["type"] == BLOCK]
    return [int(value["question"]) for value in values if value.get("question")]


def lessons_with(questions: Iterable[int]) -> list[tuple[LessonPage, set[int]]]:
    """Live lessons that show any of these questions now, each with those that it shows."""
    wanted = set(questions)
    if not wanted:
        return []
    named = ReferenceIndex.objects.filter(
        base_content_type=ContentType.objects.get_for_model(Page),
        to_content_type=ContentType.objects.get_for_model(apps.get_model("quizzes", "Question")),
        to_object_id__in=[str(pk) for pk in wanted],
    )
    lessons = LessonPage.objects.live().filter(pk__in={int(pk) for pk in named.values_list("object_id", flat=True)})
    found = [(lesson, wanted.intersection(questions_in(lesson))) for lesson in lessons]
    return [(lesson, shown) for lesson, shown in found if shown]


def asked_in_exams(question: Any) -> bool:
    """Whether the newest version of a published exam asks this question, draws from a pool with it, or asks its case.

    In whichever course: a question of the school can be asked in several.
    """
    versions = apps.get_model("quizzes", "QuizVersion")._default_manager
    newest = versions.filter(quiz=OuterRef("quiz")).order_by("-number").values("pk")[:1]
    cases = type(question).objects.filter(bank=question.bank_id, kind=Case.kind).values_list("pk", flat=True)
    wanted = {question.pk, *(case for case, parts in parts_by_question(cases).items() if question.pk in parts)}
    return any(
        version.terms["mode"] == EXAM and _may_ask(version, wanted)
        for version in versions.filter(pk=Subquery(newest), quiz__live=True)
    )


def _may_ask(version: QuizVersion, wanted: set[int]) -> bool:
    return any(slot.get("question") in wanted or wanted.intersection(slot.get("pool", ())) for slot in version.slots)
