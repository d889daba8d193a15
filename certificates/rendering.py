"""From frozen facts to the certificate that is stored: one function, so that another renderer could take its place."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from certificates.paper.design import STANDARD, Design, UnusablePicture, checked_picture, marks_of
from certificates.paper.typesetting import (
    DoesNotFitError,
    MissingGlyphError,
    PaperSize,
    RenderError,
    direction,
    qr_svg,
    typeset,
)
from certificates.rules.rows import Row, fact_rows, people_rows

__all__ = ["DoesNotFitError", "MissingGlyphError", "RenderError", "qr_svg", "render"]

APPROVAL_LABELS = ("Approved by", "Provider", "Course number")
MOST_SIGNATURES = 3


def render(
    facts: Mapping[str, Any],
    verify_url: str,
    *,
    credential: bytes | None = None,
    design: Design = STANDARD,
    paper: PaperSize = "letter",
    license_number: str = "",
    test_keys: bool = False,
) -> bytes:
    """The PDF of these facts. The QR code and the link on the page carry `verify_url`.

    `credential` (JSON) is attached as it is; `license_number` stands only on the copy for the holder; `test_keys` marks
    what was made with keys that anybody may have.
    """
    try:
        logo = checked_picture(design.logo, alt=design.logo_alt or f"Logo of {facts['provider']['name']}")
        people = _people(facts, design)
    except UnusablePicture as error:
        raise RenderError(str(error)) from error
    content = {
        "facts": dict(facts),
        "rows": _rows(facts, license_number),
        "people": people,
        **marks_of(facts["sample_notice"], test_keys=test_keys),
        "opening": design.opening,
        "closing": design.closing,
        "logo": logo and logo.as_json(),
        "direction": {"name": direction(facts["name"]), "title": direction(facts["title"])},
        "verify_url": verify_url,
        "verify_site": verify_url.split("://", 1)[-1].split(facts["serial"], 1)[0].rstrip("/"),
        "qr": qr_svg(verify_url),
    }
    day = date.fromisoformat(facts["issued_on"])
    return typeset("certificate.typ", content, day=day, paper=paper, credential=credential)


def _rows(facts: Mapping[str, Any], license_number: str) -> list[Row]:
    """The named facts. Several approvals take one row each; the license stands last, as it is the holder's."""
    rows = fact_rows(facts)
    if len(approvals := facts.get("approvals", ())) > 1:
        place = next((n for n, row in enumerate(rows) if row.label in APPROVAL_LABELS), len(rows))
        kept = [row for row in rows if row.label not in APPROVAL_LABELS]
        rows = [*kept[:place], *(_approval(one) for one in approvals), *kept[place:]]
    return [*rows, *([Row("License", license_number)] if license_number else [])]


def _approval(approval: Mapping[str, str]) -> Row:
    provider = ", no. ".join(approval[key] for key in ("provider_name", "provider_number"))
    course = f"; course {approval['course_number']}" if approval["course_number"] else ""
    return Row("Approved by", f"{approval['body']}: {provider}{course}")


def _people(facts: Mapping[str, Any], design: Design) -> list[dict[str, Any]]:
    """Who signs: each instructor and the administrator; where they are many, the instructors share one line."""
    names: Sequence[str] = facts["instructors"]
    rows = people_rows(facts)
    if 1 < len(names) < MOST_SIGNATURES:
        rows = [*(Row("Instructor", name) for name in names), *rows[1:]]
    return [{"role": row.label, "name": row.value, "signature": _signature(row.value, design)} for row in rows]


def _signature(name: str, design: Design) -> dict[str, object] | None:
    picture = checked_picture(design.signatures.get(name, b""), alt=f"Signature of {name}")
    return picture.as_json() if picture else None
