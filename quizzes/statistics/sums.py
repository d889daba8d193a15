"""What is kept: one attempt as it counts, and the sums and histograms that many attempts add up to.

Everything is an integer (milli-points, seconds, counts), so adding an attempt and taking it back leaves exactly what
stood there before, in any order of additions.
"""

import math
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

Histogram = dict[int, int]
"""Value -> how many. A value that nobody has is not in it."""

STEP_SECONDS = 15
"""Time is counted in steps, so that its histogram stays small."""

DAY_SECONDS = 24 * 60 * 60
"""Longer attempts count as a day: a paper without a time limit may lie open for weeks."""

LONGEST_ANSWER = 200


@dataclass(frozen=True)
class CountedItem:
    """One question of an attempt, as it counts."""

    pool: int
    """The version of the question, or of those that differ from it in spelling only the first."""

    points: int
    mark: int
    slot: str
    """The place in the paper: alpha of a drawn paper goes by places, not by questions."""

    chosen: tuple[str, ...] = ()
    written: str = ""


@dataclass(frozen=True)
class Counted:
    """One attempt, as it counts."""

    passed: bool
    seconds: int
    first: bool
    """The learner's first at this quiz."""

    items: tuple[CountedItem, ...]

    @property
    def total(self) -> int:
        """T: what was earned."""
        return sum(item.mark for item in self.items)

    @property
    def paper(self) -> int:
        """What could be earned."""
        return sum(item.points for item in self.items)

    def as_json(self) -> dict[str, Any]:
        """For the database."""
        rows = [[item.pool, item.points, item.mark, item.slot, list(item.chosen), item.written] for item in self.items]
        return {"passed": self.passed, "seconds": self.seconds, "first": self.first, "items": rows}

    @classmethod
    def from_json(cls, payload: Mapping[str, Any]) -> "Counted":
        """Back again."""
        items = tuple(
            CountedItem(pool, points, mark, slot, tuple(chosen), written)
            for pool, points, mark, slot, chosen, written in payload["items"]
        )
        return cls(bool(payload["passed"]), payload["seconds"], bool(payload["first"]), items)


@dataclass
class OptionSums:
    """One option, or one written answer."""

    n: int = 0
    sum_x: int = 0
    sum_t: int = 0
    sum_r: int = 0


@dataclass
class SlotSums:
    """One place in the paper."""

    n: int = 0
    sum_x: int = 0
    sum_xx: int = 0
    sum_xt: int = 0


@dataclass
class ItemSums:
    """One question: x its mark, t the total, r = t - x the rest of the paper."""

    n: int = 0
    sum_x: int = 0
    sum_xx: int = 0
    sum_xt: int = 0
    sum_t: int = 0
    sum_tt: int = 0
    marks: Histogram = field(default_factory=dict)
    rests: Histogram = field(default_factory=dict)
    options: dict[tuple[bool, str], OptionSums] = field(default_factory=dict)
    """(whether it was written, option or text) -> its sums."""


@dataclass
class QuizSums:
    """One quiz version and population."""

    n: int = 0
    passed: int = 0
    totals: Histogram = field(default_factory=dict)
    seconds: Histogram = field(default_factory=dict)
    papers: Histogram = field(default_factory=dict)
    slots: dict[str, SlotSums] = field(default_factory=dict)
    items: dict[tuple[int, int], ItemSums] = field(default_factory=dict)
    """(pool, points) -> its sums."""

    def apply(self, counted: Counted, sign: int) -> None:
        """Add the attempt (1) or take it back (-1)."""
        total = counted.total
        self.n += sign
        self.passed += sign * counted.passed
        shift(self.totals, total, sign)
        shift(self.seconds, counted.seconds, sign)
        shift(self.papers, counted.paper, sign)
        for item in counted.items:
            _add_slot(self.slots, item, total, sign)
            key = (item.pool, item.points)
            _add_item(self.items.setdefault(key, ItemSums()), item, total, sign)

    def drop_empty(self) -> None:
        """Forget what adds up to nothing, so that what was taken back leaves no trace."""
        self.slots = {key: sums for key, sums in self.slots.items() if sums != SlotSums()}
        for sums in self.items.values():
            sums.options = {key: option for key, option in sums.options.items() if option != OptionSums()}
        self.items = {key: sums for key, sums in self.items.items() if sums != ItemSums()}


def _add_slot(slots: dict[str, SlotSums], item: CountedItem, total: int, sign: int) -> None:
    slot = slots.setdefault(item.slot, SlotSums())
    slot.n += sign
    slot.sum_x += sign * item.mark
    slot.sum_xx += sign * item.mark**2
    slot.sum_xt += sign * item.mark * total


def _add_item(sums: ItemSums, item: CountedItem, total: int, sign: int) -> None:
    mark, rest = item.mark, total - item.mark
    sums.n += sign
    sums.sum_x += sign * mark
    sums.sum_xx += sign * mark**2
    sums.sum_xt += sign * mark * total
    sums.sum_t += sign * total
    sums.sum_tt += sign * total**2
    shift(sums.marks, mark, sign)
    shift(sums.rests, rest, sign)
    chosen = [(False, option) for option in item.chosen]
    for key in [*chosen, (True, item.written)] if item.written else chosen:
        option = sums.options.setdefault(key, OptionSums())
        option.n += sign
        option.sum_x += sign * mark
        option.sum_t += sign * total
        option.sum_r += sign * rest


def shift(histogram: Histogram, value: int, by: int) -> None:
    """Count a value up or down; one that nobody has any more goes."""
    count = histogram.get(value, 0) + by
    if count:
        histogram[value] = count
    else:
        histogram.pop(value, None)


def add_up(attempts: Iterable[Counted]) -> QuizSums:
    """The sums of these attempts."""
    sums = QuizSums()
    for counted in attempts:
        sums.apply(counted, 1)
    return sums


def in_steps(seconds: float) -> int:
    """Time taken as it is counted: to the nearest step, at least one and at most a day."""
    steps = math.floor(Fraction(seconds) / STEP_SECONDS + Fraction(1, 2))
    return min(DAY_SECONDS, max(1, steps) * STEP_SECONDS)


def answer_text(answer: Any) -> str:
    """What was written, for the table of written answers: short texts and numbers (QUIZZES.md 5.1).

    Essays are no such answers: they are long, and they are somebody's own. Words that differ in capitals and spaces
    only are one answer; in a number capitals stay, because a unit means something else by them.
    """
    if not isinstance(answer, Mapping):
        return ""
    if isinstance(answer.get("t"), str):
        text = unicodedata.normalize("NFC", answer["t"]).casefold()
    elif isinstance(answer.get("v"), str):
        text = unicodedata.normalize("NFC", f"{answer['v']} {answer.get('u') or ''}")
    else:
        return ""
    return " ".join(text.split())[:LONGEST_ANSWER]
