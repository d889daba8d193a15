"""Sending a report over the network: once. What nobody can tell stays "sent, not answered" until a person finds out."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from accreditation.models import BoardReport, ReportEvent, ReportFormat
from accreditation.services.reporting.answers import read_receipt
from accreditation.services.reporting.network import NotSent, Unknown, exchange, to_this_machine, why_off
from accreditation.services.reporting.refusals import ReportRefused

logger = logging.getLogger(__name__)
State, What = BoardReport.State, ReportEvent.What
LONGEST_WAIT = timedelta(hours=6)
ASK_THERE = "Find out at CE Broker whether it has arrived, and answer the rows by hand. It is not sent again by itself."


def why_not_sendable(report: BoardReport) -> str:
    """Why this report cannot go over the network; empty: it can."""
    if report.format.writer != ReportFormat.Writer.CEBROKER_XML:
        return "Only CE Broker's XML messages are sent over the network: this one is a file to hand in."
    if off := why_off():
        return off
    if report.body.is_sample and not to_this_machine():
        return "It is a sample: samples are never sent."
    return ""


@transaction.atomic
def release(*, report: BoardReport, by: User, at: datetime | None = None) -> BoardReport:
    """A person lets a reviewed report go out over the network; after the commit it is tried. Raises ReportRefused."""
    if reason := why_not_sendable(report):
        raise ReportRefused(reason)
    now = at or timezone.now()
    ready = BoardReport.objects.filter(pk=report.pk, state=State.REVIEWED, next_try_at=None)
    if not ready.update(next_try_at=now):
        report.refresh_from_db()
        raise ReportRefused(f"This report is {report.get_state_display().lower()}, or on its way. Nothing was changed.")
    ReportEvent.objects.create(
        report=report, what=What.REVIEWED, by=by, at=now, text="Released for sending over the network."
    )
    transaction.on_commit(lambda: send_report(report_id=report.pk, at=at))
    report.refresh_from_db()
    return report


def send_waiting_reports(*, limit: int = 20, at: datetime | None = None) -> int:
    """What `sweep` does: send what was released and has not gone out. How many were answered."""
    if why_off():
        return 0
    due = BoardReport.objects.filter(state=State.REVIEWED, next_try_at__lte=at or timezone.now())
    return sum(send_report(report_id=pk, at=at) for pk in due.order_by("pk").values_list("pk", flat=True)[:limit])


def send_report(*, report_id: int, at: datetime | None = None) -> bool:
    """Send it, where nobody else does. It counts as sent before the first byte leaves: a crash sends nothing twice."""
    now = at or timezone.now()
    report = BoardReport.objects.select_related("format", "body").get(pk=report_id)
    if why_not_sendable(report):
        return False
    message = report.read()
    if not _claim(report, now):
        return False
    try:
        answer = exchange(message)
    except NotSent as error:
        _put_back(report, str(error), now)
        return False
    except Unknown as error:
        _leave_open(report, str(error), now)
        return False
    try:
        read_receipt(report=report, content=answer, by=None, at=at)
    except ReportRefused as error:
        _leave_open(report, str(error), now)
        return False
    return True


def _claim(report: BoardReport, now: datetime) -> bool:
    """Compare and swap: one sender has it. Written and committed before anything is sent."""
    with transaction.atomic():
        due = BoardReport.objects.filter(pk=report.pk, state=State.REVIEWED, next_try_at__lte=now)
        claimed = due.update(state=State.SENT, next_try_at=None, tries=F("tries") + 1)
        if claimed:
            ReportEvent.objects.create(report=report, what=What.SENT, at=now, text="Over the network.")
        report.refresh_from_db()
    return bool(claimed)


@transaction.atomic
def _put_back(report: BoardReport, error: str, now: datetime) -> None:
    """Nothing has left: it is tried again, later and later."""
    wait = min(timedelta(minutes=2 ** min(report.tries, 10)), LONGEST_WAIT)
    BoardReport.objects.filter(pk=report.pk, state=State.SENT).update(
        state=State.REVIEWED, next_try_at=now + wait, last_error=error[:250]
    )
    ReportEvent.objects.create(report=report, what=What.ANSWERED, at=now, text=f"Nothing was sent. {error}"[:250])
    logger.warning("report %s not sent (%s), next try in %s", report.uuid, error, wait)


@transaction.atomic
def _leave_open(report: BoardReport, error: str, now: datetime) -> None:
    """It may have arrived. A person must find out."""
    BoardReport.objects.filter(pk=report.pk).update(last_error=f"{error} {ASK_THERE}"[:250])
    ReportEvent.objects.create(report=report, what=What.ANSWERED, at=now, text=f"{error} {ASK_THERE}"[:250])
    logger.warning("report %s sent, answer unknown (%s)", report.uuid, error)
