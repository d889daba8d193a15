"""What becomes of a certificate: corrected, renewed, revoked, shared. Each act is logged, mailed and shown.

A certificate is never edited: a correction issues another one that replaces it, and both pages lead to each other. What
was earned is never taken back by a machine: a refund only puts the certificate before staff (PAYMENTS.md 2.8).
"""

import logging
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.services import confirm_legal_name
from accreditation.models import CourseApproval
from accreditation.services.reporting import tell_reports
from certificates.models import Certificate, CertificateEvent
from certificates.rules.facts import LAYOUT
from certificates.rules.wording import certificate_facts
from certificates.services.issuing import insert, write_mail
from certificates.services.making import Documents, Stored, keep, make_documents, throw_away
from certificates.services.record import approved_credit, finished_course, licenses_printed, local_date, valid_until
from certificates.services.status import revoke_bit
from core.serials import new_serial
from enrollments.models import Enrollment

logger = logging.getLogger(__name__)
What = CertificateEvent.What
NOT_IN_FORCE = "This certificate was replaced or revoked meanwhile. Look at it again."


class LifeRefused(Exception):
    """Nothing was changed; the message says why and what to do."""


def may_correct_own_name(certificate: Certificate) -> bool:
    """The holder corrects the name once; after that the school does."""
    chain = [certificate]
    while chain[-1].supersedes is not None:
        chain.append(chain[-1].supersedes)
    corrected = CertificateEvent.objects.filter(certificate__in=chain, what=What.CORRECTED, by=certificate.learner_id)
    return certificate.status == Certificate.Status.ISSUED and not corrected.exists()


def correct_name(
    *, certificate: Certificate, legal_name: str, by: User, reason: str = "", at: datetime | None = None
) -> Certificate:
    """A certificate with the right name replaces this one. Raises LifeRefused, RenderError, NoKeys.

    The holder's correction is also their confirmed name from then on.
    """
    name = " ".join(legal_name.split())
    if name == certificate.holder:
        raise LifeRefused("This is the name that stands on it.")
    own = by.pk == certificate.learner_id
    if own and not may_correct_own_name(certificate):
        raise LifeRefused("You have corrected this name once. Please write to the school for another correction.")
    if not own and not reason.strip():
        raise LifeRefused("Please write why the name is corrected.")
    fresh = _replace(certificate, {"name": name}, by, reason or "The holder corrected the name.", at)
    if own:
        confirm_legal_name(user=by, legal_name=name, at=at)
    return fresh


def issue_again(*, certificate: Certificate, by: User, reason: str, at: datetime | None = None) -> Certificate:
    """Staff have mended the record (approval, title, hours): a certificate of the record as it is replaces this one."""
    if not reason.strip():
        raise LifeRefused("Please write what was wrong.")
    return _replace(certificate, facts_on_record(certificate), by, reason, at)


def facts_on_record(certificate: Certificate) -> dict[str, Any]:
    """What a certificate of the record as it is today would state, under the name that stands on this one."""
    enrollment = Enrollment.objects.select_related("user", "course", "edition").get(pk=certificate.enrollment_id)
    fresh = certificate_facts(
        serial="",
        course=finished_course(enrollment),
        credit=approved_credit(certificate.credit_key),
        issued_on=certificate.completed_on,
    )
    return {**fresh.as_json(), "name": certificate.holder}


def renew(*, certificate: Certificate, by: User, reason: str, at: datetime | None = None) -> Certificate:
    """Staff renew what has an end: the same facts, valid for another term from today."""
    today = local_date(at or timezone.now(), certificate.learner)
    end = valid_until(certificate.enrollment.course, from_day=today)
    if end is None:
        raise LifeRefused("The course gives its certificates no end: there is nothing to renew.")
    if not reason.strip():
        raise LifeRefused("Please write on what ground it is renewed.")
    return _replace(certificate, {"valid_until": end.isoformat()}, by, reason, at)


def _replace(
    certificate: Certificate, changes: dict[str, Any], by: User, reason: str, at: datetime | None
) -> Certificate:
    """Make the other one, then end this one and insert that one together."""
    now = at or timezone.now()
    issued_on: date = local_date(now, certificate.learner)
    facts = {
        "valid_until": "",
        **certificate.facts,
        **changes,
        "layout": LAYOUT,
        "serial": new_serial(issued_on.year),
        "issued_on": issued_on.isoformat(),
        "awarded_on": local_date(certificate.awarded_at, certificate.learner).isoformat(),
        "replaces": certificate.serial,
    }
    number = licenses_printed(certificate.enrollment, certificate.credit_key)
    made = make_documents(facts, awarded_at=certificate.awarded_at, at=now, license_number=number)
    stored = keep(made)
    try:
        return _swap(certificate, facts, made, stored, by, reason.strip(), now)
    except LifeRefused:
        throw_away(stored)
        raise


@transaction.atomic
def _swap(
    certificate: Certificate,
    facts: dict[str, Any],
    made: Documents,
    stored: Stored,
    by: User,
    reason: str,
    now: datetime,
) -> Certificate:
    mine = Certificate.objects.filter(pk=certificate.pk)
    if not mine.end(status=Certificate.Status.SUPERSEDED, at=now):
        raise LifeRefused(NOT_IN_FORCE)
    fresh = insert(
        facts=facts,
        enrollment=certificate.enrollment,
        credit_key=certificate.credit_key,
        made=made,
        stored=stored,
        at=now,
        supersedes=certificate,
    )
    CertificateEvent.objects.create(certificate=certificate, what=What.CORRECTED, at=now, by=by, text=reason)
    revoke_bit(certificate)
    _tell_boards(certificate, f"Certificate {certificate.serial} is replaced by {fresh.serial}. {reason}", now)
    write_mail(fresh, key=f"certificate-{fresh.serial}", template="certificate_replaced", old_serial=certificate.serial)
    logger.info("certificate %s is replaced by %s", certificate.pk, fresh.pk)
    return fresh


def _tell_boards(certificate: Certificate, why: str, now: datetime) -> None:
    """Where its credit went to a board, somebody looks at that line: nothing can be edited there (DOMAIN.md 3)."""
    if certificate.credit_key:
        approval = CourseApproval.objects.get(uuid=certificate.credit_key)
        tell_reports(enrollment=certificate.enrollment, approval=approval, why=why, at=now)


@transaction.atomic
def revoke(
    *,
    certificate: Certificate,
    by: User,
    reason_class: str,
    reason: str,
    public_note: str = "",
    at: datetime | None = None,
) -> Certificate:
    """The certificate counts no longer. The class of the reason and the note are public, the reason is not."""
    if reason_class not in Certificate.ReasonClass.values or not reason.strip():
        raise LifeRefused("Choose the kind of reason, and write what happened.")
    now = at or timezone.now()
    mine = Certificate.objects.filter(pk=certificate.pk)
    note = public_note.strip()
    if not mine.end(status=Certificate.Status.REVOKED, at=now, reason=reason_class, note=note):
        raise LifeRefused(NOT_IN_FORCE)
    CertificateEvent.objects.create(certificate=certificate, what=What.REVOKED, at=now, by=by, text=reason.strip())
    revoke_bit(certificate)
    _tell_boards(certificate, f"Certificate {certificate.serial} is revoked. {reason.strip()}", now)
    ended = mine.get()
    why = ended.get_reason_class_display() + (f". {note}" if note else "")
    write_mail(ended, key=f"certificate-revoked-{ended.serial}", template="certificate_revoked", why=why)
    logger.info("certificate %s is revoked", certificate.pk)
    return ended


@transaction.atomic
def share(*, certificate: Certificate, on: bool, by: User, at: datetime | None = None) -> None:
    """The holder lets whoever has the number fetch the files, or no longer. Twice the same is once."""
    changed = Certificate.objects.filter(pk=certificate.pk, is_shared=not on).share(on=on)
    if changed:
        what = What.SHARED if on else What.UNSHARED
        CertificateEvent.objects.create(certificate=certificate, what=what, at=at or timezone.now(), by=by)
