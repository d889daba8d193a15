"""Month ends, weeks and years: where a subscription's periods begin."""

from datetime import UTC, datetime

import pytest

from stripe_sandbox.billing.periods import boundary, how_often


def moment(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("interval", "count", "anchor", "ends"),
    [
        ("month", 1, "2026-01-31T09:30:00", ["2026-02-28T09:30:00", "2026-03-31T09:30:00", "2026-04-30T09:30:00"]),
        ("month", 1, "2027-12-30T00:00:00", ["2028-01-30T00:00:00", "2028-02-29T00:00:00", "2028-03-30T00:00:00"]),
        ("month", 3, "2026-11-30T12:00:00", ["2027-02-28T12:00:00", "2027-05-30T12:00:00"]),
        ("week", 2, "2026-11-20T12:00:00", ["2026-12-04T12:00:00", "2026-12-18T12:00:00"]),
        ("day", 1, "2026-12-31T12:00:00", ["2027-01-01T12:00:00"]),
        ("year", 1, "2028-02-29T12:00:00", ["2029-02-28T12:00:00", "2030-02-28T12:00:00"]),
    ],
)
def test_where_periods_end(interval: str, count: int, anchor: str, ends: list[str]) -> None:
    recurring = {"interval": interval, "interval_count": count}
    found = [boundary(moment(anchor), recurring, n) for n in range(1, len(ends) + 1)]
    assert found == [moment(end) for end in ends]


def test_how_often_is_said_in_words() -> None:
    assert how_often({"interval": "month", "interval_count": 1}) == "every month"
    assert how_often({"interval": "week", "interval_count": 2}) == "every 2 weeks"
