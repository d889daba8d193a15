"""From frozen facts to the files of a certificate: the credential, signed and guarded, inside the PDF, signed too.

Made before the transaction that inserts, so that nobody waits for a typesetter with the database locked.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.urls import reverse

from certificates.credentials.badge import credential_of
from certificates.credentials.proofs import guard, sign, to_bytes
from certificates.credentials.status_list import status_entry
from certificates.models import PublishedDesign, SigningKey, StatusList
from certificates.paper.signing import SignedPaper, sign_pdf
from certificates.rendering import render
from certificates.services.designs import drawn_as, newest_design
from certificates.services.keys import school_did, signing
from certificates.services.status import place_in_status_list, status_list_url

PENDING = "B-B, later"
"""The level of a paper whose time stamp the authority did not give yet; `sweep` asks again. Ten signs at most."""


@dataclass(frozen=True, kw_only=True)
class Documents:
    """What is stored of one certificate, and with what it was made.

    `public` is the same paper without the license number; empty where no number stands on it.
    """

    pdf: bytes
    public: bytes
    credential: bytes
    level: str
    public_level: str
    badge_key: SigningKey
    paper_key: SigningKey
    design: PublishedDesign | None
    status_list: StatusList
    status_index: int


@dataclass(frozen=True, kw_only=True)
class Stored:
    """Where the files lie in the private storage; `public` is empty where the paper holds nothing private."""

    pdf: str
    public: str
    credential: str

    def paths(self) -> list[str]:
        """All of them."""
        return [path for path in (self.pdf, self.public, self.credential) if path]


def make_documents(facts: dict[str, Any], *, awarded_at: datetime, at: datetime, license_number: str = "") -> Documents:
    """The files that state these facts. Raises RenderError, CredentialError, SigningError or NoKeys.

    With a license number there are two papers: the holder's, and the copy for whoever has the certificate's number.
    """
    keys, design = signing(), newest_design()
    status_list, index = place_in_status_list()
    document = credential_of(
        facts,
        issuer=school_did(),
        site_url=settings.SITE_URL,
        credential_id=settings.SITE_URL + reverse("verify_certificate", args=[facts["serial"]]),
        image_url=settings.SITE_URL
        + reverse("badge_picture", args=[facts["kind"] + ("-sample" if facts["sample_notice"] else "")]),
        status_entry=status_entry(status_list_url(status_list.n), index),
        issued_at=at,
        awarded_at=awarded_at,
        valid_until=_end_of(facts["valid_until"]),
        test_key=keys.is_demo,
    )
    signed = sign(document, keys.badge, at)
    guard(signed)
    credential = to_bytes(signed)
    look, paper = drawn_as(design, facts["kind"])

    def certified(number: str) -> SignedPaper:
        pdf = render(
            facts,
            verify_url(facts["serial"]),
            credential=credential,
            design=look,
            paper=paper,
            license_number=number,
            test_keys=keys.is_demo,
        )
        tsa_url = settings.SIGNING_TSA_URL or None
        return sign_pdf(pdf, keys.paper, keys.certificate, tsa_url=tsa_url, at=at, authority=keys.authority)

    full = certified(license_number)
    public = certified("") if license_number else None
    return Documents(
        pdf=full.bytes,
        public=public.bytes if public else b"",
        credential=credential,
        level=level_of(full),
        public_level=level_of(public) if public else "",
        badge_key=keys.badge_row,
        paper_key=keys.paper_row,
        design=design,
        status_list=status_list,
        status_index=index,
    )


def level_of(signed: SignedPaper) -> str:
    """Of its signature, or that it still waits for the time stamp."""
    return PENDING if signed.timestamp_pending else signed.level


def keep(made: Documents) -> Stored:
    """Store the files of one certificate."""
    return Stored(
        pdf=store(made.pdf, "pdf"),
        public=store(made.public, "pdf") if made.public else "",
        credential=store(made.credential, "json"),
    )


def throw_away(stored: Stored) -> None:
    """What was made for a certificate that another process was first with."""
    for path in stored.paths():
        storages["private"].delete(path)


def store(content: bytes, suffix: str) -> str:
    """Keep the bytes under their own digest; a twin of the same bytes is the same file."""
    digest = hashlib.sha256(content).hexdigest()
    path = f"certificates/{digest[:2]}/{digest}.{suffix}"
    storage = storages["private"]
    return path if storage.exists(path) else storage.save(path, ContentFile(content))


def verify_url(serial: str) -> str:
    """The address on the paper: absolute, and answered for ever."""
    return settings.SITE_URL + reverse("verify_certificate", args=[serial])


def _end_of(day: str) -> datetime | None:
    """A certificate holds until the end of its last day, wherever that is read: noon of the next day in UTC."""
    if not day:
        return None
    return datetime.combine(date.fromisoformat(day), time(12), tzinfo=UTC) + timedelta(days=1)
