"""Adding a revision to a PDF without touching what its claims rest on."""

import io
from typing import Any


def writer_for(pdf: bytes) -> Any:
    """pyHanko's writer for a further revision.

    PDF/A-3b and PDF/UA-1 are built on PDF 1.7 (ISO 19005-3, 6.1.2), while pyHanko would write version 2.0 into the
    catalog. The metadata stay as the typesetter wrote them, with their claims; pyHanko would write them anew in its own
    words, and its author names this way to stop it (MatthiasValvekens/pyHanko, issue 223).
    """
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter  # noqa: PLC0415 - slow to import

    class Appending(IncrementalPdfFileWriter):
        def ensure_output_version(self, version: tuple[int, int]) -> None:
            """Kept as it is."""

        def _update_meta(self) -> None:
            """Kept as they are."""

    return Appending(io.BytesIO(pdf))
