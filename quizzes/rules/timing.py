"""Time: a deadline is set once, at the start, by the server's clock (QUIZZES.md section 6)."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

NETWORK_GRACE = timedelta(seconds=60)
"""A save that was sent in time may arrive this late."""


@dataclass(frozen=True)
class Allowance:
    """What a learner is granted beyond the quiz's own terms; frozen into the attempt at its start."""

    time_percent: int = 100
    extra_minutes: int = 0
    extra_attempts: int = 0
    untimed: bool = False

    def as_json(self) -> dict[str, int | bool]:
        """As it is kept in the attempt."""
        return asdict(self)


def most_generous(allowances: list[Allowance]) -> Allowance:
    """Of several grants that apply alike, the best of each."""
    if not allowances:
        return Allowance()
    return Allowance(
        time_percent=max(allowance.time_percent for allowance in allowances),
        extra_minutes=max(allowance.extra_minutes for allowance in allowances),
        extra_attempts=max(allowance.extra_attempts for allowance in allowances),
        untimed=any(allowance.untimed for allowance in allowances),
    )


def deadline(
    start: datetime, *, minutes: int, allowance: Allowance, closes_at: datetime | None = None
) -> datetime | None:
    """When the time ends; None for no limit. The quiz's closing cuts every attempt short."""
    if not minutes or allowance.untimed:
        return closes_at
    seconds = minutes * 60 * allowance.time_percent // 100 + allowance.extra_minutes * 60
    ends = start + timedelta(seconds=seconds)
    return min(ends, closes_at) if closes_at else ends


def grace_until(deadline_at: datetime | None) -> datetime | None:
    """Until when a save still counts."""
    return deadline_at + NETWORK_GRACE if deadline_at else None


def next_try_at(submitted_at: datetime, deadline_at: datetime | None, cooldown_minutes: int) -> datetime:
    """When another attempt may start. The wait counts from the deadline where the browser died before it."""
    ended = min(submitted_at, deadline_at) if deadline_at else submitted_at
    return ended + timedelta(minutes=cooldown_minutes)


def in_words(seconds: int) -> str:
    """Time left as one says it: "24 minutes", "1 minute 30 seconds"."""
    minutes, rest = divmod(max(0, seconds), 60)
    if minutes >= 5:
        return f"{minutes} minutes"
    parts = [f"{minutes} minute{'s' if minutes != 1 else ''}"] if minutes else []
    if rest or not minutes:
        parts.append(f"{rest} second{'s' if rest != 1 else ''}")
    return " ".join(parts)
