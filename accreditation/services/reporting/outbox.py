"""The outbox: draft, reviewed, sent, or withdrawn. One row per award whatever is clicked twice (a constraint)."""

import logging
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from accreditation.models import ApprovalBody, BoardReport, BoardReportRow, ReportEvent, ReportFormat
from accreditation.services.reporting.refusals import ReportRefused
from accreditation.services.reporting.rows import OnRow, Prepared, expiring_first, prepared_rows, waiting_awards
from accreditation.services.reporting.words import kept, rows_in_words
from accreditation.services.reporting.writing import SUFFIXES, keep, twin_of, written

logger = logging.getLogger(__name__)
State, What = BoardReport.State, ReportEvent.What
MOST_ROWS = 10_000
"""In one report: an .xls ends at 65,536 rows, an XML message at 16 MB."""
NOTHING = "Nothing waits for {body}."
CHANGED = "What waits has changed a moment ago: somebody else made a report, or credit was corrected. Look once more."
TOO_LATE = "This report is {state} now: somebody was faster. Nothing was changed."


def make_report(
    *,
    body: ApprovalBody,
    by: User | None,
    format: ReportFormat | None = None,
    at: datetime | None = None,
    on_row: OnRow | None = None,
) -> BoardReport:
    """A draft of all that waits for this board and can go out. Raises ReportRefused.

    The file is made before the transaction, so that nobody waits for it with the database locked; inside, all of it
    must still wait.
    """
    format = format or body.report_format
    if format is None:
        raise ReportRefused(f"Nothing is reported to {body}: it has no report format.")
    rows = ready_rows(body=body, format=format, on_row=on_row)
    content = written(format, [row.fields for row in rows], sample=body.is_sample)
    twin = twin_of([row.fields for row in rows], sample=body.is_sample)
    try:
        return _insert(body, format, rows, content, twin, by, at or timezone.now())
    except IntegrityError as error:  # the constraint: an award is in another report already
        raise ReportRefused(CHANGED) from error


def ready_rows(*, body: ApprovalBody, format: ReportFormat, on_row: OnRow | None = None) -> list[Prepared]:
    """What can go out now; where nothing can, the refusal says what stands against it."""
    waiting = expiring_first(waiting_awards(body))[:MOST_ROWS]
    rows = prepared_rows(waiting, body=body, writer=format.writer, on_row=on_row)
    ready = [row for row in rows if not row.obstacles]
    if not rows:
        raise ReportRefused(NOTHING.format(body=body))
    if not ready:
        raise ReportRefused(f"None of the {len(rows)} that wait can go out: {rows[0].obstacles[0]}")
    return ready


@transaction.atomic
def _insert(
    body: ApprovalBody,
    format: ReportFormat,
    rows: list[Prepared],
    content: bytes,
    twin: bytes,
    by: User | None,
    now: datetime,
) -> BoardReport:
    chosen = [row.award.pk for row in rows]
    # Locked, so that none of them is corrected meanwhile: whoever ends one then finds its row, and withdraws this.
    still = list(
        waiting_awards(body).filter(pk__in=chosen).select_for_update(of=("self",)).values_list("pk", flat=True)
    )
    if len(still) != len(chosen):
        raise ReportRefused(CHANGED)
    path, digest = keep(content, SUFFIXES[ReportFormat.Writer(format.writer)])
    report = BoardReport.objects.create(
        body=body, format=format, file=path, sha256=digest, twin=keep(twin, "csv")[0], made_at=now
    )
    BoardReportRow.objects.bulk_create(
        [BoardReportRow(report=report, award=row.award, payload=row.fields) for row in rows], batch_size=500
    )
    _note(report, What.MADE, by, now, f"{rows_in_words(len(rows))}, {format}")
    return report


@transaction.atomic
def review(*, report: BoardReport, by: User, at: datetime | None = None) -> BoardReport:
    """A person has looked at every row. Raises ReportRefused."""
    _move(report, [State.DRAFT], State.REVIEWED)
    return _note(report, What.REVIEWED, by, at or timezone.now())


@transaction.atomic
def mark_sent(*, report: BoardReport, by: User, at: datetime | None = None) -> BoardReport:
    """A person has brought the file to the board. From now on it stands. Raises ReportRefused."""
    _move(report, [State.REVIEWED], State.SENT)
    return _note(report, What.SENT, by, at or timezone.now(), "The file was handed in by a person.")


@transaction.atomic
def withdraw(*, report: BoardReport, by: User | None, reason: str, at: datetime | None = None) -> BoardReport:
    """It was wrong and has not gone out: what is in it waits again. Raises ReportRefused."""
    reason = kept(reason)
    if not reason:
        raise ReportRefused("Please write why it is withdrawn.")
    _move(report, [State.DRAFT, State.REVIEWED], State.WITHDRAWN)
    report.rows.filter(state=BoardReportRow.State.WAITING).update(state=BoardReportRow.State.WITHDRAWN)
    return _note(report, What.WITHDRAWN, by, at or timezone.now(), reason)


def note_download(*, report: BoardReport, by: User, name: str, at: datetime | None = None) -> None:
    """Who has taken the file: it holds names and license numbers."""
    _note(report, What.DOWNLOADED, by, at or timezone.now(), name)


def _move(report: BoardReport, states: list[str], to: str) -> None:
    """Compare and swap: of two people who press at once, one is told that it was done."""
    moved = BoardReport.objects.filter(pk=report.pk, state__in=states).update(state=to, next_try_at=None)
    report.refresh_from_db()
    if not moved:
        raise ReportRefused(TOO_LATE.format(state=report.get_state_display().lower()))


def _note(report: BoardReport, what: str, by: User | None, at: datetime, text: str = "") -> BoardReport:
    ReportEvent.objects.create(report=report, what=what, by=by, at=at, text=kept(text))
    logger.info("report %s: %s by user %s", report.uuid, what, by.pk if by else None)
    return report
