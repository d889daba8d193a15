"""Counting attempts: written with the mark, folded later, made anew from the attempts whenever somebody doubts it.

Lock order, here and nowhere else: the quiz's two rows, then attempts, then the rest. Who hands in or marks takes the
attempt only and inserts a delta, so no learner waits for the statistics (QUIZZES.md section 13).
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import OuterRef, Q, Subquery

from quizzes.models import (
    Attempt,
    AttemptItem,
    Population,
    QuestionVersion,
    QuizPage,
    QuizStat,
    QuizVersion,
    StatDelta,
)
from quizzes.questions import question_type
from quizzes.services.grades import VOID
from quizzes.services.stat_rows import load, store
from quizzes.statistics.sums import LONGEST_ANSWER, Counted, CountedItem, QuizSums, answer_text, in_steps

BATCH = 500
Progress = Callable[[int], object]
Row = dict[str, Any]


@transaction.atomic
def record(*, attempt: Attempt, items: Sequence[AttemptItem] | None = None) -> None:
    """Count an attempt whose marks are final, in the transaction that made them so. One row is written.

    An attempt that is not graded, or waits for a person, is not counted yet. One that was counted before (it was
    opened again) is restated. ``items`` spares a query: the whole paper as it is now, with versions.
    """
    at_hand = items is not None and attempt.submitted_at is not None
    if at_hand and attempt.state != Attempt.State.GRADED:
        return
    rows = [_row(attempt, item) for item in items or ()] if at_hand else None
    counted = _counted([attempt.pk], rows).get(attempt.pk)
    if counted is None:
        return
    try:
        with transaction.atomic():
            _add(attempt, counted.as_json())
    except IntegrityError:
        restate(attempt=attempt)


def _add(attempt: Attempt, payload: dict[str, Any]) -> None:
    StatDelta.objects.create(attempt_id=attempt.pk, quiz_version_id=attempt.quiz_version_id, sign=1, payload=payload)


@transaction.atomic
def restate(*, attempt: Attempt) -> None:
    """The marks have changed, a question was taken out, or the whole attempt: minus what was counted, plus what is."""
    Attempt.objects.select_for_update().filter(pk=attempt.pk).first()
    counted = _counted([attempt.pk]).get(attempt.pk)
    after = counted.as_json() if counted else None
    # Held, so that it is not folded between being read and being changed.
    delta = StatDelta.objects.select_for_update().filter(attempt=attempt.pk, sign=1).first()
    if delta is None:
        if after is not None:
            _add(attempt, after)
        return
    if delta.payload == after:
        return
    if after is None:
        _take_back(delta)
        return
    if delta.folded:
        before = StatDelta(attempt_id=attempt.pk, quiz_version_id=delta.quiz_version_id, sign=-1, payload=delta.payload)
        before.save()
    delta.payload, delta.folded = after, False
    delta.save(update_fields=["payload", "folded"])


def _take_back(delta: StatDelta) -> None:
    """Out of the sums, or, where it never came into them, away."""
    if not delta.folded:
        delta.delete()
        return
    delta.sign, delta.folded = -1, False
    delta.save(update_fields=["sign", "folded"])


def fold_statistics(*, limit: int = 2000, quiz: QuizPage | None = None) -> int:
    """Add what is waiting to the sums, for `sweep` and before a page is shown; returns how many deltas were folded."""
    waiting = StatDelta.objects.filter(folded=False)
    if quiz:
        waiting = waiting.filter(quiz_version__quiz=quiz)
    done = 0
    for version_id in list(waiting.order_by("quiz_version_id").values_list("quiz_version_id", flat=True).distinct()):
        folded = BATCH
        while folded == BATCH and done < limit:
            folded = _fold(version_id)
            done += folded
    return done


def rebuild_statistics(*, quiz: QuizPage | None = None, on_progress: Progress | None = None) -> int:
    """Make the sums anew from the attempts; returns how many attempts count. What was waiting is in them."""
    versions = QuizVersion.objects.filter(Q(attempts__isnull=False) | Q(stats__isnull=False)).distinct()
    if quiz:
        versions = versions.filter(quiz=quiz)
    return sum(_rebuild(pk, on_progress) for pk in list(versions.order_by("pk").values_list("pk", flat=True)))


@transaction.atomic
def _fold(version_id: int) -> int:
    """One batch of one version. Who holds its rows folds it; others pass by, and deltas go with what they became."""
    stats = _locked(version_id, skip_locked=True)
    if len(stats) < len(Population.values):
        return 0
    waiting = StatDelta.objects.select_for_update().filter(quiz_version=version_id, folded=False).order_by("pk")
    deltas = list(waiting[:BATCH])
    StatDelta.objects.filter(pk__in=[delta.pk for delta in deltas if delta.sign < 0]).delete()
    StatDelta.objects.filter(pk__in=[delta.pk for delta in deltas if delta.sign > 0]).update(folded=True)
    counted = [(delta.sign, Counted.from_json(delta.payload)) for delta in deltas]
    pools = {item.pool for _, one in counted for item in one.items}
    for stat in stats:
        sums = load(stat, pools)
        for sign, one in counted:
            if one.first or stat.population == Population.ALL:
                sums.apply(one, sign)
        store(stat, sums, pools)
    return len(deltas)


@transaction.atomic
def _rebuild(version_id: int, on_progress: Progress | None) -> int:
    """One version. An attempt that is finished meanwhile is counted by the delta that it leaves."""
    stats = _locked(version_id)
    sums = {population: QuizSums() for population in Population.values}
    pools = {pool for stat in stats for pool in stat.items.values_list("pool", flat=True)}
    counted_in_all = 0
    for attempts in _batches(version_id):
        # Deltas of these attempts are settled: whoever would add one holds the attempt, and so do we.
        StatDelta.objects.filter(attempt__in=attempts).delete()
        counted = _counted(attempts)
        StatDelta.objects.bulk_create(
            StatDelta(attempt_id=pk, quiz_version_id=version_id, sign=1, payload=one.as_json(), folded=True)
            for pk, one in counted.items()
        )
        for one in counted.values():
            pools |= {item.pool for item in one.items}
            sums[Population.ALL].apply(one, 1)
            if one.first:
                sums[Population.FIRST].apply(one, 1)
        counted_in_all += len(counted)
        if on_progress:
            on_progress(len(attempts))
    for stat in stats:
        store(stat, sums[stat.population], pools)
    return counted_in_all


def _locked(version_id: int, *, skip_locked: bool = False) -> list[QuizStat]:
    """Both populations' rows, made if need be, held until the transaction ends; fewer where others hold them."""
    rows = QuizStat.objects.filter(quiz_version=version_id)
    if rows.count() < len(Population.values):
        missing = [QuizStat(quiz_version_id=version_id, population=population) for population in Population.values]
        QuizStat.objects.bulk_create(missing, ignore_conflicts=True)
    return list(rows.select_for_update(skip_locked=skip_locked).order_by("population"))


def _batches(version_id: int) -> Iterable[list[int]]:
    """The version's attempts, locked batch by batch."""
    last = 0
    while True:
        locked = Attempt.objects.select_for_update().filter(quiz_version=version_id, pk__gt=last).order_by("pk")
        pks = list(locked.values_list("pk", flat=True)[:BATCH])
        if not pks:
            return
        yield pks
        last = pks[-1]


def _counted(attempts: list[int], rows: Iterable[Row] | None = None) -> dict[int, Counted]:
    """Those of these attempts that count, as they count: graded, with every asked question that was not taken out."""
    papers: dict[int, list[Row]] = defaultdict(list)
    for row in _items(attempts) if rows is None else rows:
        papers[row["attempt"]].append(row)
    return {pk: _one(items) for pk, items in papers.items()}


def _items(attempts: list[int]) -> Iterable[Any]:
    """The papers of those that are graded, each question with the version that it is pooled under."""
    items = AttemptItem.objects.filter(attempt__in=attempts, attempt__state=Attempt.State.GRADED)
    return (
        items.annotate(pool=Subquery(_roots(OuterRef("version__question"), OuterRef("version__number"))))
        .order_by("attempt_id", "position")
        .values(
            "attempt", "slot_uid", "version__kind", "version__key", "points_m", "score_m", "grade_state", "answer",
            "pool", "attempt__passed", "attempt__first_of_learner", "attempt__started_at", "attempt__submitted_at",
        )
    )  # fmt: skip


def _roots(question: Any, number: Any) -> Any:
    """The first of the versions that differ from this one in spelling only (QUIZZES.md section 11)."""
    versions = QuestionVersion.objects.filter(~Q(change=QuestionVersion.Change.TYPO) | Q(number=1))
    return versions.filter(question=question, number__lte=number).order_by("-number").values("pk")[:1]


def _row(attempt: Attempt, item: AttemptItem) -> Row:
    """The same of a question that is at hand."""
    version = item.version
    alone = version.number == 1 or version.change != QuestionVersion.Change.TYPO
    return {
        "attempt": attempt.pk,
        "slot_uid": item.slot_uid,
        "version__kind": version.kind,
        "version__key": version.key,
        "points_m": item.points_m,
        "score_m": item.score_m,
        "grade_state": item.grade_state,
        "answer": item.answer,
        "pool": version.pk if alone else _roots(version.question_id, version.number)[0]["pk"],
        "attempt__passed": attempt.passed,
        "attempt__first_of_learner": attempt.first_of_learner,
        "attempt__started_at": attempt.started_at,
        "attempt__submitted_at": attempt.submitted_at,
    }


def _one(rows: list[Row]) -> Counted:
    """One attempt from the rows of its paper."""
    first, places = rows[0], Counter[str]()
    items = []
    for row in rows:
        kept = question_type(row["version__kind"])
        slot = row["slot_uid"].hex
        places[slot] += 1
        if not kept.asks or row["grade_state"] == VOID:
            continue
        picked = kept.chose(row["version__key"], row["answer"])
        chosen = tuple(dict.fromkeys(option[:LONGEST_ANSWER] for option in picked))
        items.append(
            CountedItem(
                pool=row["pool"],
                points=row["points_m"],
                mark=row["score_m"] or 0,
                slot=f"{slot}.{places[slot]}",
                chosen=chosen,
                written="" if chosen else answer_text(row["answer"]),
            )
        )
    ended = first["attempt__submitted_at"] or first["attempt__started_at"]
    seconds = in_steps((ended - first["attempt__started_at"]).total_seconds())
    return Counted(bool(first["attempt__passed"]), seconds, first["attempt__first_of_learner"], tuple(items))
