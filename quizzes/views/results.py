"""The result: passed or not yet, what to study, and of the marking what its moment allows."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.cache import never_cache
from wagtail.models import Page

from accounts.requests import OwnRequest
from core.access import visible
from enrollments.models import Enrollment
from quizzes import grading
from quizzes.models import Attempt, AttemptItem
from quizzes.questions import question_type
from quizzes.questions.base import CORRECT
from quizzes.questions.freezing import in_language
from quizzes.questions.html import inline
from quizzes.rules import review as matrix
from quizzes.rules.words import moment_in_words, study_in_words
from quizzes.services import QuizStanding, quiz_standing, settle
from quizzes.views.paper import points_in_words


@dataclass(frozen=True)
class ReviewedItem:
    """One question in the review, with only what may be seen now."""

    position: int
    text: SafeString
    points: str
    answer: list[str]
    state: str = ""
    state_kind: str = ""
    remarks: list[str] = field(default_factory=list)
    right_answer: list[str] = field(default_factory=list)
    general: SafeString | str = ""


@never_cache
@login_required
def review(request: OwnRequest, uuid: UUID) -> HttpResponse:
    """The learner's own result. The marking is shown from the moment that the quiz names, not before."""
    rows = visible(request.user, "review", Attempt.objects.filter(uuid=uuid))
    studies = Enrollment.objects.active().filter(pk=OuterRef("enrollment"))
    rows = rows.annotate(has_access=Exists(studies)).select_related("enrollment__user", "quiz", "quiz_version")
    mine = rows.first()
    if mine is None:
        raise Http404
    now = timezone.now()
    found = settle(attempt=mine, at=now)
    if found.is_open:
        return redirect("attempt", uuid=found.uuid)
    standing = quiz_standing(
        quiz=found.quiz, version=found.quiz_version, enrollment=found.enrollment, at=now, starting=False
    )
    shown = matrix.shown(found.quiz_version.settings["review_policy"], moments(standing))
    items = list(_paper(found, with_key=bool(shown & {matrix.REMARK, matrix.RIGHT_ANSWER, matrix.GENERAL})))
    context = {
        "attempt": found,
        "quiz": found.quiz,
        "result": result_in_words(found, standing, items, shown, now),
        "may_start": standing.may_start(now),
        "lessons": _lessons(items) if not found.passed else [],
        # The result stays one's own; the questions belong to the course and are read with access to it.
        "items": [_reviewed(item, shown) for item in items] if mine.has_access and shown - {matrix.SCORE} else [],
    }
    return render(request, "quizzes/review.html", context)


def moments(standing: QuizStanding) -> list[str]:
    """The moments that have come for somebody who has handed in."""
    reached = [matrix.AFTER_ITEM, matrix.AFTER_SUBMIT]
    if standing.passed or (standing.tries_left == 0 and standing.open_attempt is None):
        reached.append(matrix.AFTER_PASS_OR_LAST)
    if standing.closed:
        reached.append(matrix.AFTER_CLOSE)
    return reached


def result_in_words(
    attempt: Attempt, standing: QuizStanding, items: list[AttemptItem], shown: frozenset[str], now: datetime
) -> dict[str, str]:
    """Kind, word and sentence of the verdict (LOOK.md section 6)."""
    if attempt.state == Attempt.State.AWAITING_HUMAN:
        return {
            "kind": "note",
            "word": "Handed in",
            "sentence": "Part of it is being graded by a person. We write to you.",
        }
    if attempt.state not in Attempt.FINISHED:
        return {"kind": "note", "word": attempt.get_state_display(), "sentence": "This try does not count."}
    needed = attempt.quiz_version.settings["pass_mark"]
    score = (
        f": {grading.percent(attempt.score_m or 0, attempt.max_m)}%, {needed} needed." if matrix.SCORE in shown else "."
    )
    if attempt.passed:
        return {"kind": "good", "word": f"Passed{score}", "sentence": "This unit is done." if standing.passed else ""}
    if attempt.critical_failed:
        topics = sorted({item.version.topic for item in items if item.critical_failed and item.version.topic})
        about = f" about {' and '.join(topics)}" if topics else ""
        reason = f"An answer{about} would not have been safe. One such answer decides, whatever the score. "
        return {"kind": "care", "word": "Not yet.", "sentence": reason + _next_step(attempt, standing, items, now)}
    return {"kind": "care", "word": f"Not yet{score}", "sentence": _next_step(attempt, standing, items, now)}


def _next_step(attempt: Attempt, standing: QuizStanding, items: list[AttemptItem], now: datetime) -> str:
    lessons = len({item.version.study_key for item in items if item.version.study_key and _missed(item)})
    study = f"{study_in_words(lessons)}; " if lessons else ""
    if standing.closed:
        step = "the quiz is closed."
    elif standing.tries_left == 0:
        step = "this was the last try. Write to your instructor."
    elif standing.next_at and standing.next_at > now:
        step = f"next try {moment_in_words(standing.next_at, now, attempt.enrollment.user.zone)}."
    else:
        step = "you can try again now."
    return study + step if study else step.capitalize()


def _missed(item: AttemptItem) -> bool:
    return item.grade_state != CORRECT


def _paper(attempt: Attempt, *, with_key: bool) -> Any:
    items = attempt.items.select_related("version").order_by("position")
    return items if with_key else items.defer("version__key")


def _lessons(items: list[AttemptItem]) -> list[Page]:
    """What to read again, in the order of the course."""
    keys = {item.version.study_key for item in items if item.version.study_key and _missed(item)}
    return list(Page.objects.filter(translation_key__in=keys, live=True).order_by("path")) if keys else []


def _reviewed(item: AttemptItem, shown: frozenset[str]) -> ReviewedItem:
    version = item.version
    public = in_language(version.public, settings.LANGUAGE_CODE)
    kept = question_type(version.kind)
    extra: dict[str, Any] = {}
    if matrix.RIGHT_WRONG in shown:
        kinds = {"correct": "good", "partial": "care", "needs_human": "note"}
        extra |= {"state": item.get_grade_state_display(), "state_kind": kinds.get(item.grade_state, "")}
    if shown & {matrix.REMARK, matrix.GENERAL, matrix.RIGHT_ANSWER}:
        extra |= _feedback(item, shown)
    return ReviewedItem(
        position=item.position,
        text=mark_safe(inline(public["stem"])),  # noqa: S308 - cleaned when the version was frozen
        points=points_in_words(item.points_m),
        answer=kept.in_words(public, item.answer),
        **extra,
    )


def _feedback(item: AttemptItem, shown: frozenset[str]) -> dict[str, Any]:
    """Remarks, the general word and the right answer, each only if its moment has come."""
    version = item.version
    public, kept = in_language(version.public, settings.LANGUAGE_CODE), question_type(version.kind)
    texts = in_language(version.key["feedback"], settings.LANGUAGE_CODE)
    refs = grading.grade(version.kind, public, version.key, item.answer, None).feedback_refs
    found: dict[str, Any] = {}
    if matrix.REMARK in shown:
        found["remarks"] = [texts[ref] for ref in refs if ref != "general" and ref in texts]
    if matrix.GENERAL in shown:
        found["general"] = mark_safe(texts.get("general", ""))  # noqa: S308 - cleaned when the version was frozen
    if matrix.RIGHT_ANSWER in shown and item.grade_state != CORRECT:
        found["right_answer"] = kept.in_words(public, kept.best_answer(public, version.key))
    return found
