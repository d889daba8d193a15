"""A license number looked up at CE Broker, where that is set up. Only a valid answer changes anything."""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from accreditation.models import LicenseFormat, ProfessionalLicense
from accreditation.rules.cebroker import (
    INVALID_NUMBER,
    LicenseAnswer,
    UnreadableAnswer,
    build_license_check,
    read_license_answer,
)
from accreditation.services.reporting.network import NotSent, Unknown, exchange, why_off

Status = ProfessionalLicense.Status
DECIDED = "What a person has decided about it stays."
TWICE = "This number is verified for somebody else already: a person must look."


@dataclass(frozen=True)
class LicenseCheck:
    """What was found. `valid` None: it could not be told, and nothing was changed."""

    valid: bool | None
    text: str


def can_check(license: ProfessionalLicense) -> str:
    """Why this number cannot be looked up; empty: it can."""
    if off := why_off():
        return off
    country, _, state = license.jurisdiction.code.partition("-")
    if country != "US" or len(state) != 2:
        return "CE Broker knows licenses of states of the US only."
    return "" if _profession(license) else "The profession has no code there: enter it in the form of its numbers."


def check_license(*, license: ProfessionalLicense, at: datetime | None = None) -> LicenseCheck:
    """Ask, and mark the license as found in the register where it is. An unknown answer changes nothing."""
    if reason := can_check(license):
        return LicenseCheck(None, reason)
    state = license.jurisdiction.code.partition("-")[2]
    message = build_license_check(number=license.number_normalized, profession=_profession(license), state=state)
    try:
        answer = read_license_answer(exchange(message))
    except (NotSent, Unknown, UnreadableAnswer) as error:
        return LicenseCheck(None, f"It could not be asked. {error}")
    if not answer.valid:
        return LicenseCheck(False, _why_invalid(answer))
    return _mark(license, answer, at or timezone.now())


def _mark(license: ProfessionalLicense, answer: LicenseAnswer, now: datetime) -> LicenseCheck:
    """Found: whoever it belongs to there is shown to staff, for a number is easily somebody else's."""
    holder = f"{answer.first_name} {answer.last_name}".strip()
    text = f"CE Broker knows this number, of {holder}." if holder else "CE Broker knows this number."
    try:
        with transaction.atomic():
            marked = ProfessionalLicense.objects.filter(
                pk=license.pk, removed_at=None, status__in=[Status.SELF_DECLARED, Status.API_VERIFIED]
            ).update(
                status=Status.API_VERIFIED,
                status_note=text[:250],
                verified_on=timezone.localdate(now),
                verified_by=None,
            )
    except IntegrityError:
        return LicenseCheck(None, TWICE)
    license.refresh_from_db()
    return LicenseCheck(True, text if marked else f"{text} {DECIDED}")


def _why_invalid(answer: LicenseAnswer) -> str:
    code = "The number is not valid there." if answer.error_code == INVALID_NUMBER else ""
    return " ".join(filter(None, [code, answer.message])) or "CE Broker does not know this number."


def _profession(license: ProfessionalLicense) -> str:
    found = LicenseFormat.objects.filter(jurisdiction=license.jurisdiction, profession=license.profession).first()
    return found.report_code if found else ""
