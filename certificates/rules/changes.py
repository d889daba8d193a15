"""What would differ between two certificates of the same credit: shown to a person before one replaces the other."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from certificates.rules.rows import fact_rows, people_rows

OF_THE_PAPER = ("issued_on", "awarded_on", "replaces")
"""Every replacement has its own; they say nothing about the record."""


class Change(NamedTuple):
    """One fact before and after; "" where there is none."""

    label: str
    old: str
    new: str


def changes_between(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Fact by fact, in the order of the paper."""
    before, after = _named(old), _named({**new, **{key: old.get(key, "") for key in OF_THE_PAPER}})
    labels = dict.fromkeys([*before, *after])
    found = (Change(label, before.get(label, ""), after.get(label, "")) for label in labels)
    return [change for change in found if change.old != change.new]


def _named(facts: Mapping[str, Any]) -> dict[str, str]:
    provider = facts["provider"]
    return {
        "Kind": facts["heading"],
        "Name": facts["name"],
        "How earned": facts["earned"],
        "Title": facts["title"],
        "Hours": facts["hours_printed"],
        "Note on the hours": facts["hours_note"],
        **{row.label: row.value for row in (*fact_rows(facts), *people_rows(facts))},
        "School": ", ".join(provider[key] for key in ("name", "address", "email", "website")),
        "Marked": facts["sample_notice"],
        "Small print": " ".join(facts["notices"]),
    }
