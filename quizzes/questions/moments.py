"""A moment of a recording as people write it, read exactly: 83.2, 1:23.2 or 1:01:23."""

import re
from fractions import Fraction

from . import numbers

UNITS = {"": 1, "s": 1, "sec": 1, "seconds": 1, "min": 60}
_CLOCK = re.compile(r"(?:(?P<hours>[0-9]{1,2}):)?(?P<minutes>[0-9]{1,3}):(?P<seconds>[0-5]?[0-9](?:\.[0-9]{1,9})?)")


def seconds_of(text: str) -> Fraction | None:
    """The moment in seconds; None for what is no moment."""
    if len(text) > numbers.MAX_LENGTH:
        return None
    if clock := _CLOCK.fullmatch(text.strip()):
        return 3600 * int(clock["hours"] or 0) + 60 * int(clock["minutes"]) + Fraction(clock["seconds"])
    quantity = numbers.parse(text)
    factor = UNITS.get(quantity.unit.casefold()) if quantity else None
    return quantity.value * factor if quantity and factor and quantity.value >= 0 else None


def clock_of(seconds: Fraction) -> str:
    """A moment as a player shows it: 1:23.2"""
    minutes, rest = divmod(seconds, 60)
    whole, dot, decimals = numbers.plainly(Fraction(rest)).partition(".")
    return f"{minutes}:{whole.rjust(2, '0')}{dot}{decimals}"
