"""CE hours by our own count. What a board grants is the approval's number; this is what we say where there is none."""

from decimal import Decimal
from fractions import Fraction

WORDS_PER_HOUR = 12_000
"""NCBTMB's home-study rule (its FAQ; DOMAIN.md 2.1), used for the school's own count."""


def own_count(*, words: int, media_seconds: int) -> Decimal:
    """Hours = words / 12,000 + media hours, rounded down to a half hour once, at the end.

    >>> own_count(words=30_000, media_seconds=90 * 60)
    Decimal('4.0')
    """
    hours = Fraction(words, WORDS_PER_HOUR) + Fraction(media_seconds, 3600)
    halves = int(hours * 2)
    return Decimal(halves * 5).scaleb(-1)
