"""A question that a lesson lets its readers try: asked as it is now, explained at once, stored nowhere.

What an exam may ask is not explained, and neither is what the reader has before them in an open attempt.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from wagtail.models import Page

from courses.models import LessonPage
from enrollments.standing import course_id_above
from quizzes import grading
from quizzes.models import Attempt, AttemptItem, Question, QuestionVersion
from quizzes.models.practised import asked_in_exams, questions_in
from quizzes.questions import question_type
from quizzes.questions.base import AnswerError, Json, Result
from quizzes.questions.freezing import in_language
from quizzes.rules.drawing import option_order
from quizzes.services.checking import BY_PEOPLE

ASKED_ELSEWHERE = "This question is asked in a quiz of this course, so it is not explained here."
ASKED_NOW = "This question is part of a quiz that you have begun. Hand it in first."


class PracticeRefused(Exception):
    """The answer cannot be marked; the message says why. ``answer`` is what a conversation has come to so far."""

    def __init__(self, reason: str, answer: Json = None) -> None:
        super().__init__(reason)
        self.answer = answer


def question_of(lesson: LessonPage, question_id: int) -> QuestionVersion | None:
    """The newest version of a question that this lesson shows, if it can be tried at all."""
    if question_id not in questions_in(lesson):
        return None
    question = Question.objects.filter(pk=question_id, live=True).select_related("bank").first()
    if question is None or question_problems(lesson, question):
        return None
    return question.versions.select_related("question").order_by("-number").first()


def question_problems(lesson: Page, question: Question) -> list[str]:
    """Why a lesson cannot show this question. Without its title: its bank may be one that the author does not see."""
    if question.bank.course_id not in (None, course_id_above(lesson)):
        return ["A practice question belongs to another course. Choose one of this course's banks."]
    if not question.live or not question.versions.exists():
        return ["A practice question is not published."]
    if not question_type(question.kind).asks or question.kind == BY_PEOPLE:
        return ["A practice question cannot be marked at once. Choose one of another kind."]
    return []


def practice_problems(page: Page) -> list[str]:
    """Why a lesson must not be published with the practice questions that it shows."""
    if not isinstance(page, LessonPage):
        return []
    found: list[str] = []
    for question in Question.objects.filter(pk__in=questions_in(page)).select_related("bank"):
        reasons = question_problems(page, question)
        if not reasons and asked_in_exams(question):
            reasons = ["A practice question may be asked in an exam, and would be explained here. Choose another."]
        found += reasons
    return found


def kept_back(*, version: QuestionVersion, user: Any) -> str:
    """Why the question is not shown to this person now; empty where it is."""
    if asked_in_exams(version.question):
        return ASKED_ELSEWHERE
    if not user.is_authenticated:
        return ""
    theirs = AttemptItem.objects.filter(attempt__enrollment__user=user, attempt__state__in=Attempt.OPEN)
    return ASKED_NOW if theirs.filter(version__question=version.question_id).exists() else ""


def item_to_try(*, version: QuestionVersion, answer: Json = None) -> AttemptItem:
    """The question as a paper would hold it, in memory only, with the options in the same order for all."""
    kept = question_type(version.kind)
    public = in_language(version.public, settings.LANGUAGE_CODE)
    order = option_order(hashlib.sha256(version.sha256.encode()).digest(), str(version.pk), kept.options(public))
    order = kept.settled_order(version.key, order) if kept.starts_wrong else order
    return AttemptItem(position=1, version=version, answer=answer, points_m=0, option_order=order)


def judge_practice(*, version: QuestionVersion, fields: Mapping[str, Sequence[str]]) -> tuple[Json, Result]:
    """The answer that was sent, and what it would earn."""
    public, kept = in_language(version.public, settings.LANGUAGE_CODE), question_type(version.kind)
    try:
        answer = kept.clean(public, kept.answer_from_form(fields))
    except AnswerError as refusal:
        raise PracticeRefused(str(refusal)) from refusal
    if answer is None:
        raise PracticeRefused("Choose or write an answer first.")
    if kept.shown(public, answer, ()).get("waiting"):
        raise PracticeRefused("", answer)
    return answer, grading.grade(version.kind, public, version.key, answer, None)
