"""Checks of wording against the patterns that staff keep."""

import re

from evidence.models import WordingPattern


def wording_problems(text: str, *, level: str = WordingPattern.Level.BLOCK) -> list[str]:
    """One sentence per phrase in the text that promises too much, with what to write instead."""
    found = []
    for row in WordingPattern.objects.filter(level=level):
        match = re.search(row.pattern, text, re.IGNORECASE)
        if match:
            found.append(f"“{match.group(0)}”: {row.reason} {row.advice}".strip())
    return found
