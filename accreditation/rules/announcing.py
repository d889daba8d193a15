"""Words about credit that pages must not hold: boards' approvals are announced by their own rows (DOMAIN.md 2.6, 7)."""

import re
from collections.abc import Iterable, Iterator

from accreditation.rules.linting import CEU

APPROVED = r"(?:approved|accredited)"
BETWEEN = r"[\s\-–—]{1,3}(?:(?:an?|the|is|was|has|has been|pre)[\s\-]+){0,3}"
"""NCBTMB-approved, NCBTMB has approved, approved by the Florida Board."""


def announcements(text: str, *, boards: Iterable[str]) -> Iterator[str]:
    """Where a text says by itself that a board has approved something; board names are data, so they are escaped.

    >>> list(announcements("NCBTMB-approved, and approved by the Sample Board.", boards=["NCBTMB", "Sample Board"]))
    ['NCBTMB-approved', 'approved by the Sample Board']
    >>> list(announcements("The NCBTMB keeps a list. Approved touch.", boards=["NCBTMB"]))
    []
    """
    for name in boards:
        board = r"(?<!\w)" + r"\s+".join(map(re.escape, name.split())) + r"(?!\w)"
        for found in re.finditer(
            rf"{board}{BETWEEN}{APPROVED}\b|\b{APPROVED}\s+(?:provider\s+)?(?:by|with|of)\s+(?:the\s+)?{board}",
            text,
            re.IGNORECASE,
        ):
            yield found.group(0)


def ceus(text: str) -> list[str]:
    """Where a text says CEU.

    >>> ceus("Earn 6 CEUs, or 6 CE hours.")
    ['CEUs']
    """
    return [found.group(0) for found in CEU.finditer(text)]
