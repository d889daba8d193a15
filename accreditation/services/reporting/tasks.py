"""When what was reported is no longer so: a draft is withdrawn; what went out becomes a task for a person.

At the board an entry can be neither edited nor deleted by us (DOMAIN.md section 3), so nothing is sent by itself.
"""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from accreditation.models import BoardReportRow, CourseApproval, CreditAward, ReportEvent, ReportTask
from accreditation.services.reporting.outbox import withdraw
from accreditation.services.reporting.refusals import ReportRefused
from accreditation.services.reporting.rows import LIVE, UNSENT
from accreditation.services.reporting.words import kept
from enrollments.models import Enrollment

DONE_BEFORE = "Somebody else has closed this task already. Nothing was changed."


def tell_reports(
    *, enrollment: Enrollment, approval: CourseApproval | None, why: str, at: datetime | None = None
) -> list[ReportTask]:
    """Credit of this course by this approval (None: by any) is not what it was. The tasks that stand open for it."""
    awards = CreditAward.objects.filter(enrollment=enrollment)
    return _mend(awards if approval is None else awards.filter(course_approval=approval), why, at)


def tell_reports_of(*, award: CreditAward, at: datetime | None = None) -> list[ReportTask]:
    """One award was corrected or made void."""
    ended = award.get_status_display()
    why = f"{ended}: {award.ended_reason}" if award.ended_reason else ended
    return _mend(CreditAward.objects.filter(pk=award.pk), why, at)


@transaction.atomic
def _mend(awards: QuerySet[CreditAward], why: str, at: datetime | None) -> list[ReportTask]:
    tasks = []
    rows = BoardReportRow.objects.filter(award__in=awards.values("pk"), state__in=LIVE).select_related("report")
    for row in rows:
        if row.report.state in UNSENT:
            # Its file holds the line and is never changed: the whole draft goes back, and the others wait again.
            withdraw(report=row.report, by=None, reason=f"Credit in it has changed. {why}", at=at)
        else:
            tasks.append(_open(row, kept(why), at))
    return tasks


def _open(row: BoardReportRow, why: str, at: datetime | None) -> ReportTask:
    """The same reason twice is one task (constraint)."""
    try:
        with transaction.atomic():
            return ReportTask.objects.create(row=row, why=why, opened_at=at or timezone.now())
    except IntegrityError:
        return ReportTask.objects.get(row=row, why=why, closed_at=None)


@transaction.atomic
def close_task(
    *, task: ReportTask, by: User, outcome: str, report_again: bool = False, at: datetime | None = None
) -> ReportTask:
    """A person has mended it at the board. `report_again`: the board has taken the entry out, what stands may go anew.

    Raises ReportRefused.
    """
    outcome, now = kept(outcome), at or timezone.now()
    if not outcome:
        raise ReportRefused("Please write what was done at the board.")
    closed = ReportTask.objects.filter(pk=task.pk, closed_at=None).update(closed_at=now, closed_by=by, outcome=outcome)
    task.refresh_from_db()
    if not closed:
        raise ReportRefused(DONE_BEFORE)
    if report_again:
        BoardReportRow.objects.filter(pk=task.row_id, state__in=LIVE).update(state=BoardReportRow.State.WITHDRAWN)
    ReportEvent.objects.create(report=task.row.report, what=ReportEvent.What.TASK, by=by, at=now, text=outcome)
    return task


def open_tasks() -> QuerySet[ReportTask]:
    """What waits for a person, oldest first."""
    found = ReportTask.objects.filter(closed_at=None).order_by("opened_at", "pk")
    return found.select_related("row__report__body", "row__award__user", "row__award__course_approval")
