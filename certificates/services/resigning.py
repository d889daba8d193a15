"""After a key got out: what still stands is signed again with a key that is ours alone.

The frozen facts, the page and the words of the credential stay as they are; only proof and signature are new. The old
files stay too, and go on being recognized by their digest. One transaction for each certificate: it may be stopped at
any moment and started again, and what has been done is not done twice.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from certificates.credentials.proofs import CredentialError, guard, sign, to_bytes, unsigned
from certificates.models import Certificate, CertificateEvent, CertificateFile, SigningKey
from certificates.paper.renewal import before_signing
from certificates.paper.signing import SigningError, sign_pdf
from certificates.services.keys import Signing, signing
from certificates.services.making import PENDING, store

Role = CertificateFile.Role
Progress = Callable[[int, int], None]
"""Called after each certificate with how many are done, and of how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """What a run did: how many certificates were signed again, and what could not be."""

    renewed: int
    problems: list[str]


@dataclass(frozen=True, slots=True)
class Document:
    """The newest file of one role, and the key that signed it."""

    role: str
    content: bytes
    key: SigningKey | None

    @property
    def is_disowned(self) -> bool:
        """Signed by a key that somebody else may have."""
        return self.key is not None and self.key.compromised_at is not None


def sign_survivors(*, on_progress: Progress | None = None, at: datetime | None = None) -> Renewal:
    """Sign again whatever is in force and was signed by a compromised key. Safe to repeat."""
    disowned = Q(paper_key__compromised_at__isnull=False) | Q(files__key__compromised_at__isnull=False)
    affected = Certificate.objects.in_force().filter(disowned).distinct().order_by("pk")
    pks = list(affected.values_list("pk", flat=True))
    keys, renewed, problems = signing() if pks else None, 0, []
    for done, pk in enumerate(pks, start=1):
        assert keys is not None  # noqa: S101 - for the type checker: there is something to sign
        try:
            renewed += sign_again(pk=pk, keys=keys, at=at or timezone.now())
        except (OSError, ValueError, CredentialError, SigningError) as error:
            serial = Certificate.objects.values_list("serial", flat=True).get(pk=pk)
            problems.append(f"{serial}: {type(error).__name__}: {error}")
        if on_progress:
            on_progress(done, len(pks))
    return Renewal(renewed=renewed, problems=problems)


@transaction.atomic
def sign_again(*, pk: int, keys: Signing, at: datetime) -> bool:
    """One certificate: its credential first, then each PDF that carries it. False where nothing was to be done."""
    certificate = Certificate.objects.select_for_update(of=("self",)).select_related("paper_key").get(pk=pk)
    if certificate.status != Certificate.Status.ISSUED:
        return False
    newest = newest_documents(certificate)
    old = newest.pop(Role.CREDENTIAL, None)
    new = _credential_again(old.content, keys, at) if old and old.is_disowned else None
    papers = [paper for paper in newest.values() if paper.is_disowned or new is not None]
    if new is not None:
        _add(certificate, Role.CREDENTIAL, new, key=keys.badge_row, at=at)
    for paper in papers:
        page = before_signing(paper.content, credential=new or (old.content if old else None))
        tsa_url = settings.SIGNING_TSA_URL or None
        signed = sign_pdf(page, keys.paper, keys.certificate, tsa_url=tsa_url, at=at, authority=keys.authority)
        level = PENDING if signed.timestamp_pending else signed.level
        _add(certificate, paper.role, signed.bytes, key=keys.paper_row, at=at, level=level)
    if new is None and not papers:
        return False
    CertificateEvent.objects.create(certificate=certificate, what=CertificateEvent.What.RESIGNED, at=at)
    return True


def newest_documents(certificate: Certificate) -> dict[str, Document]:
    """By role: what is handed out today. A paper that was never signed, and a role without a file, are left out."""
    found = {}
    if certificate.paper_key is not None:
        found[str(Role.PAPER)] = Document(Role.PAPER, certificate.read_pdf(), certificate.paper_key)
    for file in certificate.files.select_related("key").order_by("role", "n"):
        found[file.role] = Document(file.role, file.read(), file.key)
    return found


def _credential_again(old: bytes, keys: Signing, at: datetime) -> bytes:
    signed = sign(unsigned(json.loads(old)), keys.badge, at)
    guard(signed)
    return to_bytes(signed)


def _add(
    certificate: Certificate, role: str, content: bytes, *, key: SigningKey, at: datetime, level: str = ""
) -> None:
    """A further file of this role; the number is taken once, so two runs cannot both add it."""
    path, sha256 = store(content, "json" if role == Role.CREDENTIAL else "pdf"), hashlib.sha256(content).hexdigest()
    last = certificate.files.filter(role=role).order_by("-n").values_list("n", flat=True).first() or 0
    CertificateFile.objects.create(
        certificate=certificate, role=role, n=last + 1, path=path, sha256=sha256, key=key, level=level, made_at=at
    )
