"""An attempt from its start to its mark. The server's clock alone decides; what was saved is what is graded.

Every change is one compare-and-swap on the attempt's row, so a repeated, parallel or late request has no second effect
(QUIZZES.md sections 6 and 7). That row is changed first in each transaction, which orders saves and submissions on
PostgreSQL; on SQLite a transaction holds the write lock from its beginning.
"""

import secrets
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from enrollments.models import Enrollment
from quizzes import grading
from quizzes.models import Attempt, AttemptEvent, AttemptItem, QuizPage
from quizzes.rules.timing import grace_until, late_until
from quizzes.services.finishing import complete_if_passed, mark_paper
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
    """Do what the end of the time asks for. Called first wherever an attempt is touched.

    Deadline and grace are over: it is handed in as it was saved; or, where the quiz takes late papers, it is overdue:
    nothing can be changed, it can be handed in. One that nobody handed in by then is abandoned: no score, one try used.
    """
    now = at or timezone.now()
    if not attempt.is_open or not attempt.out_of_time(now) or attempt.deadline_at is None:
        return attempt
    late = attempt.quiz_version.terms["late_minutes"]
    if attempt.state == Attempt.State.IN_PROGRESS and not late:
        return _finish(attempt, by=SettledBy.TIMER, submitted_at=attempt.deadline_at, now=now, request_id="")
    if attempt.state == Attempt.State.IN_PROGRESS:
        attempt = _become_overdue(attempt, late_until(attempt.deadline_at, late), now)
    if attempt.state == Attempt.State.OVERDUE and attempt.out_of_time(now):
        attempt = _abandon(attempt, now)
    return attempt


@transaction.atomic
def _become_overdue(attempt: Attempt, until: datetime, now: datetime) -> Attempt:
    """From here on `grace_until` is the last moment to hand in: always until when something of the learner counts."""
    running = Attempt.objects.filter(pk=attempt.pk, state=Attempt.State.IN_PROGRESS, grace_until__lt=now)
    if running.update(state=Attempt.State.OVERDUE, grace_until=until, rev=F("rev") + 1):
        _event(attempt, Kind.OVERDUE, now, until=until.isoformat())
    return _read_again(attempt)


@transaction.atomic
def _abandon(attempt: Attempt, now: datetime) -> Attempt:
    late = Attempt.objects.filter(pk=attempt.pk, state=Attempt.State.OVERDUE, grace_until__lt=now)
    if late.update(state=Attempt.State.ABANDONED, settled_by=SettledBy.TIMER, rev=F("rev") + 1):
        _event(attempt, Kind.ABANDONED, now)
    return _read_again(attempt)


def _event(attempt: Attempt, kind: str, now: datetime, **payload: object) -> None:
    """Write one event under the number that the attempt's row has just got."""
    attempt.refresh_from_db(fields=["rev"])
    AttemptEvent.objects.create(attempt=attempt, seq=attempt.rev, at=now, kind=kind, payload=payload)


def settle_due(*, limit: int = 200, at: datetime | None = None) -> int:
    """Settle attempts that nobody came back to, for `sweep`; returns how many changed."""
    now = at or timezone.now()
    due = (
        Attempt.objects.out_of_time(now)
        .select_related("enrollment__user", "quiz", "quiz_version")
        .order_by("grace_until")[:limit]
    )
    changed = 0
    for attempt in due:
        before = attempt.state
        changed += settle(attempt=attempt, at=now).state != before
    return changed


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
    attempt.submitted_at, attempt.settled_by, attempt.engine = submitted_at, by, grading.ENGINE
    mark_paper(attempt, now)
    marks = {"score_m": attempt.score_m, "max_m": attempt.max_m, "passed": attempt.passed}
    AttemptEvent.objects.create(
        attempt=attempt,
        seq=attempt.rev,
        at=now,
        kind=Kind.SUBMITTED if by == SettledBy.LEARNER else Kind.SETTLED,
        payload=marks,
        request_id=request_id,
    )
    complete_if_passed(attempt, now)
    return attempt


def _read_again(attempt: Attempt) -> Attempt:
    attempt.refresh_from_db(
        fields=[
            *("state", "submitted_at", "settled_by", "rev", "score_m", "max_m", "passed", "critical_failed"),
            *("deadline_at", "grace_until"),
        ]
    )
    return attempt
