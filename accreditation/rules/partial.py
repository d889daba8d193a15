"""Credit for a part of a course: only where the body's row allows it (DOMAIN.md 2.6, 4), rounded down, once."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from accreditation.rules.vocabulary import LIVE_MODES

STEPS = {
    "half_down": Fraction(1, 2),
    "quarter_down": Fraction(1, 4),
    "tenth_down": Fraction(1, 10),
    "none": Fraction(1, 100),
}
"""A body's rounding and the smallest piece of an hour that it leaves; two decimals are what an award keeps."""

Line = dict[str, Any]


def share_of(hours: Decimal, *, attended: int, held: int, rounding: str) -> Decimal:
    """Hours of a live line for the minutes that were attended.

    >>> share_of(Decimal("6"), attended=200, held=240, rounding="half_down")
    Decimal('5')
    >>> share_of(Decimal("1"), attended=200, held=300, rounding="none")
    Decimal('0.66')
    """
    step = STEPS[rounding]
    pieces = Fraction(hours) * Fraction(attended, held) // step
    exact = pieces * step
    return Decimal(exact.numerator) / Decimal(exact.denominator)


def credited_lines(lines: Sequence[Mapping[str, Any]], *, attended: int, held: int, rounding: str) -> list[Line]:
    """The lines as they are awarded: live ones by the minutes attended, lines of which nothing is left taken out."""
    credited: list[Line] = []
    for line in lines:
        hours = Decimal(line["hours"])
        if line["mode"] in LIVE_MODES:
            left = share_of(hours, attended=attended, held=held, rounding=rounding)
            credited.append({**line, "hours": str(left), "approved": line["hours"]})
        else:
            credited.append(dict(line))
    return [line for line in credited if Decimal(line["hours"]) > 0]
