"""Regrading: looked at first as a table, then applied exactly so, or not at all (QUIZZES.md section 11).

A certificate and a completed unit are never taken away here; the table names whose pass would be lost, and a person
decides what follows.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from core.freeze import digest
from quizzes import grading
from quizzes.models import Attempt, AttemptEvent, AttemptItem, Grade, Question, QuizPage, Regrade
from quizzes.rules.regrading import OWN, Change, Line, Mark, Outcome, plan
from quizzes.services.finishing import complete_if_passed
from quizzes.services.grades import newest_grades
from quizzes.services.marking_queue import close_marking
from quizzes.services.regrade_papers import BATCH, Read, read_papers, version_of
from quizzes.services.result_mails import tell_changed
from quizzes.services.statistics import restate


class RegradeRefused(Exception):
    """It cannot be looked at; the text says why."""


@transaction.atomic
def dry_run(
    *,
    question: Question,
    quiz: QuizPage | None,
    action: str,
    reason: str,
    by: Any,
    params: Mapping[str, str] | None = None,
    may_lower: bool = False,
    at: datetime | None = None,
) -> Regrade:
    """What would change, for whom. Nothing is changed; the table and the state that it rests on are kept."""
    regrade = Regrade(
        question=question,
        quiz=quiz,
        action=action,
        params=dict(params or {}),
        may_lower=may_lower,
        reason=reason,
        created_by=by,
        created_at=at or timezone.now(),
    )
    regrade.table, regrade.state_hash, _ = _look(regrade)
    regrade.save()
    return regrade


@transaction.atomic
def apply_regrade(*, regrade: Regrade, by: Any, at: datetime | None = None) -> Regrade:
    """Do what the dry run showed; or, when anything that it rests on has changed, nothing, and say so.

    Applying it again does nothing: one compare-and-swap on its row lets it happen once.
    """
    now = at or timezone.now()
    draft = Regrade.objects.filter(pk=regrade.pk, state=Regrade.State.DRAFT)
    if draft.update(state=Regrade.State.APPLIED, applied_by=by, applied_at=now):
        regrade = _read_again(regrade)
        table, state_hash, lines = _look(regrade, lock=True)
        if state_hash == regrade.state_hash and digest(table) == digest(regrade.table):
            for start in range(0, len(lines), BATCH):
                _write(regrade, lines[start : start + BATCH], now)
            _follow(regrade, lines, now)
        else:
            stale = {"state": Regrade.State.STALE, "applied_by": None, "applied_at": None}
            Regrade.objects.filter(pk=regrade.pk).update(**stale)
    return _read_again(regrade)


def _read_again(regrade: Regrade) -> Regrade:
    return Regrade.objects.select_related("question", "quiz").get(pk=regrade.pk)


def _look(regrade: Regrade, *, lock: bool = False) -> tuple[dict[str, Any], str, list[tuple[Read, Line]]]:
    """The table, the fingerprint of all that it rests on, and the papers that change."""
    newest = regrade.question.versions.order_by("-number").first()
    if newest is None:
        message = "This question was never published."
        raise RegradeRefused(message)
    change = Change(regrade.action, version_of(newest), regrade.params, regrade.may_lower)
    rests_on: list[Any] = [grading.ENGINE, newest.sha256, regrade.action, regrade.params, regrade.may_lower]
    changed: list[tuple[Read, Line]] = []
    kept: Counter[str] = Counter()
    seen = 0
    for read in read_papers(regrade.question, regrade.quiz, lock=lock):
        seen += 1
        if read.attempt.enrollment.user_id == regrade.created_by_id:
            kept[OWN] += 1
            continue
        rests_on.append(read.fingerprint)
        line = plan(read.paper, change)
        if line.kept:
            kept[line.kept] += 1
        if line.marks:
            changed.append((read, line))
    return _table(changed, seen, kept), digest(rests_on), changed


def _table(changed: list[tuple[Read, Line]], seen: int, kept: Counter[str]) -> dict[str, Any]:
    """As it is kept and shown: whose result goes from what to what. Names are read when it is shown."""
    rows = [_row(read, line) for read, line in changed]
    return {
        "rows": rows,
        "seen": seen,
        "changed": len(rows),
        "to_pass": sum(row["turns"] == "to_pass" for row in rows),
        "to_fail": sum(row["turns"] == "to_fail" for row in rows),
        "kept": dict(sorted(kept.items())),
    }


def _row(read: Read, line: Line) -> dict[str, Any]:
    return {
        "attempt": str(read.attempt.uuid),
        "user": read.attempt.enrollment.user_id,
        "number": read.attempt.number,
        "old": asdict(line.before),
        "new": asdict(line.after),
        "turns": turn(line.before, line.after),
        "marks": {str(item): [asdict(old), asdict(new)] for item, (old, new) in line.marks.items()},
    }


def turn(before: Outcome, after: Outcome) -> str:
    """Whether the change decides about passing."""
    if after.passed and not before.passed:
        return "to_pass"
    return "to_fail" if before.passed and not after.passed else ""


def _write(regrade: Regrade, lines: list[tuple[Read, Line]], now: datetime) -> None:
    """One batch: grades are appended, items and attempts remember them, each attempt's log says so."""
    marks: dict[int, Mark] = {item: new for _, line in lines for item, (_, new) in line.marks.items()}
    newest = newest_grades(marks)
    items = list(AttemptItem.objects.filter(pk__in=marks))
    for item in items:
        mark = marks[item.pk]
        item.grade_state, item.fraction_ppm, item.critical_failed = mark.state, mark.fraction_ppm, mark.critical_failed
        item.score_m = grading.points(item.points_m, mark.fraction_ppm)
    AttemptItem.objects.bulk_update(items, ["grade_state", "fraction_ppm", "critical_failed", "score_m"])
    Grade.objects.bulk_create(
        Grade(
            item=item,
            at=now,
            engine=grading.ENGINE,
            fraction_ppm=marks[item.pk].fraction_ppm,
            reason=regrade.reason,
            supersedes=newest.get(item.pk),
        )
        for item in items
    )
    close_marking(items=list(marks), at=now)
    _write_attempts(regrade, lines, now)


def _write_attempts(regrade: Regrade, lines: list[tuple[Read, Line]], now: datetime) -> None:
    attempts = []
    for read, line in lines:
        attempt, after = read.attempt, line.after
        attempt.score_m, attempt.max_m = after.score_m, after.max_m
        attempt.passed, attempt.critical_failed = after.passed, after.critical_failed
        attempt.state = Attempt.State.AWAITING_HUMAN if after.passed is None else Attempt.State.GRADED
        attempt.rev += 1  # the row is held since it was read
        attempts.append(attempt)
    Attempt.objects.bulk_update(attempts, ["score_m", "max_m", "passed", "critical_failed", "state", "rev"])
    AttemptEvent.objects.bulk_create(
        AttemptEvent(
            attempt=attempt,
            seq=attempt.rev,
            at=now,
            kind=AttemptEvent.Kind.REGRADED,
            payload={"regrade": regrade.pk, "action": regrade.action, "reason": regrade.reason},
        )
        for attempt in attempts
    )


def _follow(regrade: Regrade, lines: Iterable[tuple[Read, Line]], now: datetime) -> None:
    """Statistics by minus old plus new; a pass completes its unit; whose result is another one hears once."""
    told: dict[int, Attempt] = {}
    for read, line in lines:
        restate(attempt=read.attempt)
        if turn(line.before, line.after) == "to_pass":
            complete_if_passed(read.attempt, now)
        if line.before != line.after:
            told[read.attempt.enrollment.user_id] = read.attempt
    for user_id, attempt in told.items():
        tell_changed(attempt, key=f"regrade-{regrade.pk}-{user_id}", reason=regrade.reason)
