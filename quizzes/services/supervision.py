"""What staff may do to one attempt: give it time, take it out of the count, open it again. Each with a reason, logged.

Opening again is refused once the attempt has completed its unit: the completion, and a certificate that rests on it,
name this very attempt as their evidence. Voiding takes nothing away that a pass has brought; whether a certificate
stands is decided in `certificates`, by a person.
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from enrollments.models import UnitCompletion
from notifications.services import record_mail
from quizzes.models import Accommodation, Attempt, AttemptEvent
from quizzes.rules.timing import Allowance, grace_until
from quizzes.services.attempts import settle
from quizzes.services.grades import locked
from quizzes.services.standing import deadline_for
from quizzes.services.statistics import restate

Kind = AttemptEvent.Kind
State = Attempt.State


class SupervisionRefused(Exception):
    """It cannot be done as things are; the message says why."""


def extend_attempt(*, attempt: Attempt, minutes: int, by: Any, reason: str = "", at: datetime | None = None) -> Attempt:
    """Move the end of a running attempt. The learner's page learns it at its next save."""
    now = at or timezone.now()
    settle(attempt=attempt, at=now)
    with transaction.atomic():
        running = _locked(attempt, State.IN_PROGRESS, refusal="Only a try that is under way can get more time.")
        if running.deadline_at is None:
            raise SupervisionRefused("This try has no time limit.")
        _set_deadline(running, running.deadline_at + timedelta(minutes=minutes))
        _note(running, Kind.EXTENDED, now, by, reason, minutes=minutes)
    return running


@transaction.atomic
def void_attempt(*, attempt: Attempt, by: Any, reason: str, at: datetime | None = None) -> Attempt:
    """Take a try out of the count: it uses none up and passes nothing. The learner hears why."""
    now = at or timezone.now()
    others = [state for state in State if state != State.VOIDED]
    attempt = _locked(attempt, *others, refusal="This try is void already.")
    _change(attempt, state=State.VOIDED)
    _note(attempt, Kind.VOIDED, now, by, reason)
    restate(attempt=attempt)
    _tell(attempt, "This try does not count, and uses none of your tries up.", reason)
    return attempt


def reopen_attempt(*, attempt: Attempt, minutes: int, by: Any, reason: str, at: datetime | None = None) -> Attempt:
    """Let the learner go on with a try that had ended, for so many minutes from now; 0 for no limit.

    Marks already given stay as they are, and are followed by new ones when it is handed in again.
    """
    now = at or timezone.now()
    if UnitCompletion.objects.filter(enrollment=attempt.enrollment_id, evidence__attempt=str(attempt.uuid)).exists():
        raise SupervisionRefused("This try has completed its unit. Grant another try instead of changing this one.")
    try:
        return _reopen(attempt, now + timedelta(minutes=minutes) if minutes else None, now, by, reason)
    except IntegrityError as clash:  # the constraint: one open attempt per enrollment and quiz
        raise SupervisionRefused("Another try is open. One at a time.") from clash


@transaction.atomic
def _reopen(attempt: Attempt, ends: datetime | None, now: datetime, by: Any, reason: str) -> Attempt:
    ended = (State.OVERDUE, State.ABANDONED, *Attempt.FINISHED)
    attempt = _locked(attempt, *ended, refusal="Only a try that has ended can be opened again.")
    _change(
        attempt,
        state=State.IN_PROGRESS,
        submitted_at=None,
        settled_by="",
        score_m=None,
        passed=None,
        critical_failed=False,
    )
    _set_deadline(attempt, ends)
    _note(attempt, Kind.REOPENED, now, by, reason)
    restate(attempt=attempt)
    _tell(attempt, "You can go on with this try where it ended.", reason)
    return attempt


def reach_running_attempts(*, grant: Accommodation, by: Any, at: datetime | None = None) -> int:
    """Let a grant that came later move the attempts under way, never to an earlier end. Returns how many moved."""
    now = at or timezone.now()
    running = Attempt.objects.filter(
        enrollment__user=grant.learner_id, state=State.IN_PROGRESS, deadline_at__isnull=False
    ).select_related("enrollment__user", "quiz", "quiz_version")
    return sum(
        _reach(attempt, by, now) for attempt in (running.filter(quiz=grant.quiz_id) if grant.quiz_id else running)
    )


def _reach(attempt: Attempt, by: Any, now: datetime) -> bool:
    learner = attempt.enrollment.user_id
    allowance = Accommodation.objects.allowance(learner_id=learner, quiz_id=attempt.quiz_id, on=now.date())
    if settle(attempt=attempt, at=now).state != State.IN_PROGRESS:
        return False
    with transaction.atomic():
        running = _locked(attempt, State.IN_PROGRESS, refusal="This try is no longer under way.")
        ends, before = deadline_for(running.quiz_version.terms, allowance, running.started_at), running.deadline_at
        if before is None or (ends is not None and ends <= before):
            return False
        _set_deadline(running, ends)
        _change(running, accommodation=_more(running.accommodation, allowance))
        _note(running, Kind.EXTENDED, now, by, "")
    return True


def _more(before: dict[str, Any], allowance: Allowance) -> dict[str, Any]:
    """The grant that the attempt carries from now on."""
    return {**before, **allowance.as_json()}


def _locked(attempt: Attempt, *states: str, refusal: str) -> Attempt:
    """The attempt as it is now, held until the transaction ends, or the refusal."""
    found = locked(attempt.pk, *states)
    if found is None:
        raise SupervisionRefused(refusal)
    return found


def _change(attempt: Attempt, **fields: Any) -> None:
    Attempt.objects.filter(pk=attempt.pk).update(**fields)
    for name, value in fields.items():
        setattr(attempt, name, value)


def _set_deadline(attempt: Attempt, ends: datetime | None) -> None:
    _change(attempt, deadline_at=ends, grace_until=grace_until(ends))


def _note(attempt: Attempt, kind: str, now: datetime, by: Any, reason: str, **payload: Any) -> None:
    until = attempt.deadline_at.isoformat() if attempt.deadline_at else None
    AttemptEvent.objects.create(
        attempt=attempt,
        seq=attempt.rev,
        at=now,
        kind=kind,
        payload={"by": by.pk, "reason": reason, "until": until, **payload},
    )


def _tell(attempt: Attempt, what: str, reason: str) -> None:
    record_mail(
        key=f"attempt-{attempt.uuid}-{attempt.rev}",
        user=attempt.enrollment.user,
        template="attempt_changed",
        context={
            "quiz": attempt.quiz,
            "number": attempt.number,
            "what": what,
            "reason": reason,
            "button_url": settings.SITE_URL + reverse("review_attempt", args=[attempt.uuid]),
            "button_label": "Look at it",
        },
    )
