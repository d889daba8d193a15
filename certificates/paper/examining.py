"""What a PDF says about its signature, read in this process: for papers that we stored ourselves.

A stranger's file goes through `checking.check_pdf`, which runs this module as a program: before it reads a byte, it
asks the kernel to stop it at so many seconds of work and so much memory.
"""

import base64
import io
import json
import resource
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from certificates.paper.apart import apart

MOST_BYTES = 10 * 1024 * 1024
MOST_PAGES = 60
MOST_SECONDS = 5
LARGEST_STREAM = 16 * 1024 * 1024
MOST_MEMORY = 768 * 1024 * 1024
LARGEST_CREDENTIAL = 512 * 1024
CREDENTIAL_TYPE = "/application/vc"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperCheck:
    """The answer about one file. `problem` is '' or why nothing more can be said about it.

    intact: the signature fits the bytes that it covers, and nothing that it forbids was added after it.
    trusted: the certificate of the signer leads to one of the roots. covers_whole: not a byte lies outside.
    `timestamped_at` is set only by a stamp that fits this signature; who may stamp is for the reader to judge.
    `signer_sha256` is the fingerprint of the signer's certificate, for keys that a school has disowned.
    """

    signed: bool = False
    intact: bool = False
    trusted: bool = False
    covers_whole: bool = False
    signer: str = ""
    signer_sha256: str = ""
    signed_at: datetime | None = None
    timestamped_at: datetime | None = None
    attached_credential: bytes | None = None
    problem: str = ""

    @property
    def ours_unchanged(self) -> bool:
        """The one good answer: signed under a root that was asked for, whole, and as it was."""
        return self.signed and self.intact and self.trusted and self.covers_whole

    def to_text(self) -> str:
        """The answer as one line, for the way back from the child process."""
        values = asdict(self)
        for key in ("signed_at", "timestamped_at"):
            values[key] = values[key] and values[key].isoformat()
        if self.attached_credential is not None:
            values["attached_credential"] = base64.b64encode(self.attached_credential).decode()
        return json.dumps(values)

    @classmethod
    def from_text(cls, text: str) -> "PaperCheck":
        """The answer as it was before `to_text`."""
        values = json.loads(text)
        for key in ("signed_at", "timestamped_at"):
            values[key] = values[key] and datetime.fromisoformat(values[key])
        if values["attached_credential"] is not None:
            values["attached_credential"] = base64.b64decode(values["attached_credential"])
        return cls(**values)


def examine_pdf(pdf: bytes, roots: Sequence[bytes]) -> PaperCheck:
    """Read and check one PDF against these root certificates (PEM); never raises, whatever the bytes are."""
    if len(pdf) > MOST_BYTES:
        return PaperCheck(problem="too large")
    if b"%PDF-" not in pdf[:1024]:
        return PaperCheck(problem="not a PDF")
    try:
        return _examined(pdf, roots)
    except Exception:  # a broken file raises whatever the parser happens to meet; the answer is the same
        return PaperCheck(problem="unreadable")


def _examined(pdf: bytes, roots: Sequence[bytes]) -> PaperCheck:
    from pyhanko.pdf_utils.decode_limits import DecodeLimits, StreamDecodeLimits  # noqa: PLC0415 - slow to import
    from pyhanko.pdf_utils.reader import PdfFileReader  # noqa: PLC0415 - slow to import

    limits = DecodeLimits(per_stream=StreamDecodeLimits(max_output_size=LARGEST_STREAM))
    reader = PdfFileReader(io.BytesIO(pdf), decode_limits=limits)
    if int(reader.root["/Pages"]["/Count"]) > MOST_PAGES:
        return PaperCheck(problem="too many pages")
    credential = _attached_credential(reader)
    signatures = reader.embedded_regular_signatures
    if not signatures:
        return PaperCheck(attached_credential=credential)
    return _judged(signatures[0], roots, credential)


def _judged(signature: Any, roots: Sequence[bytes], credential: bytes | None) -> PaperCheck:
    """The first signature is the school's; whatever came after it is judged by what the school allowed: nothing."""
    from pyhanko.sign.validation import validate_pdf_signature  # noqa: PLC0415 - slow to import
    from pyhanko.sign.validation.status import SignatureCoverageLevel  # noqa: PLC0415 - slow to import
    from pyhanko_certvalidator import ValidationContext  # noqa: PLC0415 - slow to import

    context = ValidationContext(trust_roots=[_loaded(root) for root in roots], allow_fetching=False)
    status = apart(validate_pdf_signature, signature, context)
    stamp = status.timestamp_validity
    return PaperCheck(
        signed=True,
        intact=bool(status.intact and status.valid and status.docmdp_ok),
        trusted=bool(status.trusted),
        covers_whole=status.coverage == SignatureCoverageLevel.ENTIRE_FILE,
        signer=str(status.signing_cert.subject.native.get("common_name", "")),
        signer_sha256=status.signing_cert.sha256.hex(),
        signed_at=status.signer_reported_dt,
        timestamped_at=stamp.timestamp if stamp is not None and stamp.intact and stamp.valid else None,
        attached_credential=credential,
    )


def _attached_credential(reader: Any) -> bytes | None:
    """The one file in the PDF that says of itself that it is a verifiable credential."""
    found = []
    for specification in reader.root.get("/AF", ()):
        stream = specification.get_object()["/EF"]["/F"]
        if stream.get("/Subtype") == CREDENTIAL_TYPE:
            found.append(stream)
    if len(found) != 1 or len(found[0].encoded_data) > LARGEST_CREDENTIAL:
        return None
    data = bytes(found[0].data)
    return data if len(data) <= LARGEST_CREDENTIAL else None


def _loaded(root: bytes) -> Any:
    from asn1crypto import pem, x509  # noqa: PLC0415 - only checking needs it

    _, _, data = pem.unarmor(root)
    return x509.Certificate.load(data)


def main() -> None:
    """Read the roots and then the PDF from standard input, write the answer to standard output."""
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    head, _, pdf = sys.stdin.buffer.read().partition(b"\n")
    roots = [root.encode() for root in json.loads(head)]
    sys.stdout.write(examine_pdf(pdf, roots).to_text())


if __name__ == "__main__":
    main()
