"""The picture of the badge: ours, drawn from an SVG and the certificate's own letters; one for each kind.

The words that stand for it are `badge.IMAGE_WORDS`.
"""

from functools import cache
from pathlib import Path

import typst

from certificates.credentials.badge import SAMPLE

HERE = Path(__file__).resolve().parent
TEMPLATE = HERE / "art" / "badge.typ"
FONT_FOLDER = HERE.parent / "fonts"
WORDS = {"achievement": "Achievement", "completion": "Completion"}
PIXELS_PER_INCH = 72.0  # the page is 600 points wide, so the picture is 600 pixels wide


@cache
def badge_png(kind: str, *, sample: bool = False) -> bytes:
    """The picture as a PNG of 600 by 600 pixels, transparent around the disc."""
    return typst.compile(
        str(TEMPLATE),
        root=str(TEMPLATE.parent),
        font_paths=[str(FONT_FOLDER)],
        ignore_system_fonts=True,
        format="png",
        ppi=PIXELS_PER_INCH,
        sys_inputs={"kind": kind, "word": WORDS[kind], "notice": SAMPLE if sample else ""},
    )
