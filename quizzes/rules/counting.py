"""The result that counts of several tries, by the quiz's own way (QUIZZES.md section 2)."""

from collections.abc import Sequence
from fractions import Fraction

from quizzes.rules.standing import AVERAGE, BEST, LAST, Try


def counted_share(tries: Sequence[Try], *, method: str) -> Fraction | None:
    """The share of the points that counts, of finished tries, oldest first; None without any."""
    shares = [Fraction(one.score_m, one.max_m) if one.max_m else Fraction(0) for one in tries]
    if not shares:
        return None
    if method == BEST:
        return max(shares)
    if method == AVERAGE:
        return sum(shares, Fraction(0)) / len(shares)
    return shares[-1 if method == LAST else 0]


def counted_percent(tries: Sequence[Try], *, method: str) -> int | None:
    """The whole percent that is shown: rounded down, so that 79.6 never reads as an 80 that did not pass."""
    share = counted_share(tries, method=method)
    return None if share is None else int(share * 100)
