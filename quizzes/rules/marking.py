"""Marking by several people, as pure functions (QUIZZES.md section 11)."""

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction

FIRST, SECOND, DECIDING = 1, 2, 3
"""The rounds: the first marker, one who does not see the first, and the one who decides where they differ too far."""

PPM_PER_PERCENT = 10_000


def agreed(marks: Sequence[int], *, second_marker: bool, difference: int) -> int | None:
    """The mark that counts, in millionths, after these rounds; None when a further person must mark.

    Two marks count by their mean, rounded half to even. Beyond ``difference`` percent of the points a third counts.
    """
    if not marks:
        return None
    if not second_marker or len(marks) >= DECIDING:
        return marks[-1]
    if len(marks) < SECOND:
        return None
    first, second = marks
    if abs(first - second) > difference * PPM_PER_PERCENT:
        return None
    return round(Fraction(first + second, 2))


def since_in_words(moment: datetime, now: datetime) -> str:
    """How long something has waited: "12 minutes", "5 hours", "3 days"."""
    minutes = max(0, int((now - moment).total_seconds()) // 60)
    for size, name in ((1440, "day"), (60, "hour"), (1, "minute")):
        if count := minutes // size:
            return f"{count} {name}{'s' if count != 1 else ''}"
    return "just now"
