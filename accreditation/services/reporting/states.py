"""What a learner reads of each award: by when it is reported, when it was sent, what the board answered.

The word "reported" stands only behind the board's own acknowledgment.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format

from accreditation.models import (
    ApprovalBody,
    BoardReportRow,
    CreditAward,
    ReportEvent,
)
from accreditation.rules.reporting import due_by
from accreditation.services.reporting.rows import LIVE, UNSENT, needs_license, with_what_is_needed

Row = BoardReportRow.State
KEEP = "Keep your certificate: {board} may ask you for it."
NO_LICENSE = "Name the license that this credit is for: {board} takes reports by license number only."
REFUSED = "Compare your license number with your license, and tell us: we report it again."


@dataclass(frozen=True)
class ReportState:
    """Where the report of one award stands, in words for its learner."""

    code: str
    label: str
    due_by: date | None = None
    overdue: bool = False
    what_to_do: str = ""


def report_state_of(awards: Iterable[CreditAward], *, on: date | None = None) -> dict[int, ReportState]:
    """By the number of the award. The same few queries for one award and for a hundred."""
    today = on or timezone.localdate()
    read = with_what_is_needed(list(awards))
    rows = _rows_by_credit(read)
    sent = dict(
        ReportEvent.objects.filter(
            what=ReportEvent.What.SENT, report__in={row.report_id for found in rows.values() for row in found}
        )
        .order_by("pk")
        .values_list("report_id", "at")
    )
    return {award.pk: _state(award, _row_of(award, rows), sent, today) for award in read}


Credit = tuple[int, int]


def _rows_by_credit(awards: list[CreditAward]) -> dict[Credit, list[BoardReportRow]]:
    """Every row of these courses by these approvals, corrected awards included: an entry outlives a correction."""
    found: dict[Credit, list[BoardReportRow]] = {}
    rows = BoardReportRow.objects.filter(award__enrollment__in={award.enrollment_id for award in awards})
    for row in rows.select_related("report", "award").prefetch_related("tasks").order_by("pk"):
        found.setdefault((row.award.enrollment_id, row.award.course_approval_id), []).append(row)
    return found


def _row_of(award: CreditAward, rows: dict[Credit, list[BoardReportRow]]) -> BoardReportRow | None:
    """Its newest row; where it has none, the live one of the award that it corrects."""
    near = rows.get((award.enrollment_id, award.course_approval_id), [])
    own = [row for row in near if row.award_id == award.pk and row.state != Row.WITHDRAWN]
    earlier = [row for row in near if row.award.license_id in (award.license_id, None) and row.state in LIVE]
    return (own or earlier or [None])[-1]  # type: ignore[list-item]


def _state(award: CreditAward, row: BoardReportRow | None, sent: dict[int, datetime], today: date) -> ReportState:
    body = award.course_approval.provider_approval.body
    board = body.short_name or body.name
    if award.status != CreditAward.Status.EARNED:
        return ReportState("ended", "Does not count any more")
    if row is not None and row.report.state not in UNSENT:
        return _answered(row, award, board, sent)
    if reason := _why_never(award, body):
        return reason
    last = due_by(award.completed_on, body.report_within_days)
    overdue = last is not None and last < today
    label = f"Report due by {_long(last)}" if last else f"Waits for our next report to {board}"
    todo = f"We are late. Please write to us if your license is renewed before {board} knows of it." if overdue else ""
    return ReportState("due", label, due_by=last, overdue=overdue, what_to_do=todo)


def _answered(row: BoardReportRow, award: CreditAward, board: str, sent: dict[int, datetime]) -> ReportState:
    """After it was sent. An entry with the earlier figures is mended by staff at the board."""
    if row.award_id != award.pk and not _mended(row):
        text = "It was corrected after it had gone out. We put it right at the board; nothing is asked of you."
        return ReportState("mending", f"Sent to {board} as it stood before its correction", what_to_do=text)
    if row.state == Row.ACCEPTED and row.answered_at:
        day = _long(timezone.localdate(row.answered_at))
        return ReportState("accepted", f"Reported: {board} accepted it on {day}")
    if row.state == Row.REFUSED:
        return ReportState("refused", f"{board} refused it: {row.message}", what_to_do=REFUSED)
    day = f" on {_long(timezone.localdate(sent[row.report_id]))}" if row.report_id in sent else ""
    return ReportState("sent", f"Sent to {board}{day}, no answer yet")


def _mended(row: BoardReportRow) -> bool:
    """It was accepted, and staff have put it right at the board since."""
    return row.state == Row.ACCEPTED and all(task.closed_at for task in row.tasks.all())


def _why_never(award: CreditAward, body: ApprovalBody) -> ReportState | None:
    """What keeps it out of every report."""
    board, approval = body.short_name or body.name, award.course_approval
    sample = approval.is_sample or approval.provider_approval.is_sample or body.is_sample
    if body.report_format_id is None:
        return ReportState("never", "Not reported by us", what_to_do=KEEP.format(board=board))
    if sample and not (body.is_sample and settings.SAMPLES):
        return ReportState("sample", "A sample: nothing is sent to a board")
    if award.license_id is None and needs_license(body):
        return ReportState(
            "license", "Not reported by us: no license is named", what_to_do=NO_LICENSE.format(board=board)
        )
    return None


def _long(day: date | None) -> str:
    return date_format(day, "F j, Y") if day else ""
