"""The evidence pack as a PDF. The values come in as JSON, never as markup.

The letters are those that Typst brings along: a pack goes to a bank, not onto a wall, and must never fail for a sign
that a font lacks.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import typst

TEMPLATE = Path(__file__).resolve().parent / "typst" / "evidence.typ"


def render_evidence(content: Mapping[str, Any], *, at: datetime) -> bytes:
    """The PDF of these sections; the same content at the same moment gives the same bytes."""
    made: bytes = typst.compile(
        str(TEMPLATE),
        root=str(TEMPLATE.parent),
        ignore_system_fonts=True,
        format="pdf",
        timestamp=int(at.timestamp()),
        sys_inputs={"evidence": json.dumps(dict(content))},
    )
    return made
