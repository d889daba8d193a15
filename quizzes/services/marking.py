"""Marking by people: drafts, marks of each round, and what they come to (QUIZZES.md section 11).

What a marker wrote is never lost: a draft is kept also when somebody else has taken the answer meanwhile. A mark that
was given is final; a change of mind is an override with a reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from quizzes.models import Attempt, AttemptEvent, AttemptItem, Grade, Mark, MarkingTask
from quizzes.questions.base import WHOLE, state_of
from quizzes.rules.marking import SECOND, agreed
from quizzes.services.finishing import complete_if_passed
from quizzes.services.grades import VOID, Standing, add_up, give, locked, note
from quizzes.services.marking_queue import LEASE, close_marking, open_to, waiting_for
from quizzes.services.result_mails import tell_changed, tell_graded
from quizzes.services.statistics import record, restate


class MarkingRefused(Exception):
    """The mark was not taken; its text says why, in words for the marker."""


@dataclass(frozen=True)
class Judgment:
    """What a marker decided: the levels chosen in the rubric, what they come to, and words for the learner."""

    fraction_ppm: int | None
    rubric: Mapping[str, Any]
    comment: str = ""


TAKEN = "Somebody else has taken this answer meanwhile. What you wrote is kept as your draft."
GIVEN = "You may not mark this answer, or you have marked it already."


@transaction.atomic
def save_draft(*, task: MarkingTask, by: Any, judgment: Judgment, at: datetime | None = None) -> bool:
    """Keep what is written so far, and the answer on one's desk. False: somebody else has it now; the text is kept."""
    now = at or timezone.now()
    if not open_to(by).filter(pk=task.pk).exists():
        raise MarkingRefused(GIVEN)
    still_mine = MarkingTask.objects.takeable(by, now).filter(pk=task.pk, claimed_by=by)
    held = bool(still_mine.update(lease_until=now + LEASE))
    _write(task, by, judgment, now)
    return held


@transaction.atomic
def give_mark(*, task: MarkingTask, by: Any, judgment: Judgment, at: datetime | None = None) -> Grade | None:
    """Give the mark of this round. The grade, when no further person must mark; None while one must.

    Two who give at the same moment are one: the task's row changes hands by compare-and-swap, and one mark per round is
    a constraint of the database.
    """
    now = at or timezone.now()
    if judgment.fraction_ppm is None:
        message = "A mark is missing."
        raise MarkingRefused(message)
    attempt = locked(task.item.attempt_id, Attempt.State.AWAITING_HUMAN)
    if attempt is None or not waiting_for(by).filter(pk=task.pk).exists():
        raise MarkingRefused(TAKEN)
    mine = MarkingTask.objects.filter(pk=task.pk, round=task.round, claimed_by=by, done_at=None)
    if not mine.update(claimed_by=None, lease_until=None):
        raise MarkingRefused(TAKEN)
    mark = _write(task, by, judgment, now)
    Mark.objects.filter(pk=mark.pk).update(given_at=now, round=task.round)
    return _settle(attempt, task, by, now)


def draft_of(task: MarkingTask, by: Any) -> Mark | None:
    """What this person wrote about the answer so far."""
    return Mark.objects.filter(task=task, marker=by).first()


def _write(task: MarkingTask, by: Any, judgment: Judgment, now: datetime) -> Mark:
    written = {
        "round": task.round,
        "rubric": dict(judgment.rubric),
        "fraction_ppm": judgment.fraction_ppm,
        "comment": judgment.comment,
        "saved_at": now,
    }
    mark, _ = Mark.objects.update_or_create(task=task, marker=by, given_at=None, defaults=written)
    return mark


def _settle(attempt: Attempt, task: MarkingTask, by: Any, now: datetime) -> Grade | None:
    """Either the next round opens, or the mark that counts is written down and the paper added up."""
    marks = list(Mark.objects.filter(task=task, given_at__isnull=False).order_by("round"))
    terms = attempt.quiz_version.terms
    counts = agreed(
        [mark.fraction_ppm or 0 for mark in marks],
        second_marker=terms["second_marker"],
        difference=terms["marking_difference"],
    )
    item = task.item
    note(attempt, AttemptEvent.Kind.MARKED, at=now, item=item, round=task.round, by=by.pk, final=counts is not None)
    if counts is None:
        MarkingTask.objects.filter(pk=task.pk).update(round=task.round + 1)
        return None
    MarkingTask.objects.filter(pk=task.pk).update(done_at=now)
    counted = marks if len(marks) == SECOND else marks[-1:]
    grade = give(
        item=item,
        fraction_ppm=counts,
        state=state_of(counts),
        critical_failed=item.critical_failed,
        by=by,
        at=now,
        rubric={"marks": [mark.rubric for mark in counted]},
        comment="\n\n".join(mark.comment for mark in counted if mark.comment),
    )
    finish_marking(attempt, add_up(attempt), now)
    return grade


def finish_marking(attempt: Attempt, found: Standing, now: datetime) -> None:
    """When nothing waits any more: a pass completes the unit, and the learner hears once."""
    if found.state != Attempt.State.GRADED:
        return
    complete_if_passed(attempt, now)
    record(attempt=attempt)
    tell_graded(attempt)


@transaction.atomic
def override_mark(*, item: AttemptItem, fraction_ppm: int, reason: str, by: Any, at: datetime | None = None) -> Grade:
    """A person's mark in place of the one that stands, with a reason that the learner reads.

    The result is decided anew. What a pass has brought, the completed unit and a certificate, is not taken away.
    """
    now = at or timezone.now()
    attempt = locked(item.attempt_id)
    if attempt is None:
        message = "This try is not handed in, or it does not count."
        raise MarkingRefused(message)
    if attempt.enrollment.user_id == by.pk:
        message = "Nobody marks their own answers."
        raise MarkingRefused(message)
    item.refresh_from_db()
    if item.grade_state == VOID:
        message = "This question was taken out of the paper."
        raise MarkingRefused(message)
    waited, before = attempt.state == Attempt.State.AWAITING_HUMAN, (attempt.score_m, attempt.passed)
    close_marking(items=[item.pk], at=now)
    grade = give(
        item=item,
        fraction_ppm=fraction_ppm,
        state=state_of(fraction_ppm),
        critical_failed=item.critical_failed and fraction_ppm < WHOLE,
        by=by,
        at=now,
        reason=reason,
    )
    note(attempt, AttemptEvent.Kind.MARKED, at=now, item=item, by=by.pk, reason=reason)
    found = add_up(attempt)
    if waited:
        finish_marking(attempt, found, now)
    elif (found.score_m, found.passed) != before:
        complete_if_passed(attempt, now)
        restate(attempt=attempt)
        tell_changed(attempt, key=f"changed-{attempt.uuid}-{attempt.rev}", reason=reason)
    return grade
