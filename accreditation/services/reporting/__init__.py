"""Reports to boards: the outbox, its files, their answers, what learners read of them. One verb family a module."""

from accreditation.services.reporting.alarms import remind_of_reports
from accreditation.services.reporting.answers import OneAnswer, Outcome, answer_rows, read_receipt
from accreditation.services.reporting.license_check import LicenseCheck, can_check, check_license
from accreditation.services.reporting.outbox import make_report, mark_sent, note_download, ready_rows, review, withdraw
from accreditation.services.reporting.refusals import ReportRefused
from accreditation.services.reporting.rows import prepared_rows, waiting_awards
from accreditation.services.reporting.sending import release, send_report, send_waiting_reports, why_not_sendable
from accreditation.services.reporting.states import ReportState, report_state_of
from accreditation.services.reporting.tasks import close_task, open_tasks, tell_reports, tell_reports_of

__all__ = [
    "LicenseCheck",
    "OneAnswer",
    "Outcome",
    "ReportRefused",
    "ReportState",
    "answer_rows",
    "can_check",
    "check_license",
    "close_task",
    "make_report",
    "mark_sent",
    "note_download",
    "open_tasks",
    "prepared_rows",
    "read_receipt",
    "ready_rows",
    "release",
    "remind_of_reports",
    "report_state_of",
    "review",
    "send_report",
    "send_waiting_reports",
    "tell_reports",
    "tell_reports_of",
    "waiting_awards",
    "why_not_sendable",
    "withdraw",
]
