"""A renewal in somebody's own calendar: one event of a day, with alarms before it (RFC 5545)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

LONGEST_LINE = 75
"""In octets, without the line break (RFC 5545, 3.1)."""
ALARMS = (90, 30, 7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """What the event says. No license number: calendars are shared and kept by others."""

    uid: str
    day: date
    title: str
    text: str
    url: str


def as_calendar(renewal: Renewal, *, now: datetime, alarms: Sequence[int] = ALARMS) -> str:
    """The file: CRLF at the end of every line, long lines folded."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Stillpoint//License renewal//EN",
        "BEGIN:VEVENT",
        f"UID:{renewal.uid}",
        f"DTSTAMP:{now.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{renewal.day:%Y%m%d}",
        f"SUMMARY:{_escaped(renewal.title)}",
        f"DESCRIPTION:{_escaped(renewal.text)}",
        f"URL:{renewal.url}",
        "TRANSP:TRANSPARENT",
    ]
    for days in alarms:
        words = _escaped(f"{renewal.title}: {days} days left")
        lines += ["BEGIN:VALARM", "ACTION:DISPLAY", f"TRIGGER:-P{days}D", f"DESCRIPTION:{words}", "END:VALARM"]
    lines += ["END:VEVENT", "END:VCALENDAR"]
    return "".join(_folded(line) + "\r\n" for line in lines)


def _escaped(text: str) -> str:
    """Commas, semicolons, backslashes and line breaks mean something there (3.3.11)."""
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\r\n", "\n").replace("\n", "\\n")


def _folded(line: str) -> str:
    """At most 75 octets to a line; what follows begins with a space. No character is cut in two."""
    parts: list[str] = []
    part = ""
    for sign in line:
        if len((part + sign).encode()) > LONGEST_LINE - bool(parts):
            parts.append(part)
            part = ""
        part += sign
    return "\r\n ".join([*parts, part])
