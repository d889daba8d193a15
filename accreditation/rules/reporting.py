"""What a report to a board holds of one award, by when it is due, and what would make the board refuse it.

Sources: DOMAIN.md section 3 (Florida: 30 days, 64B-5.002; alarm at day 20 is a column of the board).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

Fields = dict[str, Any]

SOURCES = {
    "award": "our own number of the award",
    "learner_name": "name as on the license, else as on certificates",
    "first_name": "all of the name but its last word",
    "last_name": "the last word of the name",
    "license_number": "the whole license number",
    "state": "the state's letters: FL",
    "profession": "the board's code of the profession: MA",
    "provider_name": "the school as approved",
    "provider_number": "the school's number, without 50-",
    "course_number": "the course's number, without 20-",
    "course_title": "the title as approved",
    "completed_on": "day of completion: 2026-11-20",
    "completed_on_us": "day of completion: 11/20/2026",
    "hours": "hours as awarded",
    "subjects": "hours by subject, in the board's words",
    "modes": "ways of teaching, in the board's words",
    "board": "the board's name",
}
"""What a column of a report may hold (`ReportFormat.columns`, `source`)."""

NUMBER_KINDS = ("50-", "20-", "40-")
"""CE Broker's providers, courses and locations. Its files and messages use the numbers without these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Hours of one subject in one way of teaching, with the board's own words and code."""

    subject: str
    subject_code: str
    mode: str
    hours: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFacts:
    """An award as its report needs it."""

    award: str
    name: str
    license_number: str
    state: str
    profession: str
    provider_name: str
    provider_number: str
    course_number: str
    title: str
    board: str
    completed_on: date
    hours: str
    lines: tuple[Line, ...]
    partial: bool


def without_prefix(number: str) -> str:
    """CE Broker's number as its files want it.

    >>> [without_prefix(one) for one in ("50-12345", "20-308410", "C-77")]
    ['12345', '308410', 'C-77']
    """
    return number.removeprefix(number[:3] if number.startswith(NUMBER_KINDS) else "")


def fields_of(facts: RowFacts) -> Fields:
    """Every source as text, and the parts of a partial credit: no parts = full credit."""
    first, _, last = facts.name.strip().rpartition(" ")
    return {
        "award": facts.award,
        "learner_name": facts.name,
        "first_name": first,
        "last_name": last,
        "license_number": facts.license_number,
        "state": facts.state,
        "profession": facts.profession,
        "provider_name": facts.provider_name,
        "provider_number": without_prefix(facts.provider_number),
        "course_number": without_prefix(facts.course_number),
        "course_title": facts.title,
        "completed_on": facts.completed_on.isoformat(),
        "completed_on_us": f"{facts.completed_on:%m/%d/%Y}",
        "hours": facts.hours,
        "subjects": "; ".join(f"{line.hours} {line.subject}" for line in facts.lines),
        "modes": "; ".join(dict.fromkeys(line.mode for line in facts.lines)),
        "board": facts.board,
        "partial_credits": [{"subject_area": line.subject_code, "hours": line.hours} for line in facts.lines]
        if facts.partial
        else [],
    }


def obstacles_of(
    fields: Mapping[str, Any], *, for_cebroker: bool, needs_license: bool, allows_partial: bool
) -> list[str]:
    """Why this row must not go out: the board would refuse it, and posted entries cannot be edited there."""
    needed = {"license_number": "There is no license number."} if needs_license or for_cebroker else {}
    if for_cebroker:
        needed |= {
            "state": "The state of the license has no two letters: mend the code of its jurisdiction.",
            "profession": "The profession has no code there: enter it in the form of its license numbers.",
        }
    found = [words for name, words in needed.items() if not fields[name]]
    if fields["partial_credits"] and not allows_partial:
        found.append("It is credit for a part of the course, and this board takes none.")
    elif for_cebroker and any(not part["subject_area"] for part in fields["partial_credits"]):
        found.append("A subject has no code there: enter it among the board's own words.")
    return found


def columns_problem(columns: Any) -> str:
    """What is wrong with the columns of a CSV; empty: nothing."""
    if not isinstance(columns, list) or not columns:
        return 'Name the columns in order: [{"header": "License", "source": "license_number"}].'
    for number, column in enumerate(columns, start=1):
        if not isinstance(column, dict) or set(column) != {"header", "source"}:
            return f"Column {number} must have a header and a source, and nothing else."
        if not isinstance(column["header"], str) or not column["header"].strip():
            return f"Column {number} has no header."
        if str(column["source"]) not in SOURCES:
            return f"Column {number}: we have no {column['source']}. Choose from {', '.join(SOURCES)}."
    headers = [column["header"] for column in columns]
    twice = [header for header in headers if headers.count(header) > 1]
    return f"The header {twice[0]} stands there twice." if twice else ""


def due_by(completed_on: date, within_days: int | None) -> date | None:
    """The last day on which it is in time; None: the board names none."""
    return None if within_days is None else completed_on + timedelta(days=within_days)


@dataclass(frozen=True, slots=True)
class Countdown:
    """How much time is left for one award, and why staff are alarmed; empty: they are not."""

    due_by: date | None
    days_left: int | None
    alarm: str

    @property
    def late(self) -> bool:
        """The last day is over."""
        return self.days_left is not None and self.days_left < 0


def countdown(
    completed_on: date,
    *,
    within_days: int | None,
    alarm_days: int,
    expires_on: date | None,
    license_alarm_days: int,
    today: date,
) -> Countdown:
    """Alarm on the board's day after completion, and for a license that expires soon: its holder must renew."""
    last = due_by(completed_on, within_days)
    left = None if last is None else (last - today).days
    if left is not None and left < 0:
        alarm = "too late"
    elif expires_on is not None and expires_on < today:
        alarm = "the license has expired"
    elif expires_on is not None and expires_on - today <= timedelta(days=license_alarm_days):
        alarm = "the license expires soon"
    elif today - completed_on >= timedelta(days=alarm_days):
        alarm = f"day {(today - completed_on).days}"
    else:
        alarm = ""
    return Countdown(last, left, alarm)


def csv_line(fields: Mapping[str, Any], columns: Sequence[Mapping[str, str]]) -> list[str]:
    """The cells of one row, in the order of the columns."""
    return [str(fields[column["source"]]) for column in columns]
