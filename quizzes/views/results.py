"""The result: passed or not yet, what to study, and of the marking what its moment allows."""

from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
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
from quizzes.models.quiz import PRACTICE
from quizzes.questions import question_type
from quizzes.questions.base import CORRECT
from quizzes.questions.freezing import in_language
from quizzes.questions.html import inline
from quizzes.rules import review as matrix
from quizzes.rules.words import moment_in_words, study_in_words
from quizzes.services import QuizStanding, quiz_standing, settle
from quizzes.services.answers import asks_certainty
from quizzes.services.held import note_seen
from quizzes.services.standing import moments
from quizzes.views.calibration import calibration_of, sure_in_words
from quizzes.views.feedback import Feedback, feedback_on
from quizzes.views.marks import said_about, with_marks
from quizzes.views.paper import points_in_words


@dataclass(frozen=True)
class ReviewedItem(Feedback):
    """One question in the review, with only what may be seen now."""

    position: int = 0
    number: int = 0
    asks: bool = True
    text: SafeString | str = ""
    points: str = ""
    answer: list[str] = field(default_factory=list)
    sure: str = ""
    rubric: list[tuple[str, str]] = field(default_factory=list)
    comment: str = ""
    reason: str = ""


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
    note_seen(attempt=found, at=now)
    standing = quiz_standing(
        quiz=found.quiz, version=found.quiz_version, enrollment=found.enrollment, at=now, starting=False
    )
    terms = found.quiz_version.terms
    # A paper without a score has no marking that could be shown.
    shown = matrix.shown(terms["review_policy"], moments(standing)) if found.state in Attempt.FINISHED else frozenset()
    items = list(_paper(found, with_key=bool(shown & {matrix.REMARK, matrix.RIGHT_ANSWER, matrix.GENERAL})))
    context = {
        "attempt": found,
        "quiz": found.quiz,
        "result": result_in_words(found, standing, items, shown, now),
        "calibration": calibration_of(items) if asks_certainty(terms) and matrix.RIGHT_WRONG in shown else [],
        "may_start": standing.may_start(now),
        "lessons": _lessons(items) if not found.passed else [],
        # The result stays one's own; the questions belong to the course and are read with access to it.
        "items": reviewed_paper(items, shown) if mine.has_access and shown - {matrix.SCORE} else [],
    }
    return render(request, "quizzes/review.html", context)


def result_in_words(
    attempt: Attempt, standing: QuizStanding, items: list[AttemptItem], shown: frozenset[str], now: datetime
) -> dict[str, str]:
    """Kind, word and sentence of the verdict (LOOK.md section 6)."""
    terms = attempt.quiz_version.terms
    if attempt.state == Attempt.State.AWAITING_HUMAN:
        return {
            "kind": "note",
            "word": "Handed in",
            "sentence": "Part of it is being graded by a person. We write to you.",
        }
    if attempt.state not in Attempt.FINISHED:
        return _without_score(attempt, standing, now)
    if terms["mode"] == PRACTICE:
        return _practice(attempt, shown)
    needed = terms["pass_mark"]
    score = (
        f": {grading.percent(attempt.score_m or 0, attempt.max_m)}%, {needed} needed." if matrix.SCORE in shown else "."
    )
    if attempt.passed:
        return {"kind": "good", "word": f"Passed{score}", "sentence": "This unit is done." if standing.passed else ""}
    next_step = _next_step(attempt, standing, items, now)
    if attempt.critical_failed:
        unsafe = f"An answer{_unsafe_topics(items)} would not have been safe."
        why = "One such answer decides, whatever the score."
        return {"kind": "care", "word": "Not yet.", "sentence": f"{unsafe} {why} {next_step}"}
    return {"kind": "care", "word": f"Not yet{score}", "sentence": next_step}


def _unsafe_topics(items: list[AttemptItem]) -> str:
    """What to study, never which answer would have been right."""
    topics = sorted({item.version.topic for item in items if item.critical_failed and item.version.topic})
    return f" about {' and '.join(topics)}" if topics else ""


def _practice(attempt: Attempt, shown: frozenset[str]) -> dict[str, str]:
    """Done, whatever the score; and what it is not."""
    score = f": {grading.percent(attempt.score_m or 0, attempt.max_m)}%." if matrix.SCORE in shown else "."
    unsafe = "One of your answers would not have been safe: read about it again. " if attempt.critical_failed else ""
    about = "This was practice. It is done, and it does not count for a certificate."
    return {"kind": "note", "word": f"Practice{score}", "sentence": unsafe + about}


def _without_score(attempt: Attempt, standing: QuizStanding, now: datetime) -> dict[str, str]:
    """Abandoned: a try was used; voided: none was."""
    if attempt.state == Attempt.State.VOIDED:
        reason = attempt.events.filter(kind="voided").values_list("payload__reason", flat=True).last()
        why = f" Reason: {reason}" if reason else ""
        return {"kind": "note", "word": "Taken out", "sentence": f"This try does not count, and uses none up.{why}"}
    step = _next_step(attempt, standing, [], now)
    return {"kind": "care", "word": "Not handed in", "sentence": f"The time to hand in had passed. No score. {step}"}


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
    return study + step if study else step[:1].upper() + step[1:]


def _missed(item: AttemptItem) -> bool:
    return question_type(item.version.kind).asks and item.grade_state != CORRECT


def _paper(attempt: Attempt, *, with_key: bool) -> Any:
    items = with_marks(attempt.items.select_related("version").order_by("position"))
    return items if with_key else items.defer("version__key")


def _lessons(items: list[AttemptItem]) -> list[Page]:
    """What to read again, in the order of the course."""
    keys = {item.version.study_key for item in items if item.version.study_key and _missed(item)}
    return list(Page.objects.filter(translation_key__in=keys, live=True).order_by("path")) if keys else []


def reviewed_paper(items: list[AttemptItem], shown: frozenset[str]) -> list[ReviewedItem]:
    """Questions are counted as they were in the paper; texts and the stories of cases are not."""
    numbers = count(1)
    return [_reviewed(item, shown, next(numbers) if question_type(item.version.kind).asks else 0) for item in items]


def _reviewed(item: AttemptItem, shown: frozenset[str], number: int = 0) -> ReviewedItem:
    version, kept = item.version, question_type(item.version.kind)
    public = in_language(version.public, settings.LANGUAGE_CODE)
    return ReviewedItem(
        **vars(feedback_on(version, item.answer, item.grade_state, shown)),
        **said_about(item, public, shown),
        position=item.position,
        number=number or item.position,
        asks=kept.asks,
        text=mark_safe(inline(public["stem"])),  # noqa: S308 - cleaned when the version was frozen
        points=points_in_words(item.points_m),
        answer=kept.in_words(public, item.answer),
        sure=sure_in_words(item) if matrix.RIGHT_WRONG in shown else "",
    )
