"""License numbers: written in one way, and compared with the form that a board's row gives.

The forms are data, so a pattern may come from anybody in the back office. Only patterns that are read in a bounded
number of steps are used: short, without repeated groups, and with few places where the number may go on in two ways.
"""

import re
import unicodedata
from functools import lru_cache

LONGEST_NUMBER = 40
LONGEST_PATTERN = 120
MOST_CHOICES = 5
"""Places in a pattern where a reader must try more than one way. Five of them in 40 characters are about a million
steps at worst, some milliseconds; a repeated group would double them with every character."""

_CHOICE = re.compile(r"[*+?|]|\{\d*,\d*\}")
_REPEATED_GROUP = re.compile(r"\)[*+?{]")
_SPECIAL = re.compile(r"\(\?(?!:)|\\[1-9gk]")
_SPACES_AND_SIGNS = re.compile(r"[\W_]+")


def normalize(number: str, prefix: str = "") -> str:
    """In capitals, without spaces and signs, with the board's prefix where it was left out.

    >>> normalize(" ma-12 345 ", "MA"), normalize("12345", "MA"), normalize("MT12345", "MA")
    ('MA12345', 'MA12345', 'MT12345')
    """
    plain = _SPACES_AND_SIGNS.sub("", unicodedata.normalize("NFKC", number)).upper()
    return prefix.upper() + plain if plain[:1].isdigit() and prefix else plain


def pattern_problem(pattern: str) -> str:
    """Why numbers cannot be compared with this pattern; empty where they can."""
    if len(pattern) > LONGEST_PATTERN:
        return f"A pattern has at most {LONGEST_PATTERN} characters."
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        return f"This is no regular expression: {error}."
    if _REPEATED_GROUP.search(pattern) or _SPECIAL.search(pattern):
        return "Repeat single signs only, such as [0-9]{5}: no repeated groups, no references, no look-around."
    if len(_CHOICE.findall(pattern)) > MOST_CHOICES:
        return f"At most {MOST_CHOICES} of the signs * + ? | and {{2,5}} in one pattern: say how many digits there are."
    return ""


def fits(number: str, *, pattern: str, prefix: str = "") -> bool:
    """Whether a number as it was typed has this form. A pattern that cannot be used refuses nobody."""
    compiled = _usable(pattern)
    if compiled is None:
        return True
    forms = (normalize(number, prefix), re.sub(r"\s+", "", number).upper())
    return any(compiled.fullmatch(form) for form in forms if len(form) <= LONGEST_NUMBER)


def number_problem(number: str, *, pattern: str = "", prefix: str = "", example: str = "") -> str:
    """What to tell somebody whose number cannot be right; empty where it can."""
    if max(len(number), len(normalize(number, prefix))) > LONGEST_NUMBER:
        return f"A license number has at most {LONGEST_NUMBER} characters."
    if not any(sign.isalnum() for sign in number):
        return "Write the number as it stands on your license."
    if pattern and not fits(number, pattern=pattern, prefix=prefix):
        return f"This is not the form of a license number there. It looks like {example}. Please compare it."
    return ""


@lru_cache
def _usable(pattern: str) -> re.Pattern[str] | None:
    return None if pattern_problem(pattern) else re.compile(pattern, re.ASCII)
