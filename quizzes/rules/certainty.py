"""Certainty-based marking: how sure one was, and what that is worth (QUIZZES.md section 10).

The marks per level are Moodle's (question_cbm). With them it pays to say honestly how sure one is: the low level below
two thirds, the middle one from there to 0.8, the high one above. Moodle counts an answer with partial credit as right;
here both marks are scaled by the share that was right. For learning only: passing is decided without it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

LOW, MIDDLE, HIGH = 1, 2, 3
LEVELS = {LOW: "Not very", MIDDLE: "Fairly", HIGH: "Very"}
RIGHT = {LOW: 1, MIDDLE: 2, HIGH: 3}
WRONG = {LOW: 0, MIDDLE: -2, HIGH: -6}
MIDDLE_FROM, HIGH_ABOVE = Fraction(2, 3), Fraction(4, 5)


def certainty_mark(level: int, share: Fraction) -> Fraction:
    """What an answer earns that was right by this share and given with this certainty."""
    return share * RIGHT[level] + (1 - share) * WRONG[level]


def honest_level(share: Fraction) -> int:
    """The level that earns most for somebody who is right this often."""
    if share < MIDDLE_FROM:
        return LOW
    return MIDDLE if share <= HIGH_ABOVE else HIGH


@dataclass(frozen=True)
class LevelRow:
    """All answers that were given with one certainty."""

    level: int
    count: int
    share: Fraction
    mark: Fraction

    @property
    def honest(self) -> int:
        """The level that these answers would have deserved."""
        return honest_level(self.share)


def calibration(answers: Iterable[tuple[int, Fraction]]) -> list[LevelRow]:
    """One row per level that was used, from (level, share that was right) of each answer."""
    by_level: dict[int, list[Fraction]] = {}
    for level, share in answers:
        by_level.setdefault(level, []).append(share)
    return [
        LevelRow(
            level,
            len(shares),
            sum(shares, Fraction(0)) / len(shares),
            sum((certainty_mark(level, share) for share in shares), Fraction(0)),
        )
        for level, shares in sorted(by_level.items())
    ]
