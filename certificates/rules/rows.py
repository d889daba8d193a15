"""The named facts in their order, as the paper and the verification page both list them: compared line by line."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
LATER_DATES = {"valid_until": "Valid until", "awarded_on": "First issued"}
"""Since layout 2; facts of layout 1 have neither. Classroom hours came with layout 3."""


class Row(NamedTuple):
    """One named fact."""

    label: str
    value: str


def fact_rows(facts: Mapping[str, Any]) -> list[Row]:
    """What stands beside the name and the title. A fact that does not exist has no row, rather than an empty one."""
    approval = facts["approval"] or {}
    rows = (
        Row("Completed", long_date(facts["completed_on"])),
        Row("Delivery", facts["delivery_label"]),
        Row("Subject", _subjects(facts["credit"])),
        Row("Classroom hours", facts.get("classroom_hours", "")),
        Row("Place", facts["place"]),
        Row("Approved by", approval.get("body", "")),
        Row("Provider", ", no. ".join(approval[key] for key in ("provider_name", "provider_number") if approval)),
        Row("Course number", approval.get("course_number", "")),
        Row("Course edition", facts["edition"]),
        Row("Issued", long_date(facts["issued_on"])),
        *(Row(label, long_date(facts[key])) for key, label in LATER_DATES.items() if facts.get(key)),
        Row("Replaces", facts.get("replaces", "")),
    )
    return [row for row in rows if row.value]


def _subjects(credit: Sequence[Mapping[str, str]]) -> str:
    """The subject; of several lines each with its hours, and with its delivery where that differs."""
    if len(credit) == 1:
        return credit[0]["subject"]
    hybrid = len({line["delivery"] for line in credit}) > 1
    return ", ".join(
        f"{line['subject']} {line['hours']}" + (f" ({line['delivery']})" if hybrid else "") for line in credit
    )


def people_rows(facts: Mapping[str, Any]) -> list[Row]:
    """Who answers for the course: the instructors, and the school's administrator."""
    rows = (
        Row("Instructor" if len(facts["instructors"]) == 1 else "Instructors", ", ".join(facts["instructors"])),
        Row("For the school", facts["administrator"]),
    )
    return [row for row in rows if row.value]


def long_date(iso: str) -> str:
    """Months as words, as the boards write them.

    >>> long_date("2026-11-03")
    'November 3, 2026'
    """
    day = date.fromisoformat(iso)
    return f"{MONTHS[day.month - 1]} {day.day}, {day.year}"
