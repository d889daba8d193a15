"""What is shown of the marking of one question, each part only when its moment has come."""

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from quizzes import grading
from quizzes.models import AttemptItem, QuestionVersion
from quizzes.questions import question_type
from quizzes.questions.base import CORRECT, Json, Result
from quizzes.questions.freezing import in_language
from quizzes.rules import review as matrix

BADGES = {"correct": "good", "partial": "care", "needs_human": "note"}
WORDS = dict(AttemptItem.GRADE_STATES)


@dataclass(frozen=True)
class Feedback:
    """Right or wrong, remarks, the right answer and the word for everyone: whatever may be seen."""

    state: str = ""
    state_kind: str = ""
    remarks: list[str] = field(default_factory=list)
    right_answer: list[str] = field(default_factory=list)
    general: SafeString | str = ""


def feedback_on(version: QuestionVersion, answer: Json, state: str, shown: frozenset[str]) -> Feedback:
    """The feedback on an answer whose mark has this state; the key is loaded where more is shown than that."""
    found: dict[str, Any] = {}
    if matrix.RIGHT_WRONG in shown:
        found |= {"state": WORDS.get(state, ""), "state_kind": BADGES.get(state, "")}
    if shown & {matrix.REMARK, matrix.GENERAL, matrix.RIGHT_ANSWER}:
        found |= _explained(version, answer, state, shown)
    return Feedback(**found)


def feedback_now(item: AttemptItem, shown: frozenset[str]) -> Feedback:
    """On an answer that is final while its paper is not: marked for the page, stored nowhere."""
    return feedback_on(item.version, item.answer, _result(item.version, item.answer).state, shown)


def _result(version: QuestionVersion, answer: Json) -> Result:
    public = in_language(version.public, settings.LANGUAGE_CODE)
    return grading.grade(version.kind, public, version.key, answer, None)


def _explained(version: QuestionVersion, answer: Json, state: str, shown: frozenset[str]) -> dict[str, Any]:
    public, kept = in_language(version.public, settings.LANGUAGE_CODE), question_type(version.kind)
    texts = in_language(version.key["feedback"], settings.LANGUAGE_CODE)
    found: dict[str, Any] = {}
    if matrix.REMARK in shown:
        refs = _result(version, answer).feedback_refs
        found["remarks"] = [texts[ref] for ref in refs if ref != "general" and ref in texts]
    if matrix.GENERAL in shown:
        found["general"] = mark_safe(texts.get("general", ""))  # noqa: S308 - cleaned when the version was frozen
    if matrix.RIGHT_ANSWER in shown and state != CORRECT:
        found["right_answer"] = kept.in_words(public, kept.best_answer(public, version.key))
    return found
