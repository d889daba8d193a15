"""Shares of the points as other systems write them, read exactly."""

import re
from collections.abc import Sequence
from fractions import Fraction

PERCENT = re.compile(r"%(-?[0-9]{1,9}(?:\.[0-9]{0,9})?)%")
_DENOMINATORS = (3, 6, 7, 9, 11, 12)
MAX_LENGTH = 12


def share(percent: str) -> Fraction:
    """A percentage as a share. One written with two decimals or more that is a third, sixth, seventh, ninth, ... cut
    off or rounded is taken for it (33.333 is 1/3), so that three of them make a whole."""
    written = Fraction(percent) / 100
    decimals = len(percent.partition(".")[2])
    if decimals < 2:
        return written
    unit = Fraction(1, 100 * 10**decimals)
    for denominator in _DENOMINATORS:
        near = Fraction(round(written * denominator), denominator)
        if near != written and abs(near - written) < unit:
            return near
    return written


def evened(shares: Sequence[Fraction], written: Sequence[str]) -> list[Fraction]:
    """The same shares, but where n equal right ones are 1/n as far as it was written (14 of 7.14286)."""
    right = {one for one in shares if one > 0}
    count = sum(one > 0 for one in shares)
    if len(right) != 1:
        return list(shares)
    nearest, given = Fraction(1, count), right.pop()
    decimals = max((len(text.partition(".")[2]) for text in written), default=0)
    if given == nearest or decimals < 2 or abs(given - nearest) >= Fraction(1, 100 * 10**decimals):
        return list(shares)
    return [nearest if one == given else -nearest if one == -given else one for one in shares]


def weight_text(value: Fraction) -> str:
    """A share as the author's form takes it."""
    decimal = _decimal(value)
    return decimal if decimal is not None and len(decimal) <= MAX_LENGTH else str(value)


def percent_text(value: Fraction) -> str:
    """A share in percent, with as many decimals as it takes to be read back: 50, 12.5, 33.33333."""
    exact = _decimal(value * 100)
    if exact is not None and len(exact.partition(".")[2]) <= 5:
        return exact
    millionths = round(value * 100 * 10**5)
    sign, digits = "-" if millionths < 0 else "", str(abs(millionths)).rjust(6, "0")
    return f"{sign}{digits[:-5]}.{digits[-5:]}"


def _decimal(value: Fraction) -> str | None:
    """Its decimals, if they end within nine places."""
    for places in range(10):
        scaled = value * 10**places
        if scaled.denominator == 1:
            sign, digits = "-" if scaled < 0 else "", str(abs(scaled.numerator)).rjust(places + 1, "0")
            return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"
    return None
