"""The statistics' rows and the sums they hold, the one made from the other."""

from collections.abc import Iterable
from dataclasses import asdict

from quizzes.models import ItemStat, OptionStat, QuizStat
from quizzes.statistics.sums import Histogram, ItemSums, OptionSums, QuizSums, SlotSums

HISTOGRAMS = ("totals", "seconds", "papers")
ITEM_SUMS = ("n", "sum_x", "sum_xx", "sum_xt", "sum_t", "sum_tt")
OPTION_SUMS = ("n", "sum_x", "sum_t", "sum_r")
AT_ONCE = 200


def sums_of(stat: QuizStat) -> QuizSums:
    """What the quiz's row holds, without its questions."""
    return QuizSums(
        n=stat.n,
        passed=stat.passed,
        totals=from_json(stat.totals),
        seconds=from_json(stat.seconds),
        papers=from_json(stat.papers),
        slots={slot: SlotSums(**sums) for slot, sums in stat.slots.items()},
    )


def item_sums_of(row: ItemStat, options: Iterable[OptionStat] = ()) -> ItemSums:
    """What a question's row holds, with those of its options."""
    sums = {name: getattr(row, name) for name in ITEM_SUMS}
    by_option = {(one.written, one.option): option_sums_of(one) for one in options}
    return ItemSums(**sums, marks=from_json(row.marks), rests=from_json(row.rests), options=by_option)


def option_sums_of(row: OptionStat) -> OptionSums:
    """What an option's row holds."""
    return OptionSums(**{name: getattr(row, name) for name in OPTION_SUMS})


def load(stat: QuizStat, pools: set[int]) -> QuizSums:
    """The sums of the quiz and of these questions, to be changed and stored."""
    sums = sums_of(stat)
    rows = ItemStat.objects.filter(quiz_stat=stat, pool__in=pools).prefetch_related("options")
    sums.items = {(row.pool_id, row.points_m): item_sums_of(row, row.options.all()) for row in rows}
    return sums


def store(stat: QuizStat, sums: QuizSums, pools: set[int]) -> None:
    """Write the quiz's row and those of these questions; what adds up to nothing has none."""
    sums.drop_empty()
    stat.n, stat.passed = sums.n, sums.passed
    for name in HISTOGRAMS:
        setattr(stat, name, to_json(getattr(sums, name)))
    stat.slots = {slot: asdict(one) for slot, one in sums.slots.items()}
    stat.save()
    items = _store_items(stat, sums)
    stale = ItemStat.objects.filter(quiz_stat=stat, pool__in=pools).exclude(pk__in=[row.pk for row in items.values()])
    stale.delete()
    _store_options(sums, items)


def _store_items(stat: QuizStat, sums: QuizSums) -> dict[tuple[int, int], ItemStat]:
    rows = {
        key: ItemStat(
            quiz_stat=stat,
            pool_id=key[0],
            points_m=key[1],
            marks=to_json(one.marks),
            rests=to_json(one.rests),
            **{name: getattr(one, name) for name in ITEM_SUMS},
        )
        for key, one in sums.items.items()
    }
    ItemStat.objects.bulk_create(
        rows.values(),
        batch_size=AT_ONCE,
        update_conflicts=True,
        unique_fields=["quiz_stat", "pool", "points_m"],
        update_fields=[*ITEM_SUMS, "marks", "rests"],
    )
    return rows


def _store_options(sums: QuizSums, items: dict[tuple[int, int], ItemStat]) -> None:
    rows = [
        OptionStat(
            item_stat=items[key], written=written, option=option, **{name: getattr(one, name) for name in OPTION_SUMS}
        )
        for key, item in sums.items.items()
        for (written, option), one in item.options.items()
    ]
    OptionStat.objects.bulk_create(
        rows,
        batch_size=AT_ONCE,
        update_conflicts=True,
        unique_fields=["item_stat", "written", "option"],
        update_fields=list(OPTION_SUMS),
    )
    kept = {row.pk for row in rows}
    found = OptionStat.objects.filter(item_stat__in=items.values()).values_list("pk", flat=True)
    OptionStat.objects.filter(pk__in=[pk for pk in found if pk not in kept]).delete()


def to_json(histogram: Histogram) -> dict[str, int]:
    """Keys of JSON are text."""
    return {str(value): count for value, count in sorted(histogram.items())}


def from_json(histogram: dict[str, int]) -> Histogram:
    """Back again."""
    return {int(value): count for value, count in histogram.items()}
