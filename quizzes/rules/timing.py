"""Time: a deadline is set once, at the start, by the server's clock (QUIZZES.md section 6)."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

NETWORK_GRACE = timedelta(seconds=60)
"""A save that was sent in time may arrive this late."""

HASTY_SECONDS = 3
"""Below so many seconds a question nobody has read it: eight words, at the four a second of a quick reader, and one to
choose. A pass that fast is shown to staff and has no effect."""


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


def extra_time(minutes: int, allowance: Allowance) -> timedelta:
    """What a grant adds to a limit: its percent of the limit, and its minutes."""
    return timedelta(seconds=minutes * 60 * (allowance.time_percent - 100) // 100 + allowance.extra_minutes * 60)


def closing(closes_at: datetime | None, *, minutes: int, allowance: Allowance) -> datetime | None:
    """When a quiz closes for one learner: a grant extends the window by the same time that it adds to the limit."""
    return closes_at + extra_time(minutes, allowance) if closes_at else None


def deadline(
    start: datetime, *, minutes: int, allowance: Allowance, closes_at: datetime | None = None
) -> datetime | None:
    """When the time ends; None for no limit.

    The quiz's closing cuts an attempt short, that of an untimed learner excepted: untimed means no clock at all, though
    nothing can be begun any more once the quiz is closed.
    """
    if allowance.untimed:
        return None
    closes = closing(closes_at, minutes=minutes, allowance=allowance)
    if not minutes:
        return closes
    ends = start + timedelta(minutes=minutes) + extra_time(minutes, allowance)
    return min(ends, closes) if closes else ends


def late_until(deadline_at: datetime, late_minutes: int) -> datetime:
    """Until when a paper may still be handed in whose answers can no longer be changed."""
    return deadline_at + timedelta(minutes=late_minutes)


def is_hasty(start: datetime, end: datetime, questions: int) -> bool:
    """Handed in faster than the questions can be read."""
    return questions > 0 and (end - start).total_seconds() < HASTY_SECONDS * questions


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
