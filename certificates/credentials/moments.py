"""Instants as credentials write them."""

from datetime import UTC, datetime


def instant(moment: datetime) -> str:
    """In UTC, to the second.

    >>> instant(datetime(2026, 11, 20, 15, 4, 5, tzinfo=UTC))
    '2026-11-20T15:04:05Z'
    """
    if moment.tzinfo is None:
        raise ValueError("An instant needs its time zone.")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_instant(text: object) -> datetime | None:
    """Whatever a credential says, as long as it says the zone too; None where it is no instant."""
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None
