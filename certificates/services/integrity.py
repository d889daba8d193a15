"""Does everything that we issued still prove itself? All of it on demand, and a few each night."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time

from django.core.cache import cache
from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from certificates.models import Certificate, CertificateFile, StatusList, Transcript
from certificates.services.faults import Trust, faults_of_certificate, faults_of_list, faults_of_transcript

logger = logging.getLogger(__name__)
AT_A_TIME = 100
NIGHT = (time(2), time(5))
PER_SWEEP = 5
WATERMARK = "certificates-verified-to"
REMEMBERED = 40 * 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """One thing that was read back, by its number, and what is wrong with it; nothing, if all is well."""

    name: str
    faults: list[str]


def verify_certificates(certificates: QuerySet[Certificate]) -> Iterator[Verified]:
    """Each of these with all its documents; few at a time are in memory."""
    by = Trust.now()
    files = Prefetch("files", CertificateFile.objects.select_related("key").order_by("role", "n"))
    rows = certificates.select_related("paper_key", "status_list").prefetch_related(files).order_by("pk")
    for row in rows.iterator(chunk_size=AT_A_TIME):
        yield Verified(name=row.serial, faults=faults_of_certificate(row, by))


def verify_transcripts(transcripts: QuerySet[Transcript]) -> Iterator[Verified]:
    """Each of these and its public copy."""
    by = Trust.now()
    for row in transcripts.select_related("key").order_by("pk").iterator(chunk_size=AT_A_TIME):
        yield Verified(name=row.serial, faults=faults_of_transcript(row, by))


def verify_status_lists() -> Iterator[Verified]:
    """Every list, whole: also bits where no certificate is."""
    by = Trust.now()
    for row in StatusList.objects.order_by("n"):
        yield Verified(name=str(row), faults=faults_of_list(row, by))


def verify_slice(*, at: datetime | None = None, limit: int = PER_SWEEP) -> int:
    """At night, the next few certificates, and all of them once before any comes again; `sweep` calls it.

    How many were verified. What is wrong is logged as an error. How far the round has come stands in the cache: if
    that is lost, the round begins again.
    """
    now = timezone.localtime(at, timezone.get_default_timezone())
    if not NIGHT[0] <= now.time() < NIGHT[1]:
        return 0
    night = now.date().isoformat()
    last, ended_on = cache.get(WATERMARK, (0, ""))
    if ended_on == night:
        return 0
    pks = list(Certificate.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:limit])
    for found in verify_certificates(Certificate.objects.filter(pk__in=pks)):
        for fault in found.faults:
            logger.error("certificate %s does not verify: %s", found.name, fault)
    cache.set(WATERMARK, (pks[-1], "") if len(pks) == limit else (0, night), REMEMBERED)
    return len(pks)
