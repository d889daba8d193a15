"""An attempt from its start to its mark. The server's clock alone decides; what was saved is what is graded.

Every change is one compare-and-swap on the attempt's row, so a repeated, parallel or late request has no second effect
(QUIZZES.md sections 6 and 7). That row is changed first in each transaction, which orders saves and submissions on
PostgreSQL; on SQLite a transaction holds the write lock from its beginning.
"""

import secrets
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from enrollments.models import Enrollment
from enrollments.services import complete_unit
from quizzes import grading
from quizzes.models import Attempt, AttemptEvent, AttemptItem, Grade, QuizPage
from quizzes.questions import question_type
from quizzes.questions.freezing import in_language
from quizzes.rules.standing import BEST, has_passed
from quizzes.rules.timing import grace_until
from quizzes.services.paper import make_paper
from quizzes.services.publishing import freeze_quiz
from quizzes.services.standing import QuizStanding, quiz_standing

Kind = AttemptEvent.Kind
SettledBy = Attempt.SettledBy


class StartRefusedError(Exception):
    """No attempt can begin now; the quiz's front page says why."""


def start_attempt(
    *, enrollment: Enrollment, quiz: QuizPage, honor: bool = False, at: datetime | None = None, request_id: str = ""
) -> Attempt:
    """The one open attempt: begun now with its paper, or resumed. Two starts at the same moment get the same one."""
    now = at or timezone.now()
    for _ in range(3):  # a number taken by an attempt that began and ended meanwhile: look again
        attempt = Attempt.objects.open().filter(enrollment=enrollment, quiz=quiz).first()
        if attempt and settle(attempt=attempt, at=now).is_open:
            _note(attempt, Kind.RESUMED, now, request_id)
            return attempt
        version = quiz.versions.order_by("-number").first() or freeze_quiz(quiz=quiz, at=now)
        standing = quiz_standing(quiz=quiz, version=version, enrollment=enrollment, at=now)
        if standing.open_attempt:  # another start won between the two reads
            continue
        if not standing.may_start(now):
            raise StartRefusedError
        if version.settings["honor_statement"] and not honor:
            raise StartRefusedError
        attempt = _new_attempt(enrollment, quiz, standing, now)
        attempt.quiz_version = version
        attempt.honor_at = now if version.settings["honor_statement"] else None
        paper = make_paper(
            version=version, seed=bytes(attempt.seed), learner_id=enrollment.user_id, language=settings.LANGUAGE_CODE
        )
        try:
            with transaction.atomic():
                _insert(attempt, paper, request_id)
        except IntegrityError:  # the constraint let the other start win; caught outside the block that failed
            continue
        return attempt
    raise StartRefusedError


def _new_attempt(enrollment: Enrollment, quiz: QuizPage, standing: QuizStanding, now: datetime) -> Attempt:
    ends = standing.deadline(now)
    return Attempt(
        enrollment=enrollment,
        quiz=quiz,
        number=max((attempt.number for attempt in standing.attempts), default=0) + 1,
        seed=secrets.token_bytes(16),
        started_at=now,
        deadline_at=ends,
        grace_until=grace_until(ends),
        engine=grading.ENGINE,
        accommodation=standing.allowance.as_json(),
        first_of_learner=not Attempt.objects.filter(enrollment__user=enrollment.user_id, quiz=quiz).exists(),
        rev=1,
    )


def _insert(attempt: Attempt, paper: list[AttemptItem], request_id: str) -> None:
    attempt.max_m = sum(item.points_m for item in paper)
    attempt.save()
    for item in paper:
        item.attempt = attempt
    AttemptItem.objects.bulk_create(paper)
    AttemptEvent.objects.create(
        attempt=attempt, seq=attempt.rev, at=attempt.started_at, kind=Kind.STARTED, request_id=request_id
    )


@transaction.atomic
def _note(attempt: Attempt, kind: str, now: datetime, request_id: str) -> None:
    """Write one event; the attempt's revision gives it its number."""
    Attempt.objects.filter(pk=attempt.pk).update(rev=F("rev") + 1)
    attempt.refresh_from_db(fields=["rev"])
    AttemptEvent.objects.create(attempt=attempt, seq=attempt.rev, at=now, kind=kind, request_id=request_id)


def settle(*, attempt: Attempt, at: datetime | None = None) -> Attempt:
    """End an attempt whose time and grace are over, from what was saved. Called first wherever one is touched."""
    now = at or timezone.now()
    if not attempt.is_open or not attempt.out_of_time(now):
        return attempt
    return _finish(attempt, by=SettledBy.TIMER, submitted_at=attempt.deadline_at or now, now=now, request_id="")


def settle_due(*, limit: int = 200, at: datetime | None = None) -> int:
    """Settle attempts that nobody came back to, for `sweep`; returns how many ended."""
    now = at or timezone.now()
    due = (
        Attempt.objects.out_of_time(now)
        .select_related("enrollment__user", "quiz", "quiz_version")
        .order_by("grace_until")
    )
    return sum(not settle(attempt=attempt, at=now).is_open for attempt in due[:limit])


def submit_attempt(*, attempt: Attempt, at: datetime | None = None, request_id: str = "") -> Attempt:
    """Hand in. Handing in again, or after the time ended, shows the same result."""
    now = at or timezone.now()
    attempt = settle(attempt=attempt, at=now)
    if not attempt.is_open:
        return attempt
    return _finish(attempt, by=SettledBy.LEARNER, submitted_at=now, now=now, request_id=request_id)


@transaction.atomic
def _finish(attempt: Attempt, *, by: str, submitted_at: datetime, now: datetime, request_id: str) -> Attempt:
    """Close the attempt, mark the paper, and complete the unit when the quiz is passed."""
    open_row = Attempt.objects.open().filter(pk=attempt.pk)
    if by == SettledBy.TIMER:
        open_row = open_row.filter(grace_until__lt=now)  # staff may have given more time meanwhile
    won = open_row.update(
        state=Attempt.State.SUBMITTED, submitted_at=submitted_at, settled_by=by, engine=grading.ENGINE, rev=F("rev") + 1
    )
    if not won:
        return _read_again(attempt)
    _mark(attempt, now)
    attempt.refresh_from_db(fields=["rev"])
    AttemptEvent.objects.create(
        attempt=attempt,
        seq=attempt.rev,
        at=now,
        kind=Kind.SUBMITTED if by == SettledBy.LEARNER else Kind.SETTLED,
        payload={"score_m": attempt.score_m, "max_m": attempt.max_m, "passed": attempt.passed},
        request_id=request_id,
    )
    attempt.submitted_at, attempt.settled_by = submitted_at, by
    _complete_if_passed(attempt, now)
    return attempt


def _read_again(attempt: Attempt) -> Attempt:
    attempt.refresh_from_db(
        fields=["state", "submitted_at", "settled_by", "rev", "score_m", "max_m", "passed", "critical_failed"]
    )
    return attempt


def _mark(attempt: Attempt, now: datetime) -> None:
    """Grade every item once and add up. The paper's marks, its grades and its total are written together."""
    items = list(attempt.items.select_related("version"))
    results = {}
    for item in items:
        version = item.version
        if not question_type(version.kind).asks:
            continue
        public = in_language(version.public, settings.LANGUAGE_CODE)
        result = results[item.pk] = grading.grade(version.kind, public, version.key, item.answer, None)
        item.grade_state, item.fraction_ppm = result.state, result.fraction_ppm
        item.score_m = grading.points(item.points_m, result.fraction_ppm)
        item.critical_failed = result.critical_failed
    AttemptItem.objects.bulk_update(items, ["grade_state", "fraction_ppm", "score_m", "critical_failed"])
    Grade.objects.bulk_create(
        Grade(item=item, at=now, engine=grading.ENGINE, fraction_ppm=results[item.pk].fraction_ppm)
        for item in items
        if item.pk in results
    )
    total = grading.total(
        ((item.points_m, item.score_m or 0, item.critical_failed) for item in items),
        attempt.quiz_version.settings["pass_mark"],
    )
    waits = any(result.needs_human for result in results.values())
    marks: dict[str, Any] = {
        "state": Attempt.State.AWAITING_HUMAN if waits else Attempt.State.GRADED,
        "score_m": total.score_m,
        "max_m": total.max_m,
        "critical_failed": total.critical_failed,
        "passed": None if waits else total.passed,
    }
    Attempt.objects.filter(pk=attempt.pk).update(**marks)
    for name, value in marks.items():
        setattr(attempt, name, value)


def _complete_if_passed(attempt: Attempt, now: datetime) -> None:
    """Passing by the quiz's own way of counting completes the unit, once; a later worse attempt takes nothing away."""
    terms = attempt.quiz_version.settings
    if terms["method"] == BEST:
        passed = bool(attempt.passed)
    else:
        finished = (
            Attempt.objects.finished().filter(enrollment=attempt.enrollment_id, quiz=attempt.quiz_id).order_by("number")
        )
        tries = [other.as_try for other in finished]
        passed = has_passed(tries, method=terms["method"], pass_mark=terms["pass_mark"])
    if passed:
        complete_unit(
            enrollment=attempt.enrollment,
            unit=attempt.quiz,
            evidence={"attempt": str(attempt.uuid), "score_m": attempt.score_m, "max_m": attempt.max_m},
            at=attempt.submitted_at or now,
        )
