"""What a question's sums say: difficulty, discrimination, weight, and how each option did (QUIZZES.md section 13).

x is the mark on the question, T the total, R = T - x the rest of the paper. The index of discrimination goes by the
rest everywhere, drawn questions included: Moodle takes the whole total for those, which flatters them.
"""

import math
from dataclasses import dataclass
from fractions import Fraction

from quizzes.statistics.spread import root
from quizzes.statistics.sums import Histogram, ItemSums, OptionSums, QuizSums

HUNDRED = 100


@dataclass(frozen=True)
class Item:
    """The exact figures behind a question's indices. Variances are those of a sample: None for fewer than two."""

    n: int
    points: int
    facility: Fraction | None
    mean: Fraction | None
    variance: Fraction | None
    variance_total: Fraction | None
    variance_rest: Fraction | None
    covariance_total: Fraction | None
    covariance: Fraction | None
    """C(x, R)."""

    covariance_max: Fraction | None
    """What C(x, R) would be if marks and rests went up together."""

    @property
    def sd(self) -> float | None:
        """Of the marks, in their unit."""
        return None if self.variance is None else root(self.variance)

    @property
    def discrimination(self) -> float | None:
        """Index of discrimination, percent: the correlation of the mark with the rest of the paper."""
        found = correlation(self.covariance, self.variance, self.variance_rest)
        return None if found is None else HUNDRED * found

    @property
    def efficiency(self) -> Fraction | None:
        """Discriminative efficiency, percent: of what these marks and rests could have reached."""
        if self.covariance is None or not self.covariance_max:
            return None
        return HUNDRED * self.covariance / self.covariance_max

    @property
    def item_total(self) -> float | None:
        """The correlation with the whole total, the question in it."""
        return correlation(self.covariance_total, self.variance, self.variance_total)


def item_of(sums: ItemSums, points: int) -> Item:
    """The figures of a question worth so many points."""
    n = sums.n
    facility = Fraction(sums.sum_x, n * points) if n > 0 and points else None
    if n < 2:
        average = Fraction(sums.sum_x, n) if n == 1 else None
        return Item(n, points, facility, average, *([None] * 6))
    v_x = product_moment(n, sums.sum_xx, sums.sum_x, sums.sum_x)
    v_t = product_moment(n, sums.sum_tt, sums.sum_t, sums.sum_t)
    c_xt = product_moment(n, sums.sum_xt, sums.sum_x, sums.sum_t)
    return Item(
        n=n,
        points=points,
        facility=facility,
        mean=Fraction(sums.sum_x, n),
        variance=v_x,
        variance_total=v_t,
        variance_rest=v_t + v_x - 2 * c_xt,
        covariance_total=c_xt,
        covariance=c_xt - v_x,
        covariance_max=greatest_covariance(sums.marks, sums.rests),
    )


def product_moment(n: int, sum_ab: int, sum_a: int, sum_b: int) -> Fraction:
    """C(a, b) of a sample from its sums."""
    return Fraction(n * sum_ab - sum_a * sum_b, n * (n - 1))


def correlation(covariance: Fraction | None, one: Fraction | None, other: Fraction | None) -> float | None:
    """Pearson's; none where one of the two does not vary."""
    if covariance is None or not one or not other:
        return None
    return math.copysign(root(covariance**2 / (one * other)), covariance)


def greatest_covariance(left: Histogram, right: Histogram) -> Fraction:
    """C(sorted left, sorted right), by walking down both histograms at once: as many steps as they have bars."""
    n = sum(left.values())
    lefts, rights = sorted(left.items()), sorted(right.items())
    product, i, j = 0, 0, 0
    left_here, right_here = lefts[0][1], rights[0][1]
    while True:
        together = min(left_here, right_here)
        product += together * lefts[i][0] * rights[j][0]
        left_here, right_here = left_here - together, right_here - together
        if not left_here:
            i += 1
            if i == len(lefts):
                break
            left_here = lefts[i][1]
        if not right_here:
            j += 1
            right_here = rights[j][1]
    return product_moment(n, product, _sum(left), _sum(right))


def _sum(histogram: Histogram) -> int:
    return sum(value * times for value, times in histogram.items())


def effective_weight(item: Item, sums: QuizSums) -> float | None:
    """How much the question decides about the total, percent; none where it works against the others.

    The whole is the sum over the places of the paper, without those that work against the others. A question that not
    everybody met has no such weight: what varies with the total is then its place.
    """
    if item.n != sums.n or item.covariance_total is None or item.covariance_total < 0:
        return None
    totals = _sum(sums.totals)
    shares = [product_moment(sums.n, slot.sum_xt, slot.sum_x, totals) for slot in sums.slots.values()]
    whole = sum(root(share) for share in shares if share >= 0)
    return HUNDRED * root(item.covariance_total) / whole if whole else None


def intended_weight(points: int, paper: int) -> Fraction | None:
    """What the question was meant to decide, percent: its points of all points."""
    return Fraction(HUNDRED * points, paper) if paper else None


@dataclass(frozen=True)
class Option:
    """How an option did."""

    n: int
    share: Fraction | None
    mean_total: Fraction | None
    """T of those who chose it."""

    mean_mark: Fraction | None
    correlation: float | None
    """Of having chosen it (0 or 1) with the rest of the paper."""


def option_of(option: OptionSums, item: ItemSums) -> Option:
    """The figures of an option among all who met the question."""
    n, chosen = item.n, option.n
    found = None
    if n > 1:
        v_chosen = product_moment(n, chosen, chosen, chosen)
        sum_r = item.sum_t - item.sum_x
        sum_rr = sum(value**2 * times for value, times in item.rests.items())
        v_rest = product_moment(n, sum_rr, sum_r, sum_r)
        found = correlation(product_moment(n, option.sum_r, chosen, sum_r), v_chosen, v_rest)
    return Option(
        n=chosen,
        share=Fraction(chosen, n) if n else None,
        mean_total=Fraction(option.sum_t, chosen) if chosen else None,
        mean_mark=Fraction(option.sum_x, chosen) if chosen else None,
        correlation=found,
    )


def is_drawn(sums: QuizSums) -> bool:
    """Whether not everybody met the same questions: drawn ones, or one that was changed while attempts went on."""
    return any(item.n != sums.n for item in sums.items.values())
