"""Where a subscription's periods begin: pure arithmetic on moments in UTC, no rows and no clock."""

import calendar
from datetime import UTC, datetime, timedelta
from typing import Any

DAY = 24 * 60 * 60
DAYS = {"day": 1, "week": 7}
MONTHS = {"month": 1, "year": 12}


def boundary(anchor: int, recurring: dict[str, Any], n: int) -> int:
    """The end of the n-th period after the anchor.

    Counted from the anchor each time, so that a short month is not remembered: January 31, February 28,
    March 31 (docs.stripe.com/billing/subscriptions/billing-cycle).
    """
    count = n * recurring["interval_count"]
    start = datetime.fromtimestamp(anchor, tz=UTC)
    if recurring["interval"] in DAYS:
        return int((start + timedelta(days=count * DAYS[recurring["interval"]])).timestamp())
    months = start.year * 12 + start.month - 1 + count * MONTHS[recurring["interval"]]
    year, month = divmod(months, 12)
    day = min(start.day, calendar.monthrange(year, month + 1)[1])
    return int(start.replace(year=year, month=month + 1, day=day).timestamp())


def how_often(recurring: dict[str, Any]) -> str:
    """ "every month", "every 2 weeks": as the hosted page says it."""
    count, interval = recurring["interval_count"], recurring["interval"]
    return f"every {interval}" if count == 1 else f"every {count} {interval}s"
