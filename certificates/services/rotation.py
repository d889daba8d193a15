"""The life of our keys: rotation adds one, an old one goes on verifying; only a compromised one is dropped.

Dropping a key ends everything that it signed (CREDENTIALS.md section 4.4), so `resigning` signs the survivors again.
"""

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from django.db import transaction
from django.utils import timezone

from certificates.credentials.keys import PUBLIC_PEM, PrivateKey, new_key
from certificates.models import SigningKey
from certificates.paper.keys import Authority, make_authority
from certificates.services.key_files import AUTHORITY, Keep, authority_keys, keep_in_directory
from certificates.services.keys import ALGORITHMS, certified, elliptic
from certificates.services.record import current_school
from certificates.services.status import all_status_lists_stale


class KeyRefusal(Exception):
    """A step that would leave the school without a key, or that no key fits; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeKey:
    """A new key; `new_authority` says that readers of our PDFs have a new certificate to install."""

    row: SigningKey
    new_authority: bool = False


@transaction.atomic
def add_key(
    *, use: SigningKey.Use, keep: Keep = keep_in_directory, name: str = "", at: datetime | None = None
) -> MadeKey:
    """Make a key and begin to sign with it. The private part is written first: a row without one would be of no use."""
    now, key = at or timezone.now(), new_key(ALGORITHMS[use])
    fields, made = {"public": key.public.pem.decode()}, False
    if use == SigningKey.Use.PAPER:
        school = name or current_school().name
        authority = _authority()
        made = authority is None
        if authority is None:
            authority = _new_authority(school, keep, now)
        fields |= certified(key, school, authority, at=now)
    keep(key, "")
    row = SigningKey.objects.create(kid=key.kid, use=use, made_at=now, **fields)
    if use == SigningKey.Use.BADGE:
        all_status_lists_stale()
    return MadeKey(row=row, new_authority=made)


@transaction.atomic
def retire_key(*, kid: str, at: datetime | None = None) -> SigningKey:
    """Sign nothing more with it; what it signed stays valid. Refused where it is the last of its use."""
    key = named_key(kid)
    if key.compromised_at is None and key.retired_at is None:
        others = SigningKey.objects.signing(key.use).filter(is_demo=False).exclude(pk=key.pk)
        if not others.exists() and not key.is_demo:
            raise KeyRefusal("This is the only key of its use that signs. Run first: manage.py certificate_keys add")
        key.retired_at = at or timezone.now()
        key.save(update_fields=["retired_at"])
    return key


@transaction.atomic
def disown_key(*, kid: str, keep: Keep = keep_in_directory, at: datetime | None = None) -> list[MadeKey]:
    """Somebody else may have it: it leaves did.json at once. A key that takes its place is made where none is left."""
    key, now = named_key(kid), at or timezone.now()
    if key.compromised_at is None:
        key.compromised_at = now
        key.save(update_fields=["compromised_at"])
    use = SigningKey.Use(key.use)
    made = [] if SigningKey.objects.signing(use).filter(is_demo=False) else [add_key(use=use, keep=keep, at=now)]
    if use == SigningKey.Use.BADGE:
        all_status_lists_stale()
    return made


def named_key(kid: str) -> SigningKey:
    """By its whole name or as much of the beginning as makes it plain."""
    found = list(SigningKey.objects.filter(kid__startswith=kid)[:2]) if kid else []
    if len(found) != 1:
        raise KeyRefusal(
            f"{'Several keys begin' if found else 'No key begins'} with {kid}. "
            "See the whole names with: manage.py certificate_keys list"
        )
    return found[0]


def _authority() -> Authority | None:
    """The newest whose key is at hand. Where one of its PDF keys got out, its own key may have, so it is not used."""
    keys = {key.public.pem: key for key in authority_keys()}
    papers = SigningKey.objects.filter(use=SigningKey.Use.PAPER, is_demo=False)
    disowned = papers.exclude(compromised_at=None).values("authority")
    for text in papers.exclude(authority__in=disowned).order_by("-made_at", "-pk").values_list("authority", flat=True):
        certificate = x509.load_pem_x509_certificate(text.encode())
        key = keys.get(certificate.public_key().public_bytes(*PUBLIC_PEM))
        if key is not None:
            return Authority(certificate=certificate, key=elliptic(key))
    return None


def _new_authority(school: str, keep: Keep, now: datetime) -> Authority:
    key: PrivateKey = new_key(ALGORITHMS[SigningKey.Use.PAPER])
    keep(key, AUTHORITY)
    return make_authority(school, elliptic(key), at=now)
