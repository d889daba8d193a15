"""Papers, keys and PDF programs for tests of what is printed and signed."""

import functools
import io
import shutil
import subprocess
from datetime import UTC, datetime

import pytest
from PIL import Image, ImageDraw

from certificates.paper.keys import Authority, make_authority, make_certificate, make_key
from certificates.paper.signing import SignedPaper, sign_pdf
from certificates.rendering import render
from certificates.tests.printing import VERIFY_URL, approved_credit, printed

needs_poppler = pytest.mark.skipif(not shutil.which("pdftotext"), reason="needs poppler-utils (Debian), not installed")
needs_qpdf = pytest.mark.skipif(not shutil.which("qpdf"), reason="needs qpdf (Debian), not installed")
needs_nss = pytest.mark.skipif(
    not (shutil.which("certutil") and shutil.which("pdfsig")),
    reason="needs libnss3-tools and poppler-utils (Debian), not installed",
)
SIGNED_AT = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
SCHOOL = "Example School"
CREDENTIAL = '{"name": "Ada Lindqvist", "note": "Grüße"}'.encode()


def run(program, *arguments, data):
    """What a PDF program writes about these bytes."""
    done = subprocess.run([program, *arguments], input=data, capture_output=True, check=True, timeout=60)  # noqa: S603
    return done.stdout.decode(errors="replace")


def drawing(width=300, height=300, *, mode="RGBA", kind="PNG"):
    """A picture of a ring, as a logo or a signature."""
    image = Image.new(mode, (width, height))
    ImageDraw.Draw(image).ellipse((8, 8, width - 8, height - 8), outline="navy", width=12)
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


@functools.cache
def school_authority() -> Authority:
    """The school's own authority, made once."""
    return make_authority(SCHOOL, make_key(), at=SIGNED_AT)


@functools.cache
def school_key():
    """The key that signs papers, and its certificate."""
    key = make_key()
    return key, make_certificate(SCHOOL, key, authority=school_authority(), at=SIGNED_AT)


@functools.cache
def unsigned_paper(size="letter") -> bytes:
    """A certificate with the credential inside."""
    return render(printed(approved_credit()).as_json(), VERIFY_URL, credential=CREDENTIAL, paper=size)


def signed(pdf: bytes, *, tsa_url: str | None = None) -> SignedPaper:
    """This PDF with the school's signature."""
    key, certificate = school_key()
    return sign_pdf(pdf, key, certificate, tsa_url=tsa_url, at=SIGNED_AT, authority=school_authority().certificate)


@functools.cache
def signed_paper() -> bytes:
    """The certificate above, signed once."""
    return signed(unsigned_paper()).bytes
