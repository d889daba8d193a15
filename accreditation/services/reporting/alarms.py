"""Alarms: credit that the board does not know of, and time that runs out. One mail a day for each board and person."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Site

from accounts.models import User
from accreditation.models import ApprovalBody, BoardReportRow, CreditAward, CreditSettings
from accreditation.models.ledger import AwardQuerySet
from accreditation.rules.reporting import Countdown, countdown
from accreditation.services.reporting.rows import BODY, expiring_first, without_rows
from notifications.models import Mail
from notifications.services import record_mail

MAY_SEND = "send_boardreport"
NAMED = 20
"""In a mail; the page lists them all."""


@dataclass(frozen=True)
class Alarm:
    """One award of a mail."""

    award: CreditAward
    countdown: Countdown


def remind_of_reports(*, at: datetime | None = None) -> int:
    """For `sweep`: how many mails were written."""
    today = timezone.localdate(at)
    written = 0
    for body in reported_bodies():
        alarmed = expiring_first(in_alarm(unanswered(body), body=body, today=today))
        days = license_alarm_days()
        alarms = [Alarm(award, countdown_of(award, body, today=today, license_days=days)) for award in alarmed[:NAMED]]
        if alarms:
            words = _words(body, alarms, alarmed.count())
            written += sum(_write(person, body, today, words) for person in staff_who_report())
    return written


def reported_bodies() -> QuerySet[ApprovalBody]:
    """Boards to which something is reported."""
    return ApprovalBody.objects.filter(report_format__isnull=False).select_related("report_format")


def unanswered(body: ApprovalBody) -> AwardQuerySet:
    """Awards that the board has not acknowledged: waiting, in a draft, or sent without an answer."""
    found = without_rows([BoardReportRow.State.ACCEPTED]).filter(**{BODY: body})
    return found.select_related("user", "license")


def in_alarm(awards: AwardQuerySet, *, body: ApprovalBody, today: date) -> AwardQuerySet:
    """On the board's day after completion, past its last day, or on a license that expires soon."""
    days = min(body.report_alarm_days, body.report_within_days or body.report_alarm_days)
    soon = today + timedelta(days=license_alarm_days())
    return awards.filter(Q(completed_on__lte=today - timedelta(days=days)) | Q(license__expires_on__lte=soon))


def countdown_of(award: CreditAward, body: ApprovalBody, *, today: date, license_days: int) -> Countdown:
    """How much time is left for it."""
    return countdown(
        award.completed_on,
        within_days=body.report_within_days,
        alarm_days=body.report_alarm_days,
        expires_on=award.license.expires_on if award.license else None,
        license_alarm_days=license_days,
        today=today,
    )


def license_alarm_days() -> int:
    """The school's setting."""
    return CreditSettings.for_site(Site.objects.get(is_default_site=True)).license_alarm_days


def staff_who_report() -> QuerySet[User]:
    """Those who may send reports by their role."""
    allowed = Q(groups__permissions__codename=MAY_SEND) | Q(user_permissions__codename=MAY_SEND)
    return User.objects.filter(allowed, is_active=True).distinct()


def _words(body: ApprovalBody, alarms: list[Alarm], number: int) -> dict[str, Any]:
    return {
        "body": body,
        "alarms": alarms,
        "number": number,
        "more": number - len(alarms),
        "button_url": settings.SITE_URL + reverse("credit:report_board", args=[body.code]),
        "button_label": "Open the outbox",
    }


def _write(person: User, body: ApprovalBody, today: date, words: dict[str, Any]) -> int:
    """Once a day, however often `sweep` runs."""
    key = f"report-alarm-{body.pk}-{today}-{person.pk}"
    if Mail.objects.filter(key=key).exists():
        return 0
    record_mail(key=key, user=person, template="report_alarm", context=words)
    return 1
