"""Time stamps that the authority did not give at issue: asked for again, kept as a further file beside the first."""

import hashlib
import logging
from datetime import datetime

from django.conf import settings
from django.core.files.storage import storages
from django.db import IntegrityError, transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from certificates.models import Certificate, CertificateEvent, CertificateFile
from certificates.paper.signing import SigningError, TimestampUnavailable, upgrade_timestamp
from certificates.services.making import PENDING, store

logger = logging.getLogger(__name__)
STAMPED = "B-T"
Role = CertificateFile.Role
PAPERS = (Role.PAPER, Role.PUBLIC)


def stamp_pending(*, limit: int = 20, at: datetime | None = None) -> int:
    """Stamp what waits for it, oldest first; how many. `sweep` calls it; it stops when the authority does not answer.

    The paper as issued goes on verifying by its own digest; the stamped one is handed out from now on. The copy
    without the license number is a paper too, and stamped after the holder's.
    """
    if not settings.SIGNING_TSA_URL:
        return 0
    done = 0
    due = [
        (role, pk) for role in PAPERS for pk in _waiting(role).order_by("issued_at", "pk").values_list("pk", flat=True)
    ]
    for role, pk in due:
        certificate = _waiting(role).filter(pk=pk).first() if done < limit else None
        if certificate is None:
            break
        newest = certificate.files.filter(role=role).select_related("key").order_by("-n").first()
        try:
            signed = newest.read() if newest else certificate.read_pdf()
            content = upgrade_timestamp(signed, tsa_url=settings.SIGNING_TSA_URL)
        except TimestampUnavailable as away:
            logger.warning("time stamp authority: %s", away)
            break
        except (SigningError, OSError) as error:  # the others go on; verify_certificates says what is wrong with it
            logger.error("certificate %s cannot be stamped: %s", certificate.pk, error)
            continue
        done += _keep(certificate, role, newest, content, at or timezone.now())
    return done


def _waiting(role: str) -> QuerySet[Certificate]:
    """Those whose newest paper of this role has no stamp yet: as it was issued, or as it was signed again since."""
    level = CertificateFile.objects.filter(certificate=OuterRef("pk"), role=role).order_by("-n").values("level")
    papers = Certificate.objects.annotate(newest_level=Subquery(level[:1])).select_related("paper_key")
    as_issued = Q(newest_level=None, paper_level=PENDING) if role == Role.PAPER else Q(pk__in=[])
    return papers.filter(Q(newest_level=PENDING) | as_issued)


def _keep(certificate: Certificate, role: str, signed: CertificateFile | None, content: bytes, now: datetime) -> int:
    """The number after the paper that was stamped is taken once: of two processes one finds it taken."""
    path, sha256 = store(content, "pdf"), hashlib.sha256(content).hexdigest()
    try:
        with transaction.atomic():
            CertificateFile.objects.create(
                certificate=certificate,
                role=role,
                n=signed.n + 1 if signed else 1,
                path=path,
                sha256=sha256,
                key=signed.key if signed else certificate.paper_key,
                level=STAMPED,
                made_at=now,
            )
            CertificateEvent.objects.create(certificate=certificate, what=CertificateEvent.What.TIMESTAMPED, at=now)
    except IntegrityError:  # another process was first; its file counts
        if not CertificateFile.objects.filter(path=path).exists():
            storages["private"].delete(path)
        return 0
    return 1
