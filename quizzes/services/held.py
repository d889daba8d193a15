"""What arrived after the log-in had ended: it counts from when it first arrived, once its owner has logged in again.

Where the timer ended the attempt meanwhile, answers that arrived in time are taken all the same and the paper is marked
again. Once a later attempt has begun, or the result was looked at, they are kept as events only: somebody could
otherwise keep several sets of answers in several browsers, and choose one when the marks are known.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from enrollments.models import Enrollment
from quizzes.models import Attempt, AttemptEvent
from quizzes.rules.timing import NETWORK_GRACE
from quizzes.services.answers import SaveReport, SentItem, still_running, take_answers, too_late
from quizzes.services.attempts import submit_attempt
from quizzes.services.finishing import complete_if_passed, mark_paper

State = Attempt.State
SettledBy = Attempt.SettledBy


@dataclass(frozen=True)
class HeldPost:
    """One form as it arrived: its answers, or the wish to hand in. `id` makes applying it twice once."""

    id: str
    attempt_uuid: uuid.UUID
    at: datetime
    sent: Mapping[int, SentItem] = field(default_factory=dict)
    hand_in: bool = False
    page: str = ""


@transaction.atomic
def apply_held(*, post: HeldPost, user: Any, at: datetime | None = None) -> SaveReport | None:
    """Let one held post go through as of its arrival; None when it is not this person's to send."""
    now = at or timezone.now()
    mine = Attempt.objects.filter(uuid=post.attempt_uuid, enrollment__user=user)
    if not mine.exists():
        return None
    if not mine.filter(enrollment__in=Enrollment.objects.active(now)).exists():  # no access to the course any more
        return too_late(mine, post.sent, now, post.page)
    if AttemptEvent.objects.filter(kind=AttemptEvent.Kind.HELD, request_id=post.id, attempt__in=mine).exists():
        return SaveReport()
    return _hand_in(mine, post, now) if post.hand_in else _take(mine, post, now)


def _later() -> Exists:
    """A try that was begun after this one."""
    later = Attempt.objects.filter(
        enrollment=OuterRef("enrollment"), quiz=OuterRef("quiz"), number__gt=OuterRef("number")
    )
    return Exists(later.exclude(state=State.VOIDED))


def _timed_out(at: datetime) -> Q:
    """Ended by the clock alone, though what arrived at this moment was in time, and no later try was begun."""
    seen = AttemptEvent.objects.filter(attempt=OuterRef("pk"), kind=AttemptEvent.Kind.SEEN)
    by_clock = Q(state=State.OVERDUE) | Q(
        ~Exists(seen), state__in=(State.ABANDONED, *Attempt.FINISHED), settled_by=SettledBy.TIMER
    )
    return by_clock & Q(deadline_at__gte=at - NETWORK_GRACE) & Q(~_later())


def _take(mine: Any, post: HeldPost, now: datetime) -> SaveReport | None:
    """Save what was typed, and mark the paper again where it was marked already."""
    takes = mine.filter(still_running(post.at) | _timed_out(post.at))
    if not takes.update(rev=F("rev") + len(post.sent) + 1):
        return too_late(mine, post.sent, now, post.page)
    attempt = mine.select_related("enrollment__user", "quiz", "quiz_version").get()
    report = take_answers(attempt_uuid=post.attempt_uuid, sent=post.sent, at=post.at, request_id=post.page)
    _note(attempt, post, now, seq=attempt.rev - len(post.sent))
    changed = {outcome.item.position for outcome in report.by_result("saved")}
    if changed and attempt.state in Attempt.FINISHED:
        mark_paper(attempt, now, only=changed)
        complete_if_passed(attempt, now)
    return report


def _hand_in(mine: Any, post: HeldPost, now: datetime) -> SaveReport:
    """Hand in as of the arrival. Of a paper that the timer handed in already, only who did it changes."""
    as_learner = {"settled_by": SettledBy.LEARNER, "submitted_at": post.at, "rev": F("rev") + 1}
    if mine.filter(_timed_out(post.at), state__in=Attempt.FINISHED).update(**as_learner):
        _note(mine.get(), post, now)
        return SaveReport()
    _revive(mine, post.at)
    attempt = mine.select_related("enrollment__user", "quiz", "quiz_version").get()
    submit_attempt(attempt=attempt, at=post.at, request_id=post.page)
    mine.update(rev=F("rev") + 1)
    _note(mine.get(), post, now)
    return SaveReport()


def _revive(mine: Any, at: datetime) -> None:
    """A paper that was abandoned while the wish to hand it in was on its way is overdue again for this moment."""
    abandoned = mine.filter(~_later(), state=State.ABANDONED, grace_until__gte=at)
    try:
        with transaction.atomic():
            abandoned.update(state=State.OVERDUE, settled_by="", rev=F("rev") + 1)
    except IntegrityError:  # another try began at this moment
        return


def _note(attempt: Attempt, post: HeldPost, now: datetime, seq: int | None = None) -> None:
    AttemptEvent.objects.create(
        attempt=attempt,
        seq=attempt.rev if seq is None else seq,
        at=now,
        kind=AttemptEvent.Kind.HELD,
        payload={"arrived": post.at.isoformat(), "positions": sorted(post.sent), "hand_in": post.hand_in},
        request_id=post.id,
    )


def note_seen(*, attempt: Attempt, at: datetime) -> None:
    """Remember that the learner has seen the result of a paper that the timer handed in: from here on it is final."""
    if attempt.settled_by != SettledBy.TIMER or attempt.events.filter(kind=AttemptEvent.Kind.SEEN).exists():
        return
    with transaction.atomic():
        Attempt.objects.filter(pk=attempt.pk).update(rev=F("rev") + 1)
        attempt.refresh_from_db(fields=["rev"])
        AttemptEvent.objects.create(attempt=attempt, seq=attempt.rev, at=at, kind=AttemptEvent.Kind.SEEN)
