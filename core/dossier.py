"""A part of a record that several apps write together: the hook `order_evidence` gives such sections.

`hooks.register("order_evidence")`: a function of a list of enrollments -> its sections, empty ones left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True)
class Section:
    """A heading, what is to be said first, and a table. Everything is plain text, ready to be printed."""

    title: str
    intro: str = ""
    head: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()


def instant(at: datetime | None) -> str:
    """A moment as a record states it: to the second, in UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if at else ""
