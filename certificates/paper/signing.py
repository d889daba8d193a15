"""The school's signature in a PDF: PAdES, certifying, and no change allowed after it.

One order of work for every paper: sign without a time stamp (level B-B), then ask the authority for a stamp and put it
into the room that the signature kept for it (level B-T). An authority that is down delays nothing: the paper is signed,
and `upgrade_timestamp` does the second step later.

Why into the signature and not after it: a stamp added as an update of the file is allowed on a document that permits no
changes (ISO 32000-2, 12.8.2.2, table 257), but Acrobat calls such a paper changed (pdf-association/pdf-issues, issues
131 and 766). The stamp as an unsigned attribute of the signature (ETSI EN 319 142-1, 5.4 and 6.3: signature-time-stamp)
lies in the gap that no byte range covers: the file keeps its length, its one revision and its signature.
"""

import asyncio
import functools
import hashlib
import io
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import requests
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from certificates.paper.apart import apart
from certificates.paper.appending import writer_for
from certificates.paper.examining import examine_pdf

if TYPE_CHECKING:
    from pyhanko.sign.signers import PdfSigner

logger = logging.getLogger(__name__)
FIELD = "IssuerSignature"
TSA_TIMEOUT = (3.05, 5.0)
TSA_LARGEST_ANSWER = 64 * 1024
STAMP_ROOM = 24 * 1024
"""Hex digits kept free for a stamp: with its chain one takes 6 to 8 KiB, twice that in hex."""


class SigningError(Exception):
    """A paper that cannot be signed or stamped as it is."""


class TimestampUnavailable(SigningError):
    """The time stamp authority did not answer, or not with a stamp for this signature: try again later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedPaper:
    """A signed PDF, its level, and whether a time stamp was wanted and is still missing."""

    bytes: bytes
    level: str
    timestamp_pending: bool


def sign_pdf(
    pdf: bytes,
    key: ec.EllipticCurvePrivateKey,
    certificate: x509.Certificate,
    *,
    tsa_url: str | None,
    at: datetime,
    authority: x509.Certificate | None = None,
) -> SignedPaper:
    """Certify the PDF in the name of the certificate; with `tsa_url` also have the signature stamped, if that is up.

    `authority` goes along in the signature, so that a viewer can show who issued the certificate.
    """
    signed = apart(asyncio.run, _certify(pdf, key, certificate, authority, at, STAMP_ROOM if tsa_url else 0))
    if not tsa_url:
        return SignedPaper(bytes=signed, level="B-B", timestamp_pending=False)
    try:
        stamped = upgrade_timestamp(signed, tsa_url=tsa_url)
    except TimestampUnavailable as error:
        logger.warning("paper signed without its time stamp: %s", error)
        return SignedPaper(bytes=signed, level="B-B", timestamp_pending=True)
    return SignedPaper(bytes=stamped, level="B-T", timestamp_pending=False)


def upgrade_timestamp(pdf: bytes, *, tsa_url: str) -> bytes:
    """The same signed PDF with a time stamp in its signature; one that has a stamp comes back as it is.

    Raises TimestampUnavailable when the authority is down and SigningError when the signature kept no room for a stamp.
    """
    from asn1crypto import cms  # noqa: PLC0415 - only signing needs it
    from pyhanko.pdf_utils.reader import PdfFileReader  # noqa: PLC0415 - slow to import
    from pyhanko.sign.general import simple_cms_attribute  # noqa: PLC0415 - slow to import

    signatures = PdfFileReader(io.BytesIO(pdf)).embedded_regular_signatures
    if not signatures:
        raise SigningError("This paper is not signed.")
    _, start, end, _ = (int(number) for number in signatures[-1].byte_range)
    container = cms.ContentInfo.load(bytes(signatures[-1].pkcs7_content), strict=False)
    signer = container["content"]["signer_infos"][0]
    if signer["unsigned_attrs"].native:
        return pdf
    token = _ask_for_stamp(signer["signature"].native, tsa_url)
    signer["unsigned_attrs"] = cms.CMSAttributes([simple_cms_attribute("signature_time_stamp_token", token)])
    digits, room = container.dump().hex().encode(), end - start - 2
    if len(digits) > room:
        raise SigningError(f"The signature has room for {room} digits, and with this stamp it takes {len(digits)}.")
    stamped = pdf[: start + 1] + digits.ljust(room, b"0") + pdf[end - 1 :]
    if examine_pdf(stamped, []).timestamped_at is None:
        raise TimestampUnavailable("The authority's own signature on the stamp does not hold.")
    return stamped


def _ask_for_stamp(signature: bytes, tsa_url: str) -> Any:
    """The authority's word, by RFC 3161, that this signature existed at a moment."""
    from asn1crypto import algos, tsp  # noqa: PLC0415 - only signing needs it
    from pyhanko.sign.timestamps.common_utils import get_nonce, handle_tsp_response  # noqa: PLC0415 - slow to import

    nonce, digest = get_nonce(), hashlib.sha256(signature).digest()
    imprint = tsp.MessageImprint(
        {"hash_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}), "hashed_message": digest}
    )
    question = tsp.TimeStampReq({"version": 1, "message_imprint": imprint, "nonce": nonce, "cert_req": True})
    try:
        answer = tsp.TimeStampResp.load(_post(tsa_url, question.dump()))
        token = handle_tsp_response(answer, nonce)
        stamped = token["content"]["encap_content_info"]["content"].parsed["message_imprint"]["hashed_message"].native
    except Exception as error:  # whatever a foreign server sends: it is no stamp, and the paper goes out without
        raise TimestampUnavailable(f"{type(error).__name__}: {error}"[:300]) from error
    if stamped != digest:
        raise TimestampUnavailable("The authority stamped something else.")
    return token


def _post(url: str, body: bytes) -> bytes:
    headers: Mapping[str, str] = {
        "Content-Type": "application/timestamp-query",
        "Accept": "application/timestamp-reply",
    }
    with requests.post(url, data=body, headers=headers, timeout=TSA_TIMEOUT, stream=True) as answer:
        answer.raise_for_status()
        return bytes(answer.raw.read(TSA_LARGEST_ANSWER))


async def _certify(
    pdf: bytes,
    key: ec.EllipticCurvePrivateKey,
    certificate: x509.Certificate,
    authority: x509.Certificate | None,
    at: datetime,
    stamp_room: int,
) -> bytes:
    """pyHanko's own steps, so that the day of signing is the caller's and the room for a stamp is ours to choose."""
    from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes  # noqa: PLC0415 - slow to import

    writer = writer_for(pdf)
    session = _signer(key, certificate, authority).init_signing_session(writer)
    session.system_time = at
    room = await session.estimate_signature_container_size(None) + stamp_room
    prepared = session.prepare_tbs_document(validation_info=None, bytes_reserved=room)
    output = io.BytesIO()
    digest, _ = prepared.digest_tbs_document(output=output)
    done = await prepared.perform_signature(
        document_digest=digest.document_digest, pdf_cms_signed_attrs=PdfCMSSignedAttributes(signing_time=at)
    )
    await done.post_signature_processing(output)
    return output.getvalue()


def _signer(
    key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate, authority: x509.Certificate | None
) -> "PdfSigner":
    from asn1crypto import keys  # noqa: PLC0415 - only signing needs it
    from pyhanko.sign import fields, signers  # noqa: PLC0415 - slow to import
    from pyhanko_certvalidator.registry import SimpleCertificateStore  # noqa: PLC0415 - slow to import

    store = SimpleCertificateStore()
    if authority is not None:
        store.register(_for_pyhanko(authority))
    private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    name = str(certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)
    return signers.PdfSigner(
        signers.PdfSignatureMetadata(
            field_name=FIELD,
            name=name,
            md_algorithm="sha256",
            subfilter=fields.SigSeedSubFilter.PADES,
            certify=True,
            docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        ),
        signer=signers.SimpleSigner(_for_pyhanko(certificate), keys.PrivateKeyInfo.load(private), store),
        # No box: the field is invisible, because a visible one would need a place in the tags (PDF/UA-1, 7.18).
        new_field_spec=fields.SigFieldSpec(FIELD, readable_field_name=f"Digital signature of {name}"),
    )


@functools.lru_cache(maxsize=8)
def _for_pyhanko(certificate: x509.Certificate) -> Any:
    from asn1crypto import x509 as asn1  # noqa: PLC0415 - only signing needs it

    return asn1.Certificate.load(certificate.public_bytes(Encoding.DER))
