"""The desk of those who mark: which answers wait, and who has which of them in hand (QUIZZES.md section 11).

A claim is one compare-and-swap on the task's row, so of two people who take the same answer one gets it. The lease is
renewed with everything that its holder sends; when it has run out, somebody else may take the answer over.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from core.access import visible
from quizzes.models import Attempt, AttemptItem, MarkingTask
from quizzes.models.marking import MarkingTaskQuerySet

LEASE = timedelta(minutes=15)
OFF_DESK: dict[str, None] = {"claimed_by": None, "lease_until": None}


@transaction.atomic
def open_marking(*, items: Sequence[AttemptItem], at: datetime) -> None:
    """Put these answers of one attempt into the queue, in the transaction that handed them in.

    An attempt that was opened again and is handed in anew begins anew here too: what was written about the former text
    stays with the former tasks.
    """
    MarkingTask.objects.filter(item__attempt__in={item.attempt_id for item in items}, done_at=None).update(
        **OFF_DESK, done_at=at
    )
    MarkingTask.objects.bulk_create(MarkingTask(item=item, opened_at=at) for item in items)


def close_marking(*, items: Sequence[int], at: datetime) -> None:
    """Nobody needs to mark these any more."""
    MarkingTask.objects.filter(item__in=items, done_at=None).update(**OFF_DESK, done_at=at)


def open_to(user: Any) -> MarkingTaskQuerySet:
    """What this person may write about: in the courses whose results they see, not their own, none twice."""
    attempts = visible(user, "results", Attempt.objects.all())
    return MarkingTask.objects.filter(item__attempt__in=attempts).for_marker(user)


def waiting_for(user: Any) -> MarkingTaskQuerySet:
    """What waits for this person, oldest first."""
    return open_to(user).waiting()


@transaction.atomic
def claim(*, task: MarkingTask, by: Any, at: datetime | None = None) -> bool:
    """Take an answer to one's desk, or keep it there. False: somebody else has it, or nobody needs to mark it."""
    now = at or timezone.now()
    if not waiting_for(by).filter(pk=task.pk, round=task.round).exists():
        return False
    # The round stands in the condition: what was just asked about this person holds for this round only.
    free = MarkingTask.objects.takeable(by, now).filter(pk=task.pk, round=task.round)
    return bool(free.update(claimed_by=by, lease_until=now + LEASE))


@transaction.atomic
def release(*, task: MarkingTask, by: Any) -> None:
    """Put an answer back for others; one's draft stays."""
    MarkingTask.objects.filter(pk=task.pk, claimed_by=by, done_at=None).update(**OFF_DESK)
