"""When a missed safety question comes back: 2, 7 and 21 days after it was missed (QUIZZES.md section 10).

Each right answer leads on by the distance between two of these days, counted from that answer: who answers on the day
meets the question on days 2, 7 and 21; who comes later does not meet it twice in a row. A wrong one begins again.
"""

from datetime import datetime, timedelta

DAYS = (2, 7, 21)


def first_due(missed_at: datetime) -> datetime:
    """When it comes back for the first time."""
    return missed_at + timedelta(days=DAYS[0])


def after_answer(stage: int, at: datetime, *, right: bool) -> tuple[int, datetime | None]:
    """The next stage and when it is due; None when nothing is left to do."""
    if not right:
        return 0, first_due(at)
    following = stage + 1
    if following >= len(DAYS):
        return following, None
    return following, at + timedelta(days=DAYS[following] - DAYS[stage])
