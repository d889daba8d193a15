"""Marks after the first: appended, never changed, and the paper added up again exactly (QUIZZES.md section 11).

Whoever gives a mark changes the attempt's row first. So marks of one paper come one after the other, and each total is
made of all of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F

from quizzes import grading
from quizzes.models import Attempt, AttemptEvent, AttemptItem, Grade
from quizzes.questions.base import NEEDS_HUMAN

VOID = "void"
"""The state of an item that was taken out: its points are no part of the paper's maximum."""


@dataclass(frozen=True)
class Standing:
    """What a paper came to."""

    state: str
    score_m: int
    max_m: int
    passed: bool | None
    critical_failed: bool


def locked(attempt_id: int, *states: str) -> Attempt | None:
    """The attempt, its row changed and so held until the transaction ends; None when it is in none of these states."""
    if not Attempt.objects.filter(pk=attempt_id, state__in=states or Attempt.FINISHED).update(rev=F("rev") + 1):
        return None
    return Attempt.objects.select_related("enrollment__user", "quiz", "quiz_version").get(pk=attempt_id)


def newest_grades(item_ids: Iterable[int]) -> dict[int, Grade]:
    """The grade of each item that none has superseded."""
    grades = Grade.objects.filter(item__in=item_ids, superseded_by=None).order_by("at", "pk")
    return {grade.item_id: grade for grade in grades}


def paper_total(items: Iterable[AttemptItem], pass_mark: int) -> Standing:
    """What these items come to; nothing is decided about passing while one of them waits for a person."""
    rows = list(items)
    counted = [item for item in rows if item.grade_state != VOID]
    total = grading.total(((item.points_m, item.score_m or 0, item.critical_failed) for item in counted), pass_mark)
    waits = any(item.grade_state == NEEDS_HUMAN for item in counted)
    return Standing(
        state=Attempt.State.AWAITING_HUMAN if waits else Attempt.State.GRADED,
        score_m=total.score_m,
        max_m=total.max_m,
        passed=None if waits else total.passed,
        critical_failed=total.critical_failed,
    )


def give(
    *,
    item: AttemptItem,
    fraction_ppm: int,
    state: str,
    critical_failed: bool,
    by: Any = None,
    at: datetime,
    rubric: Any = None,
    comment: str = "",
    reason: str = "",
) -> Grade:
    """Append a mark to an item and remember it there. By a person, or without one by the engine."""
    grade = Grade.objects.create(
        item=item,
        at=at,
        user=by,
        engine="" if by else grading.ENGINE,
        fraction_ppm=fraction_ppm,
        rubric=rubric or {},
        comment=comment,
        reason=reason,
        supersedes=newest_grades([item.pk]).get(item.pk),
    )
    item.grade_state, item.fraction_ppm, item.critical_failed = state, fraction_ppm, critical_failed
    item.score_m = grading.points(item.points_m, fraction_ppm)
    item.save(update_fields=["grade_state", "fraction_ppm", "critical_failed", "score_m"])
    return grade


def add_up(attempt: Attempt) -> Standing:
    """The paper's total anew, from every item; the attempt is changed with it."""
    found = paper_total(attempt.items.all(), attempt.quiz_version.terms["pass_mark"])
    set_standing(attempt, found)
    return found


def set_standing(attempt: Attempt, found: Standing) -> None:
    """Store what a paper came to."""
    changed = vars(found)
    Attempt.objects.filter(pk=attempt.pk).update(**changed)
    for name, value in changed.items():
        setattr(attempt, name, value)


def note(attempt: Attempt, kind: str, *, at: datetime, item: AttemptItem | None = None, **payload: Any) -> None:
    """Write down what happened, under the number that the attempt's row has now."""
    AttemptEvent.objects.create(attempt=attempt, seq=attempt.rev, at=at, kind=kind, item=item, payload=payload)
