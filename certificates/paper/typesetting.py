"""From values and a template to the bytes of a PDF.

Typst writes PDF/A-3b and PDF/UA-1 and refuses to write either claim untruthfully: an image without words, or a letter
that none of our fonts holds, ends in an error for staff and never in a box on the paper (CREDENTIALS.md section 2).
The same values give the same bytes on every machine: own fonts only, and the day of issue as the time stamp.
"""

import functools
import io
import json
import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal

import segno
import typst

HERE = Path(__file__).resolve().parent.parent
TEMPLATES = HERE / "typst"
FONT_FOLDER = HERE / "fonts"
# In the order in which they are asked for a letter. A further script is a font file in the folder and its name here.
OTHER_SCRIPTS = ("Noto Serif", "Noto Serif Hebrew", "Noto Naskh Arabic", "Noto Serif Devanagari", "Noto Serif CJK SC")
DISPLAY_FONTS = ("Alegreya", *OTHER_SCRIPTS)
TEXT_FONTS = ("Alegreya Sans", "Alegreya", *OTHER_SCRIPTS)

PaperSize = Literal["letter", "a4"]
SIZES: dict[PaperSize, str] = {"letter": "us-letter", "a4": "a4"}

MISSING = re.compile(r'the text `"(?P<text>.+?)"` could not be displayed')
DISALLOWED = re.compile(r'the text contains the disallowed codepoint `"(?P<text>.+?)"`')
DOES_NOT_FIT = re.compile(r"does not fit: (?P<text>.+)")


class RenderError(Exception):
    """The paper cannot be printed as it is; the message tells staff why and what to do."""


class MissingGlyphError(RenderError):
    """A sign that none of our fonts holds, or that no paper can show."""


class DoesNotFitError(RenderError):
    """A name or title that is too long for the page at every size that may be used."""


def typeset(
    template: str, content: Mapping[str, Any], *, day: date, paper: PaperSize, credential: bytes | None
) -> bytes:
    """The PDF of this template with these values. The credential, as it is, becomes an attached file of the PDF."""
    values = {
        **content,
        "paper": SIZES[paper],
        "day": [day.year, day.month, day.day],
        "fonts": {"display": DISPLAY_FONTS, "text": TEXT_FONTS},
        "credential": credential.decode() if credential else "",
    }
    try:
        return typst.compile(
            str(TEMPLATES / template),
            root=str(TEMPLATES),
            font_paths=_fonts(),
            ignore_system_fonts=True,
            format="pdf",
            pdf_standards=["a-3b", "ua-1"],
            timestamp=int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()),
            sys_inputs={"values": json.dumps(values)},
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


def direction(text: str) -> str:
    """Which way a line of this text runs: by its first letter that has a direction (Unicode UAX #9, rule P2).

    >>> direction("Ada"), direction("יעל כהן")
    ('ltr', 'rtl')
    """
    for letter in text:
        if (kind := unicodedata.bidirectional(letter)) in {"L", "R", "AL"}:
            return "ltr" if kind == "L" else "rtl"
    return "ltr"


@functools.cache
def _fonts() -> typst.Fonts:
    """Our fonts, read once in a process: looking through them takes longer than to set a page."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONT_FOLDER)])


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
