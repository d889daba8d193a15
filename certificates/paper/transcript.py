"""The transcript: one paper of everything that somebody has finished at the school, for a board or an employer.

It states what the records say on the day on which it is made. Each line names its certificate, so every line can be
checked without trust in this paper.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from certificates.paper.design import STANDARD, Design, UnusablePicture, checked_picture, marks_of
from certificates.paper.typesetting import PaperSize, RenderError, direction, qr_svg, typeset
from certificates.rules.facts import Provider
from certificates.rules.rows import long_date

HEADING = "Transcript of continuing education"
COLUMNS = ("Course", "Completed", "Hours", "Score", "Certificate")
CHECK_WORDS = "Check each certificate by its number at"
NOTHING = "No finished courses."
SCOPE_NOTICE = (
    "This transcript lists what is on record on the day above. It is not a license; what the holder may do is set by "
    "law and by the holder's license."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptLine:
    """One finished course as it stands on record. `standing` is '' or what became of the certificate: "Revoked"."""

    title: str
    completed_on: str
    hours_printed: str
    delivery: str
    approval: str = ""
    score: str = ""
    serial: str = ""
    standing: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """Everything that one transcript says. `totals` are named sums in their order, as the board's words have them."""

    name: str
    provider: Provider
    issued_on: str
    lines: tuple[TranscriptLine, ...]
    totals: tuple[tuple[str, str], ...]
    check_url: str
    license_number: str = ""
    sample_notice: str = ""
    language: str = "en"

    def as_json(self) -> dict[str, Any]:
        """Plain values, for the record of what was handed out."""
        return asdict(self)


def render_transcript(
    transcript: Transcript,
    *,
    number: str = "",
    design: Design = STANDARD,
    paper: PaperSize = "letter",
    test_keys: bool = False,
) -> bytes:
    """The PDF of this transcript, of as many pages as its courses take. `number` is its own, for the check."""
    try:
        logo = checked_picture(design.logo, alt=design.logo_alt or f"Logo of {transcript.provider.name}")
    except UnusablePicture as error:
        raise RenderError(str(error)) from error
    as_of = f"as of {long_date(transcript.issued_on)}"
    content = {
        "heading": HEADING,
        "language": transcript.language,
        "name": transcript.name,
        "direction": direction(transcript.name),
        "as_of": as_of,
        "lead": ". ".join(filter(None, (_lead(transcript.license_number, as_of), number and f"Number {number}"))),
        "provider": asdict(transcript.provider),
        "logo": logo and logo.as_json(),
        **marks_of(transcript.sample_notice, test_keys=test_keys),
        "totals": transcript.totals,
        "table_heading": "Courses",
        "columns": COLUMNS,
        "rows": [_row(line) for line in transcript.lines],
        "nothing": NOTHING,
        "check_words": CHECK_WORDS,
        "check_url": transcript.check_url,
        "check_site": transcript.check_url.split("://", 1)[-1].rstrip("/"),
        "qr": qr_svg(transcript.check_url),
        "notices": (SCOPE_NOTICE,),
        "footer": f"{transcript.name}, {as_of}" + (f". {transcript.sample_notice}" if transcript.sample_notice else ""),
    }
    day = date.fromisoformat(transcript.issued_on)
    return typeset("transcript.typ", content, day=day, paper=paper, credential=None)


def _lead(license_number: str, as_of: str) -> str:
    return f"License {license_number}, {as_of}" if license_number else f"A{as_of[1:]}"


def _row(line: TranscriptLine) -> Mapping[str, Any]:
    return {
        "title": line.title,
        "completed": long_date(line.completed_on),
        "hours": line.hours_printed,
        "score": line.score,
        "serial": line.serial,
        "standing": line.standing,
        "notes": [note for note in (line.delivery, line.approval) if note],
    }
