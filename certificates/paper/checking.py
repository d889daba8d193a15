"""The check of a file that somebody dropped on the page: bounded in size, pages, memory and time, and without an error.

The reading happens in a process of its own, because the parser of a hostile file can be made to work for hours or to
fill the memory, and a thread of the web server cannot be stopped. It costs about a second, so the page limits the rate;
our own stored papers are read with `examining.examine_pdf` instead.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from certificates.paper.examining import MOST_BYTES, MOST_SECONDS, PaperCheck

HERE = Path(__file__).resolve().parents[2]
PROGRAM = "certificates.paper.examining"


def check_pdf(pdf: bytes, roots: Sequence[x509.Certificate]) -> PaperCheck:
    """Is this PDF signed, whole and ours? Never raises; `problem` says why a file could not be read."""
    if len(pdf) > MOST_BYTES:
        return PaperCheck(problem="too large")
    if b"%PDF-" not in pdf[:1024]:
        return PaperCheck(problem="not a PDF")
    head = json.dumps([root.public_bytes(Encoding.PEM).decode() for root in roots]).encode()
    try:
        done = subprocess.run(  # noqa: S603 - our own program; the file is its input and never a part of the command
            [sys.executable, "-m", PROGRAM],
            input=head + b"\n" + pdf,
            capture_output=True,
            cwd=HERE,
            timeout=MOST_SECONDS * 3,
            check=True,
        )
        return PaperCheck.from_text(done.stdout.decode())
    except subprocess.TimeoutExpired:
        return PaperCheck(problem="too slow to read")
    except subprocess.CalledProcessError as stopped:
        return PaperCheck(problem="too slow to read" if stopped.returncode < 0 else "unreadable")
    except (OSError, ValueError):
        return PaperCheck(problem="unreadable")
