"""Evidence packs and receipts as PDF. The values come in as JSON, never as markup.

The letters are those that Typst brings along: neither paper goes onto a wall, and neither may fail for a sign that a
font lacks.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import typst

FOLDER = Path(__file__).resolve().parent / "typst"


def render_evidence(content: Mapping[str, Any], *, at: datetime) -> bytes:
    """The PDF of these sections; the same content at the same moment gives the same bytes."""
    return _typeset("evidence", content, at)


def render_receipt(content: Mapping[str, Any], *, at: datetime) -> bytes:
    """The receipt as PDF/UA-1, so that a screen reader reads it.

    Typst claims that only where a font holds every sign. A name in another script is printed all the same, without
    the claim.
    """
    try:
        return _typeset("receipt", content, at, pdf_standards=["ua-1"])
    except typst.TypstError:
        return _typeset("receipt", content, at)


def _typeset(name: str, content: Mapping[str, Any], at: datetime, **options: Any) -> bytes:
    made: bytes = typst.compile(
        str(FOLDER / f"{name}.typ"),
        root=str(FOLDER),
        ignore_system_fonts=True,
        format="pdf",
        timestamp=int(at.timestamp()),
        sys_inputs={name: json.dumps(dict(content))},
        **options,
    )
    return made
