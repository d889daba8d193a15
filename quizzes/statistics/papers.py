"""What the sums of a whole quiz say: reliability, error of measurement, the band of doubt (QUIZZES.md section 13)."""

from fractions import Fraction

from quizzes.statistics.items import product_moment
from quizzes.statistics.spread import root, sd, variance
from quizzes.statistics.sums import Histogram, QuizSums

HUNDRED = 100


def alpha(sums: QuizSums) -> Fraction | None:
    """Cronbach's alpha, percent (the coefficient of internal consistency). It may be below 0 and is never clamped.

    It goes by the places of the paper: on a drawn paper different questions stand in one place, and what is measured
    is the way of drawing, not one set of questions.
    """
    places = len(sums.slots)
    total = variance(sums.totals)
    if places < 2 or not total:
        return None
    parts = [_variance(sums.n, slot.sum_x, slot.sum_xx) for slot in sums.slots.values()]
    return HUNDRED * Fraction(places, places - 1) * (1 - sum(parts) / total)


def _variance(n: int, sum_x: int, sum_xx: int) -> Fraction:
    """Over all attempts: one that has no such place (its question was taken out there) counts as 0 on it."""
    return product_moment(n, sum_xx, sum_x, sum_x)


def error_ratio(reliability: Fraction | None) -> float | None:
    """Percent of the spread of totals that is chance: 100 sqrt(1 - alpha/100)."""
    return None if reliability is None else HUNDRED * root(1 - reliability / HUNDRED)


def standard_error(sums: QuizSums) -> float | None:
    """SEM, in the unit of the totals: how far a total may lie from what the same person would reach on average."""
    ratio, spread = error_ratio(alpha(sums)), sd(sums.totals)
    return None if ratio is None or spread is None else ratio * spread / HUNDRED


def within(totals: Histogram, center: Fraction, reach: float) -> int:
    """How many totals lie at most so far from this one."""
    limit = Fraction(reach)
    return sum(times for value, times in totals.items() if abs(value - center) <= limit)


def usual_paper(sums: QuizSums) -> int:
    """What could be earned on most papers."""
    return max(sums.papers, key=lambda value: (sums.papers[value], value), default=0)
