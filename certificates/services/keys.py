"""Which keys sign now, and which are trusted: the school as an issuer.

Rows hold the public parts, `key_files` the private ones. With DEBUG on and no keys set, throw-away keys are used that
anybody can work out from this repository; what they sign is marked TEST, and production trusts none of them.
"""

import functools
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from django.utils import timezone

from certificates.credentials.did import did_document, did_web
from certificates.credentials.keys import Algorithm, PrivateKey, demo_key, read_multikey
from certificates.models import SigningKey
from certificates.models.keys import SigningKeyQuerySet
from certificates.paper.keys import Authority, fingerprint, make_authority, make_certificate
from certificates.services.key_files import NoKeys, private_key

__all__ = [
    "NoKeys",
    "Signing",
    "did_document_of_school",
    "paper_roots",
    "paper_signers",
    "school_did",
    "signing",
    "trusted_keys",
]

ALGORITHMS = {SigningKey.Use.BADGE: Algorithm.ED25519, SigningKey.Use.PAPER: Algorithm.P256}
DEMO_SEED = "demo"
DEMO_NAME = "TEST key, proves nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """The two keys with which new documents are signed, each with its row."""

    badge: PrivateKey
    badge_row: SigningKey
    paper: ec.EllipticCurvePrivateKey
    paper_row: SigningKey
    certificate: x509.Certificate
    authority: x509.Certificate
    is_demo: bool


def signing() -> Signing:
    """The newest key of each use whose private part this server has. Raises NoKeys with what to do.

    One query and two small files, read again each time: a key that was added or retired counts at once, everywhere.
    """
    rows = _signing_rows()
    if settings.CERTIFICATE_DEMO_KEYS and {row.use for row in rows} != set(ALGORITHMS):
        make_demo_keys()
        rows = _signing_rows()
    badge_row, badge = _newest_held(rows, SigningKey.Use.BADGE)
    paper_row, paper = _newest_held(rows, SigningKey.Use.PAPER)
    return Signing(
        badge=badge,
        badge_row=badge_row,
        paper=elliptic(paper),
        paper_row=paper_row,
        certificate=x509.load_pem_x509_certificate(paper_row.certificate.encode()),
        authority=x509.load_pem_x509_certificate(paper_row.authority.encode()),
        is_demo=badge_row.is_demo or paper_row.is_demo,
    )


def school_did() -> str:
    """The issuer's id: did:web of the site."""
    return did_web(settings.SITE_URL)


def trusted_keys() -> SigningKeyQuerySet:
    """Keys whose signatures count: not the compromised ones, and throw-away keys only where they are used."""
    trusted = SigningKey.objects.trusted()
    return trusted if settings.CERTIFICATE_DEMO_KEYS else trusted.filter(is_demo=False)


def did_document_of_school() -> dict[str, Any]:
    """What stands at /.well-known/did.json: every trusted key, old ones too."""
    kids = trusted_keys().order_by("made_at", "pk").values_list("kid", flat=True)
    return did_document(school_did(), [read_multikey(kid) for kid in kids])


def paper_roots() -> list[bytes]:
    """The certificates (PEM) of the authorities behind the trusted PDF keys: what a reader of our PDFs installs."""
    authorities = trusted_keys().filter(use=SigningKey.Use.PAPER).order_by("made_at", "pk")
    return [text.encode() for text in dict.fromkeys(authorities.values_list("authority", flat=True))]


def paper_signers() -> frozenset[str]:
    """Fingerprints (`signer_sha256`) of the certificates that sign for us: one under our root that is not here was
    compromised, or was made by whoever has the authority's key."""
    certificates = trusted_keys().filter(use=SigningKey.Use.PAPER).values_list("certificate", flat=True)
    return frozenset(fingerprint(x509.load_pem_x509_certificate(text.encode())) for text in certificates)


def make_demo_keys(*, at: datetime | None = None) -> None:
    """The rows of the throw-away keys; safe to run at once in several processes, the first row is the only one."""
    now = at or timezone.now()
    for use, algorithm in ALGORITHMS.items():
        key = _demo_key(algorithm)
        fields: dict[str, Any] = {"use": use, "public": key.public.pem.decode(), "is_demo": True, "made_at": now}
        if use == SigningKey.Use.PAPER:
            authority = make_authority(DEMO_NAME, elliptic(demo_key(algorithm, f"{DEMO_SEED} authority")), at=now)
            fields |= certified(key, DEMO_NAME, authority, at=now)
        SigningKey.objects.get_or_create(kid=key.kid, defaults=fields)


def certified(key: PrivateKey, name: str, authority: Authority, *, at: datetime) -> dict[str, str]:
    """The certificates in the row of a PDF key."""
    certificate = make_certificate(name, elliptic(key), authority=authority, at=at)
    pem = Encoding.PEM
    return {
        "certificate": certificate.public_bytes(pem).decode(),
        "authority": authority.certificate.public_bytes(pem).decode(),
    }


@functools.cache
def _demo_key(algorithm: Algorithm) -> PrivateKey:
    return demo_key(algorithm, DEMO_SEED)


def elliptic(key: PrivateKey) -> ec.EllipticCurvePrivateKey:
    """A P-256 key as the object with which PDFs and certificates are signed."""
    private = key.loaded()
    if not isinstance(private, ec.EllipticCurvePrivateKey):
        raise TypeError(f"A PDF is signed with a P-256 key, not with {key.algorithm}.")
    return private


def _signing_rows() -> list[SigningKey]:
    """Not retired, not compromised; the newest first."""
    demo = settings.CERTIFICATE_DEMO_KEYS
    return list(SigningKey.objects.trusted().filter(retired_at=None, is_demo=demo).order_by("-made_at", "-pk"))


def _newest_held(rows: list[SigningKey], use: SigningKey.Use) -> tuple[SigningKey, PrivateKey]:
    mine = [row for row in rows if row.use == use]
    for row in mine:
        key = _demo_key(ALGORITHMS[use]) if row.is_demo else private_key(row.kid)
        if key is not None:
            return row, key
    if not mine:
        raise NoKeys(f"There is no key for: {use.label}. Run: manage.py certificate_keys make")
    where = settings.CERTIFICATE_KEYS_DIR or "CERTIFICATE_KEYS"
    raise NoKeys(
        f"The private part of {mine[0].kid} ({use.label}) is not in {where}. Bring the file {mine[0].kid}.pem there, "
        "or run: manage.py certificate_keys add"
    )
