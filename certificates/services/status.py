"""Status lists: where a certificate's bit is, and the signed list that anybody may fetch.

Which bits are set is read from the certificates each time a list is signed and kept nowhere else, so a list can never
say something else than the records. A list is signed again when a bit or a key has changed: right after the commit, or
by `sweep`.
"""

import hashlib
import logging
from datetime import datetime

from django.conf import settings
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone

from certificates.credentials.proofs import guard, sign, to_bytes
from certificates.credentials.status_list import SIZE, Permutation, status_list_credential
from certificates.models import Certificate, StatusList
from certificates.services.keys import NoKeys, Signing, school_did, signing

logger = logging.getLogger(__name__)


@transaction.atomic
def place_in_status_list() -> tuple[StatusList, int]:
    """The next place, for one certificate; the list stays locked until the caller's transaction ends.

    A place whose certificate was not issued in the end stays empty.
    """
    current = _newest_locked()
    if current is None or current.used >= SIZE:
        number = current.n + 1 if current else 1
        # Whoever makes the list at the same moment: one row is made, and both go on with that one.
        StatusList.objects.get_or_create(n=number, defaults={"secret": str(Permutation.new())})
        current = _newest_locked()
        assert current is not None  # noqa: S101 - for the type checker: made above
    index = Permutation.read(current.secret).index(current.used)
    current.used += 1
    current.save(update_fields=["used"])
    return current, index


def status_list_url(n: int) -> str:
    """Where a list is published: absolute, as certificates name it."""
    return settings.SITE_URL + reverse("status_list", args=[n])


@transaction.atomic
def revoke_bit(certificate: Certificate) -> None:
    """Call it where a certificate is revoked or replaced: its list is signed anew after the commit."""
    if certificate.status_list_id is not None:
        _mark_stale(StatusList.objects.filter(pk=certificate.status_list_id))


@transaction.atomic
def all_status_lists_stale() -> None:
    """A key was added or is compromised: every list is signed anew after the commit."""
    _mark_stale(StatusList.objects.all())


def sign_status_lists(*, at: datetime | None = None) -> int:
    """Sign what has changed; returns how many lists. `sweep` calls it, however often."""
    stale = list(StatusList.objects.filter(is_stale=True).values_list("pk", flat=True))
    if not stale:
        return 0
    keys = signing()
    return sum(_sign(pk, keys, at or timezone.now()) for pk in stale)


def status_document(n: int) -> bytes:
    """The signed list exactly as it is served. Raises StatusList.DoesNotExist."""
    found = StatusList.objects.get(n=n)
    if not found.document:
        sign_status_lists()
        found.refresh_from_db()
    return found.document.encode()


def set_bits(status_list: StatusList) -> list[int]:
    """The places of the certificates that no longer stand."""
    ended = Certificate.objects.filter(status_list=status_list).exclude(status=Certificate.Status.ISSUED)
    return sorted(index for index in ended.values_list("status_index", flat=True) if index is not None)


def _newest_locked() -> StatusList | None:
    return StatusList.objects.select_for_update().order_by("-n").first()


def _mark_stale(lists: models.QuerySet[StatusList]) -> None:
    lists.update(is_stale=True)
    transaction.on_commit(_sign_now, robust=True)


def _sign_now() -> None:
    """In the process that decided; without a key the lists stay stale for `sweep`."""
    try:
        sign_status_lists()
    except NoKeys as problem:
        logger.warning("status lists are not signed yet: %s", problem)


@transaction.atomic
def _sign(pk: int, keys: Signing, now: datetime) -> bool:
    """Lock first, then read the bits: a bit that is set meanwhile waits, and marks the list stale again."""
    row = StatusList.objects.select_for_update().filter(pk=pk, is_stale=True).first()
    if row is None:
        return False
    document = status_list_credential(
        url=status_list_url(row.n), issuer=school_did(), revoked=set_bits(row), issued_at=now
    )
    signed = sign(document, keys.badge, now)
    guard(signed)
    text = to_bytes(signed)
    row.document, row.document_sha256 = text.decode(), hashlib.sha256(text).hexdigest()
    row.signed_at, row.is_stale = now, False
    row.save(update_fields=["document", "document_sha256", "signed_at", "is_stale"])
    return True
