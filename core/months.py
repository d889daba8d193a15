"""So many months on: the same day, or the last of the month where it has no such day."""

from calendar import monthrange
from datetime import date
from typing import TypeVar

Day = TypeVar("Day", bound=date)


def months_later(start: Day, months: int) -> Day:
    """January 31 and one month is the last of February; counted from the start, so that March has its 31st again.

    >>> months_later(date(2026, 1, 31), 1), months_later(date(2026, 1, 31), 2)
    (datetime.date(2026, 2, 28), datetime.date(2026, 3, 31))
    """
    years, month = divmod(start.month - 1 + months, 12)
    year, month = start.year + years, month + 1
    return start.replace(year=year, month=month, day=min(start.day, monthrange(year, month)[1]))
