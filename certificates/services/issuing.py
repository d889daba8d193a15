"""From a request to a certificate: gather, print, store, and insert once.

The paper is made before the transaction that inserts, so that nobody waits for a typesetter with the database locked.
Several processes may make one at the same time; the row of the request is locked, and the unique constraint decides
which paper counts (DESIGN.md section 3, rule 7). What loses is thrown away and the winner is returned.
"""

import hashlib
import logging
from datetime import date, datetime, timedelta

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.services import confirm_legal_name
from certificates.models import Certificate, CertificateRequest
from certificates.rendering import RenderError, render
from certificates.rules.facts import CertificateFacts
from certificates.rules.wording import certificate_facts
from certificates.services.record import approved_credit, finished_course, local_date
from core.serials import new_serial
from notifications.services import record_mail

logger = logging.getLogger(__name__)
FIRST_WAIT = timedelta(minutes=2)
LONGEST_WAIT = timedelta(hours=12)


def issue(request: CertificateRequest, *, at: datetime | None = None) -> Certificate | None:
    """Issue what this request asks for, once; None while it waits for the name or for a person.

    Safe to call any number of times, at once, from several processes: the first certificate is the only one.
    """
    now = at or timezone.now()
    request = CertificateRequest.objects.select_related(
        "enrollment__user", "enrollment__course", "enrollment__edition"
    ).get(pk=request.pk)
    existing = _in_force(request)
    if existing or request.enrollment.user.legal_name_confirmed_at is None:
        return existing
    try:
        facts = _facts(request, now)
        pdf = render(facts.as_json(), verify_url(facts.serial))
        path = _store(pdf)
    except (RenderError, OSError) as error:
        _note_failure(request, error, now)
        return None
    certificate = _insert(request, facts, path, hashlib.sha256(pdf).hexdigest(), now)
    if certificate.serial != facts.serial:
        storages["private"].delete(path)
    return certificate


def issue_pending(*, limit: int = 500, at: datetime | None = None) -> int:
    """Issue what is due, oldest first; returns how many are issued now. `sweep` calls it."""
    due = list(CertificateRequest.objects.due(at).order_by("next_try_at", "pk")[:limit])
    return sum(issue(request, at=at) is not None for request in due)


def nudge(request_ids: list[int]) -> None:
    """Try at once, in the process that decided; whatever goes wrong waits for `sweep`."""
    for request in CertificateRequest.objects.due().filter(pk__in=request_ids):
        issue(request)


@transaction.atomic
def retry(*, request: CertificateRequest, at: datetime | None = None) -> None:
    """A person has looked at it, or the name has changed: try again now."""
    changed = (
        CertificateRequest.objects.unfinished()
        .filter(pk=request.pk)
        .update(state=CertificateRequest.State.OPEN, next_try_at=at or timezone.now())
    )
    if changed:
        transaction.on_commit(lambda: nudge([request.pk]), robust=True)


@transaction.atomic
def confirm_name(*, user: User, legal_name: str, at: datetime | None = None) -> None:
    """The learner confirms the name; everything that waited for it goes on."""
    confirm_legal_name(user=user, legal_name=legal_name, at=at)
    for request in CertificateRequest.objects.of(user).unfinished():
        retry(request=request, at=at)


def verify_url(serial: str) -> str:
    """The address on the paper: absolute, and answered for ever."""
    return settings.SITE_URL + reverse("verify_certificate", args=[serial])


def certificates_url() -> str:
    """Where a learner finds their certificates, for mails."""
    return settings.SITE_URL + reverse("my_certificates")


def _in_force(request: CertificateRequest) -> Certificate | None:
    return Certificate.objects.filter(
        enrollment_id=request.enrollment_id, credit_key=request.credit_key, status=Certificate.Status.ISSUED
    ).first()


def _facts(request: CertificateRequest, now: datetime) -> CertificateFacts:
    issued_on = local_date(now, request.enrollment.user)
    return certificate_facts(
        serial=new_serial(issued_on.year),
        course=finished_course(request.enrollment),
        credit=approved_credit(request.credit_key),
        issued_on=issued_on,
    )


def _store(pdf: bytes) -> str:
    """Keep the bytes under their own digest; a twin of the same bytes is the same file."""
    digest = hashlib.sha256(pdf).hexdigest()
    path = f"certificates/{digest[:2]}/{digest}.pdf"
    storage = storages["private"]
    return path if storage.exists(path) else storage.save(path, ContentFile(pdf))


@transaction.atomic
def _insert(
    request: CertificateRequest, facts: CertificateFacts, path: str, pdf_sha256: str, now: datetime
) -> Certificate:
    locked = CertificateRequest.objects.select_for_update().get(pk=request.pk)
    certificate = Certificate(
        serial=facts.serial,
        learner=request.enrollment.user,
        enrollment=request.enrollment,
        credit_key=request.credit_key,
        kind=facts.kind,
        facts=facts.as_json(),
        facts_sha256=facts.sha256(),
        issued_at=now,
        completed_on=date.fromisoformat(facts.completed_on),
        pdf=path,
        pdf_sha256=pdf_sha256,
    )
    try:
        with transaction.atomic():
            certificate.save()
    except IntegrityError:
        winner = _in_force(request)
        if winner is None:
            raise
        return winner
    locked.state, locked.last_error = CertificateRequest.State.ISSUED, ""
    locked.attempts += 1
    locked.save(update_fields=["state", "last_error", "attempts"])
    record_mail(
        key=f"certificate-{facts.serial}",
        user=request.enrollment.user,
        template="certificate_issued",
        context={
            "facts": facts.as_json(),
            "verify_url": verify_url(facts.serial),
            "button_url": certificates_url(),
            "button_label": "See my certificates",
            "school_name": facts.provider.name,
            "school_address": facts.provider.address,
            "school_email": facts.provider.email,
        },
    )
    return certificate


def _note_failure(request: CertificateRequest, error: Exception, now: datetime) -> None:
    """A paper that cannot be set needs a person; a storage that is away only needs time."""
    stuck = isinstance(error, RenderError)
    wait = min(FIRST_WAIT * 2 ** min(request.attempts, 12), LONGEST_WAIT)
    words = str(error) if stuck else f"The file could not be stored ({type(error).__name__})."
    CertificateRequest.objects.unfinished().filter(pk=request.pk).update(
        state=CertificateRequest.State.STUCK if stuck else CertificateRequest.State.OPEN,
        attempts=request.attempts + 1,
        next_try_at=now + wait,
        last_error=words[:500],
    )
    logger.warning("certificate request %s not issued (%s), next try in %s", request.pk, type(error).__name__, wait)
