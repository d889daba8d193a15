"""Where a learner stands in a quiz after some attempts: passed or not, by the quiz's own way of counting."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

BEST, LAST, FIRST, AVERAGE = "best", "last", "first", "average"
METHODS = [
    (BEST, "The best try counts"),
    (LAST, "The last try counts"),
    (FIRST, "The first try counts"),
    (AVERAGE, "The average of all tries counts"),
]


@dataclass(frozen=True)
class Try:
    """A finished attempt."""

    score_m: int
    max_m: int
    passed: bool
    critical_failed: bool


def has_passed(tries: Sequence[Try], *, method: str, pass_mark: int) -> bool:
    """Whether these attempts, oldest first, pass the quiz."""
    if not tries:
        return False
    if method == BEST:
        return any(attempt.passed for attempt in tries)
    if method == AVERAGE:
        # An unsafe answer in the newest try is not outweighed by an average.
        return not tries[-1].critical_failed and _mean(tries) * 100 >= pass_mark
    return tries[-1 if method == LAST else 0].passed


def _mean(tries: Sequence[Try]) -> Fraction:
    shares = [Fraction(attempt.score_m, attempt.max_m) if attempt.max_m else Fraction(0) for attempt in tries]
    return sum(shares, Fraction(0)) / len(shares)
