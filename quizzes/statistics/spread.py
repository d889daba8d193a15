"""How values are spread: mean, median, variance, skewness and kurtosis from a histogram (QUIZZES.md section 13).

Moments are taken from the histogram and not from sums of powers: sums of fourth powers are too long for a database's
integers. Everything is exact but `sd` and `skewness`, whose square roots have no fraction.
"""

import math
from fractions import Fraction

from quizzes.statistics.sums import Histogram


def size(histogram: Histogram) -> int:
    """S: how many."""
    return sum(histogram.values())


def mean(histogram: Histogram) -> Fraction | None:
    """None of nothing."""
    count = size(histogram)
    return Fraction(sum(value * times for value, times in histogram.items()), count) if count else None


def median(histogram: Histogram) -> Fraction | None:
    """The middle value, or the mean of the middle two."""
    count = size(histogram)
    if not count:
        return None
    return Fraction(_at(histogram, (count - 1) // 2) + _at(histogram, count // 2), 2)


def _at(histogram: Histogram, place: int) -> int:
    """The value at this place when all stand in order."""
    passed = 0
    for value in sorted(histogram):
        passed += histogram[value]
        if passed > place:
            return value
    message = f"There is no place {place}."
    raise IndexError(message)


def central(histogram: Histogram, power: int) -> Fraction:
    """m_k: the mean of the differences from the mean, to this power."""
    count = size(histogram)
    total = sum(value * times for value, times in histogram.items())
    # (v - total/count)^k over one denominator: one fraction is made, not one per value.
    top = sum(times * (value * count - total) ** power for value, times in histogram.items())
    return Fraction(top, count ** (power + 1))


def variance(histogram: Histogram) -> Fraction | None:
    """V: of a sample, divisor S - 1. None for fewer than two."""
    count = size(histogram)
    return Fraction(count, count - 1) * central(histogram, 2) if count > 1 else None


def sd(histogram: Histogram) -> float | None:
    """The square root of V."""
    found = variance(histogram)
    return None if found is None else root(found)


def skewness(histogram: Histogram) -> float | None:
    """k3 / k2^1.5; below 0 where the tail is of low marks. None for fewer than three, or when all are the same."""
    count = size(histogram)
    if count < 3 or len(histogram) < 2:
        return None
    k2 = Fraction(count, count - 1) * central(histogram, 2)
    k3 = Fraction(count**2, (count - 1) * (count - 2)) * central(histogram, 3)
    return math.copysign(root(k3**2 / k2**3), k3)


def kurtosis(histogram: Histogram) -> Fraction | None:
    """k4 / k2^2; above 0 where more than usual are far out. None for fewer than four, or when all are the same."""
    count = size(histogram)
    if count < 4 or len(histogram) < 2:
        return None
    m2, m4 = central(histogram, 2), central(histogram, 4)
    k2 = Fraction(count, count - 1) * m2
    weights = (count - 1) * (count - 2) * (count - 3)
    k4 = Fraction(count**2, weights) * ((count + 1) * m4 - 3 * (count - 1) * m2**2)
    return k4 / k2**2


def root(value: Fraction) -> float:
    """The nearest float to the square root of a fraction, however large its numbers are."""
    # Scaled so that the whole root has at least 64 bits: float(value) alone could overflow or lose the small ones.
    shift = max(0, 64 - (value.numerator.bit_length() - value.denominator.bit_length()) // 2)
    scaled = math.isqrt((value.numerator << 2 * shift) // value.denominator)
    return float(Fraction(scaled, 1 << shift))
