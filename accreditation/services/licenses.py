"""Professional licenses of a learner: entered, changed and taken out of use by their holder, checked by staff.

Expired is never stored: it is read off the last day. A number stands in no log, no address and no mail's subject.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.db.models.fields.files import FieldFile
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.services import tidy_name
from accreditation.models import (
    Jurisdiction,
    LicenseEndorsement,
    LicenseFormat,
    Profession,
    ProfessionalLicense,
)
from accreditation.rules.numbers import normalize, number_problem
from accreditation.signals import credit_claimed
from enrollments.models import Enrollment
from notifications.services import record_mail

Status = ProfessionalLicense.Status
TWICE = "This license is in your list already."
ANOTHER_PERSONS = (
    "This number is confirmed for another account. If it is yours, write to the school: it looks at both accounts."
)
TAKEN = "Another account's license with this number was checked before. Look at both before you decide."


class LicenseRefused(Exception):
    """Nothing was changed; the message says why and what to do, `field` where in the form."""

    def __init__(self, message: str, field: str = "number") -> None:
        super().__init__(message)
        self.field = field


@transaction.atomic
def add_license(
    *,
    user: User,
    jurisdiction: Jurisdiction,
    profession: Profession,
    number: str,
    name_on_license: str = "",
    issued_on: date | None = None,
    expires_on: date | None = None,
    first_cycle: bool = False,
    evidence: File[bytes] | None = None,
    at: datetime | None = None,
) -> ProfessionalLicense:
    """A license as its holder enters it. Whoever it belongs to is not known yet: staff or the board confirm it."""
    license = ProfessionalLicense(
        user=user,
        jurisdiction=jurisdiction,
        profession=profession,
        name_on_license=tidy_name(name_on_license),
        issued_on=issued_on,
        expires_on=expires_on,
        first_cycle=first_cycle,
        created_at=at or timezone.now(),
    )
    _set_number(license, number)
    _save(license)
    if evidence:
        attach_evidence(license=license, file=evidence)
    return license


@transaction.atomic
def change_license(
    *,
    license: ProfessionalLicense,
    number: str,
    name_on_license: str = "",
    issued_on: date | None = None,
    expires_on: date | None = None,
    first_cycle: bool = False,
    evidence: File[bytes] | None = None,
) -> ProfessionalLicense:
    """Another number or name is not what was checked: it is the holder's own word again."""
    locked = _locked(license)
    before = (locked.number_normalized, locked.name_on_license)
    _set_number(locked, number)
    locked.name_on_license = tidy_name(name_on_license)
    locked.issued_on, locked.expires_on, locked.first_cycle = issued_on, expires_on, first_cycle
    changed = before != (locked.number_normalized, locked.name_on_license)
    refused = locked.status == Status.REJECTED
    if (changed and locked.is_verified) or (refused and (changed or evidence)):
        locked.status, locked.status_note = Status.SELF_DECLARED, ""
        locked.verified_on = locked.verified_by = None
    _save(locked)
    if evidence:
        attach_evidence(license=locked, file=evidence)
    if refused:
        _tell_claims(locked)
    return locked


@transaction.atomic
def remove_license(*, license: ProfessionalLicense, at: datetime | None = None) -> None:
    """Out of the list and of new claims. The row stays: credit that was claimed or earned on it names it."""
    ProfessionalLicense.objects.filter(pk=license.pk, removed_at=None).update(removed_at=at or timezone.now())


@transaction.atomic
def attach_evidence(*, license: ProfessionalLicense, file: File[bytes]) -> ProfessionalLicense:
    """The card or the letter that shows it: one file, the newest."""
    locked = _locked(license)
    relies = locked.status == Status.DOCUMENT_VERIFIED or locked.awards.exists()
    _keep_file(locked, file, drop_old=not relies)
    return locked


@transaction.atomic
def add_endorsement(
    *,
    license: ProfessionalLicense,
    kind: str,
    granted_on: date,
    hours: Any = None,
    evidence: File[bytes] | None = None,
) -> LicenseEndorsement:
    """A permission that stands beside the license; the same kind again is what it says now."""
    endorsement = LicenseEndorsement.objects.select_for_update().filter(license=license, kind=kind).first()
    if endorsement is None:
        endorsement = LicenseEndorsement(license=license, kind=kind)
    relied = endorsement.verified_on is not None
    endorsement.granted_on, endorsement.hours = granted_on, hours
    endorsement.verified_on = endorsement.verified_by = None
    try:
        with transaction.atomic():
            endorsement.save()
    except IntegrityError as twice:
        raise LicenseRefused("This endorsement is in your list already.", "kind") from twice
    if evidence:
        _keep_file(endorsement, evidence, drop_old=not relied)
    return endorsement


@transaction.atomic
def remove_endorsement(*, endorsement: LicenseEndorsement) -> None:
    """It was entered by mistake, or is over; its file goes with it."""
    file = endorsement.evidence
    LicenseEndorsement.objects.filter(pk=endorsement.pk).delete()
    _drop_unneeded(file)


@transaction.atomic
def verify(*, license: ProfessionalLicense, by: User, note: str = "", at: datetime | None = None) -> None:
    """Staff have compared it with the document or with the board's register. The holder hears of it."""
    now = at or timezone.now()
    locked = _locked(license)
    if locked.removed_at:
        raise LicenseRefused("Its holder has taken it out of use.")
    if locked.is_verified:
        return
    locked.status, locked.status_note = Status.DOCUMENT_VERIFIED, note.strip()[:250]
    locked.verified_on, locked.verified_by = timezone.localdate(now), by
    try:
        with transaction.atomic():
            locked.save()
    except IntegrityError as taken:
        raise LicenseRefused(TAKEN) from taken
    _mail(locked, "license_verified", now)
    _tell_claims(locked)


@transaction.atomic
def reject(*, license: ProfessionalLicense, by: User, note: str, at: datetime | None = None) -> None:
    """It could not be confirmed. The holder reads why, and corrects it or sends a document."""
    now = at or timezone.now()
    locked = _locked(license)
    if not note.strip():
        raise LicenseRefused("Please write why: the holder reads it.", "note")
    if locked.removed_at or locked.status == Status.REJECTED:
        return
    locked.status, locked.status_note = Status.REJECTED, note.strip()[:250]
    locked.verified_on, locked.verified_by = timezone.localdate(now), by
    locked.save()
    _mail(locked, "license_refused", now)


@transaction.atomic
def verify_endorsement(*, endorsement: LicenseEndorsement, by: User, at: datetime | None = None) -> None:
    """Staff have compared the permission with its document, once."""
    rows = LicenseEndorsement.objects.filter(pk=endorsement.pk, verified_on=None)
    rows.update(verified_on=timezone.localdate(at), verified_by=by)


def format_of(jurisdiction: Jurisdiction, profession: Profession) -> LicenseFormat | None:
    """What a number looks like there, where a row says so; no sample on a real site."""
    rows = LicenseFormat.objects.filter(jurisdiction=jurisdiction, profession=profession)
    return rows.first() if settings.SAMPLES else rows.filter(is_sample=False).first()


def licenses_of(user: User) -> list[ProfessionalLicense]:
    """Those in use, with what a list says of each."""
    rows = ProfessionalLicense.objects.of(user).select_related("jurisdiction", "profession")
    return list(rows.prefetch_related("endorsements"))


def _set_number(license: ProfessionalLicense, number: str) -> None:
    """As it was typed, and as it is compared."""
    tidy = tidy_name(number)
    known = format_of(license.jurisdiction, license.profession)
    prefix = known.prefix if known else ""
    problem = number_problem(
        tidy, pattern=known.pattern if known else "", prefix=prefix, example=known.example if known else ""
    )
    if problem:
        raise LicenseRefused(problem)
    license.number, license.number_normalized = tidy, normalize(tidy, prefix)


def _save(license: ProfessionalLicense) -> None:
    same = ProfessionalLicense.objects.filter(
        jurisdiction=license.jurisdiction,
        profession=license.profession,
        number_normalized=license.number_normalized,
        removed_at=None,
    ).exclude(pk=license.pk)
    if same.filter(status__in=ProfessionalLicense.VERIFIED).exclude(user=license.user).exists():
        raise LicenseRefused(ANOTHER_PERSONS)
    try:
        with transaction.atomic():
            license.save()
    except IntegrityError as twice:
        raise LicenseRefused(TWICE) from twice


def _locked(license: ProfessionalLicense) -> ProfessionalLicense:
    rows = ProfessionalLicense.objects.select_for_update(of=("self",))
    return rows.select_related("jurisdiction", "profession", "user").get(pk=license.pk)


def _keep_file(row: ProfessionalLicense | LicenseEndorsement, file: File[bytes], *, drop_old: bool) -> None:
    """Into private storage; `EvidenceField` has looked at what it is."""
    old = row.evidence
    row.evidence = file
    row.save(update_fields=["evidence"])
    if drop_old:
        _drop_unneeded(old)


def _drop_unneeded(file: FieldFile | None) -> None:
    """Delete it after the transaction, unless another record still names it."""
    name = PurePath(file.name).as_posix() if file and file.name else ""
    if not name or file is None:
        return
    storage = file.storage

    def drop() -> None:
        named: Iterable[Any] = (ProfessionalLicense, LicenseEndorsement)
        if not any(model.objects.filter(evidence=name).exists() for model in named):
            storage.delete(name)

    transaction.on_commit(drop)


def _tell_claims(license: ProfessionalLicense) -> None:
    """What waited for this license in finished courses may go on."""
    for enrollment in Enrollment.objects.filter(license_claims__license=license).distinct():
        credit_claimed.send(sender=Enrollment, enrollment=enrollment)


def _mail(license: ProfessionalLicense, template: str, at: datetime) -> None:
    record_mail(
        key=f"{template}-{license.pk}-{at:%Y%m%d%H%M%S%f}",
        user=license.user,
        template=template,
        context={
            "license": license,
            "button_url": settings.SITE_URL + reverse("my_license", args=[license.pk]),
            "button_label": "Look at this license",
        },
    )
