"""From a request to a certificate: gather, print, store, and insert once.

The paper is made before the transaction that inserts, so that nobody waits for a typesetter with the database locked.
Several processes may make one at the same time; the row of the request is locked, and the unique constraint decides
which paper counts (DESIGN.md section 3, rule 7). What loses is thrown away and the winner is returned.
"""

import hashlib
import logging
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.services import confirm_legal_name
from accreditation.rules.problems import Problem
from certificates.credentials.proofs import CredentialError
from certificates.models import Certificate, CertificateEvent, CertificateFile, CertificateRequest, SigningKey
from certificates.paper.signing import SigningError
from certificates.rendering import RenderError
from certificates.rules.facts import CertificateFacts
from certificates.rules.wording import certificate_facts
from certificates.services.keys import NoKeys
from certificates.services.making import Documents, Stored, keep, make_documents, throw_away, verify_url
from certificates.services.record import approved_credit, finished_course, licenses_printed, local_date
from certificates.services.waiting import in_words, reasons_to_wait
from core.freeze import digest
from core.serials import new_serial
from enrollments.models import AccessHold, Enrollment
from notifications.services import record_mail

logger = logging.getLogger(__name__)
FIRST_WAIT = timedelta(minutes=2)
LONGEST_WAIT = timedelta(hours=12)


def issue(request: CertificateRequest, *, at: datetime | None = None) -> Certificate | None:
    """Issue what this request asks for, once; None while it waits for the name, a payment or a person.

    Safe to call any number of times, at once, from several processes: the first certificate is the only one.
    """
    now = at or timezone.now()
    request = CertificateRequest.objects.select_related(
        "enrollment__user", "enrollment__course", "enrollment__edition"
    ).get(pk=request.pk)
    existing = _in_force(request)
    if existing or _must_wait(request):
        return existing
    problems = reasons_to_wait(request)
    if problems:
        _note_reasons(request, problems, now)
        return None
    try:
        facts = _facts(request, now)
        number = licenses_printed(request.enrollment, request.credit_key)
        made = make_documents(facts.as_json(), awarded_at=now, at=now, license_number=number)
        stored = keep(made)
    except (RenderError, CredentialError, SigningError, NoKeys, OSError) as error:
        _note_failure(request, error, now)
        return None
    certificate = _insert(request, facts, made, stored, now)
    if certificate.serial != facts.serial:
        throw_away(stored)
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


def resume(*, enrollment: Enrollment) -> None:
    """A hold was closed: what waited for it is tried after the commit."""
    waiting = list(CertificateRequest.objects.unfinished().filter(enrollment=enrollment).values_list("pk", flat=True))
    if waiting:
        transaction.on_commit(lambda: nudge(waiting), robust=True)


@transaction.atomic
def confirm_name(*, user: User, legal_name: str, at: datetime | None = None) -> None:
    """The learner confirms the name; everything that waited for it goes on."""
    confirm_legal_name(user=user, legal_name=legal_name, at=at)
    for request in CertificateRequest.objects.of(user).unfinished():
        retry(request=request, at=at)


def certificates_url() -> str:
    """Where a learner finds their certificates, for mails."""
    return settings.SITE_URL + reverse("my_certificates")


def _must_wait(request: CertificateRequest) -> bool:
    """The name is not confirmed; or a disputed, refunded or missing payment holds the enrollment."""
    unnamed = request.enrollment.user.legal_name_confirmed_at is None
    return unnamed or AccessHold.objects.open().filter(enrollment=request.enrollment_id).exists()


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


@transaction.atomic
def _insert(
    request: CertificateRequest, facts: CertificateFacts, made: Documents, stored: Stored, now: datetime
) -> Certificate:
    locked = CertificateRequest.objects.select_for_update().get(pk=request.pk)
    enrollment = request.enrollment
    try:
        with transaction.atomic():
            certificate = insert(
                facts=facts.as_json(),
                enrollment=enrollment,
                credit_key=request.credit_key,
                made=made,
                stored=stored,
                at=now,
            )
    except IntegrityError:
        winner = _in_force(request)
        if winner is None:
            raise
        return winner
    locked.state, locked.last_error, locked.needs = CertificateRequest.State.ISSUED, "", ""
    locked.attempts += 1
    locked.save(update_fields=["state", "last_error", "needs", "attempts"])
    write_mail(certificate, key=f"certificate-{facts.serial}", template="certificate_issued")
    return certificate


def insert(
    *,
    facts: dict[str, Any],
    enrollment: Enrollment,
    credit_key: str,
    made: Documents,
    stored: Stored,
    at: datetime,
    supersedes: Certificate | None = None,
) -> Certificate:
    """The row, its credential and the first line of its log. Raises IntegrityError where one is in force already."""
    certificate = Certificate.objects.create(
        serial=facts["serial"],
        learner=enrollment.user,
        enrollment=enrollment,
        credit_key=credit_key,
        kind=facts["kind"],
        facts=facts,
        facts_sha256=digest(facts),
        issued_at=at,
        awarded_at=supersedes.awarded_at if supersedes else at,
        completed_on=date.fromisoformat(facts["completed_on"]),
        valid_until=date.fromisoformat(facts["valid_until"]) if facts["valid_until"] else None,
        pdf=stored.pdf,
        pdf_sha256=hashlib.sha256(made.pdf).hexdigest(),
        paper_key=made.paper_key,
        paper_level=made.level,
        design=made.design,
        status_list=made.status_list,
        status_index=made.status_index,
        supersedes=supersedes,
    )
    _add_file(certificate, CertificateFile.Role.CREDENTIAL, stored.credential, made.credential, made.badge_key, at)
    if stored.public:
        role, level = CertificateFile.Role.PUBLIC, made.public_level
        _add_file(certificate, role, stored.public, made.public, made.paper_key, at, level)
    CertificateEvent.objects.create(certificate=certificate, what=CertificateEvent.What.ISSUED, at=at)
    return certificate


def _add_file(
    certificate: Certificate, role: str, path: str, content: bytes, key: SigningKey, at: datetime, level: str = ""
) -> None:
    sha256 = hashlib.sha256(content).hexdigest()
    CertificateFile.objects.create(
        certificate=certificate, role=role, path=path, sha256=sha256, key=key, level=level, made_at=at
    )


def write_mail(certificate: Certificate, *, key: str, template: str, **words: str) -> None:
    """To the holder, once per key, in the transaction of what it tells."""
    facts = certificate.facts
    record_mail(
        key=key,
        user=certificate.learner,
        template=template,
        context={
            "facts": facts,
            "verify_url": verify_url(certificate.serial),
            "button_url": certificates_url(),
            "button_label": "See my certificates",
            "school_name": facts["provider"]["name"],
            "school_address": facts["provider"]["address"],
            "school_email": facts["provider"]["email"],
            **words,
        },
    )


def _note_reasons(request: CertificateRequest, problems: list[Problem], now: datetime) -> None:
    """What only staff can mend is put before them; what the learner can is asked again when the learner has acted."""
    for_staff = [one for one in problems if one.by == "staff"]
    CertificateRequest.objects.unfinished().filter(pk=request.pk).update(
        state=CertificateRequest.State.STUCK if for_staff else CertificateRequest.State.OPEN,
        next_try_at=now + LONGEST_WAIT,
        last_error=in_words(for_staff or problems)[:500],
        needs="" if for_staff else problems[0].code,
    )


def _note_failure(request: CertificateRequest, error: Exception, now: datetime) -> None:
    """A paper that cannot be set needs a person; a storage or a key that is away only needs time."""
    stuck = isinstance(error, RenderError | CredentialError)
    wait = min(FIRST_WAIT * 2 ** min(request.attempts, 12), LONGEST_WAIT)
    words = str(error) if not isinstance(error, OSError) else f"The file could not be stored ({type(error).__name__})."
    CertificateRequest.objects.unfinished().filter(pk=request.pk).update(
        state=CertificateRequest.State.STUCK if stuck else CertificateRequest.State.OPEN,
        attempts=request.attempts + 1,
        next_try_at=now + wait,
        last_error=words[:500],
        needs="",
    )
    logger.warning("certificate request %s not issued (%s), next try in %s", request.pk, type(error).__name__, wait)
