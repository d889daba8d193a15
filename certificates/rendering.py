"""From frozen facts to the PDF that is stored: one function, so that another renderer could take its place.

Typst writes PDF/A-3b and PDF/UA-1 and refuses to write either claim untruthfully: an image without words, or a letter
that none of our fonts holds, ends in an error for staff and never in a box on the paper (CREDENTIALS.md section 2).
The same facts give the same bytes on every machine: own fonts only, and the day of issue as the time stamp.
"""

import io
import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import segno
import typst

from certificates.rules.rows import fact_rows, people_rows

HERE = Path(__file__).resolve().parent
TEMPLATE = HERE / "typst" / "certificate.typ"
FONT_FOLDER = HERE / "fonts"
# In the order in which they are asked for a letter. A further script is a font file in the folder and its name here.
DISPLAY_FONTS = ("Alegreya",)
TEXT_FONTS = ("Alegreya Sans", "Alegreya")

MISSING = re.compile(r'the text `"(?P<text>.+?)"` could not be displayed')
DISALLOWED = re.compile(r'the text contains the disallowed codepoint `"(?P<text>.+?)"`')
DOES_NOT_FIT = re.compile(r"does not fit: (?P<text>.+)")


class RenderError(Exception):
    """The certificate cannot be printed as it is; the message tells staff why and what to do."""


class MissingGlyphError(RenderError):
    """A sign that none of our fonts holds, or that no paper can show."""


class DoesNotFitError(RenderError):
    """A name or title that is too long for the page at every size that may be used."""


def render(facts: Mapping[str, Any], verify_url: str) -> bytes:
    """The PDF of these facts. The QR code and the link on the page carry `verify_url`."""
    issued = date.fromisoformat(facts["issued_on"])
    content = {
        "facts": dict(facts),
        "rows": fact_rows(facts),
        "people": people_rows(facts),
        "issued": [issued.year, issued.month, issued.day],
        "verify_url": verify_url,
        "verify_site": verify_url.split("://", 1)[-1].split(facts["serial"], 1)[0].rstrip("/"),
        "qr": qr_svg(verify_url),
        "fonts": {"display": DISPLAY_FONTS, "text": TEXT_FONTS},
    }
    try:
        return typst.compile(
            str(TEMPLATE),
            root=str(TEMPLATE.parent),
            font_paths=[str(FONT_FOLDER)],
            ignore_system_fonts=True,
            format="pdf",
            pdf_standards=["a-3b", "ua-1"],
            timestamp=int(datetime(issued.year, issued.month, issued.day, tzinfo=UTC).timestamp()),
            sys_inputs={"certificate": json.dumps(content)},
        )
    except typst.TypstError as error:
        raise _in_words(f"{error.message}\n{error.diagnostic}") from error


def qr_svg(url: str) -> str:
    """The QR code as an SVG, with the four light modules around it that readers need."""
    out = io.BytesIO()
    segno.make(url, error="m", micro=False).save(
        out, kind="svg", border=4, dark="#18242E", light="#FFFFFF", xmldecl=False, omitsize=True
    )
    return out.getvalue().decode()


def _in_words(diagnostic: str) -> RenderError:
    missing = list(dict.fromkeys(MISSING.findall(diagnostic) + DISALLOWED.findall(diagnostic)))
    if missing:
        return MissingGlyphError(
            f"Our certificate fonts have no sign for {', '.join(missing)}. Ask the learner how the name "
            "is written in their license or passport, or add a font for that script."
        )
    if found := DOES_NOT_FIT.search(diagnostic):
        return DoesNotFitError(
            f"Too long for the page: {found['text']}. Shorten it with the learner or the instructor."
        )
    return RenderError(f"The certificate could not be typeset: {diagnostic.splitlines()[0]}")
