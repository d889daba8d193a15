"""The outbox of reports to boards: draft, reviewed, sent, acknowledged. A file is made once and kept as it went out."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.conf import settings
from django.core.files.storage import storages
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accreditation.models.boards import ApprovalBody, ReportFormat
from accreditation.models.ledger import CreditAward
from core.frozen_records import Frozen
from core.frozen_rows import FrozenRows


class BoardReport(models.Model):
    """One file for one board. Made complete as a draft; a draft that is wrong is withdrawn and another one made."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        REVIEWED = "reviewed", "Reviewed"
        SENT = "sent", "Sent"
        ACKNOWLEDGED = "acknowledged", "Acknowledged"
        PARTLY_FAILED = "partly_failed", "Partly refused"
        WITHDRAWN = "withdrawn", "Withdrawn"

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    body = models.ForeignKey(ApprovalBody, on_delete=models.PROTECT, related_name="reports")
    format = models.ForeignKey(ReportFormat, on_delete=models.PROTECT, related_name="reports")
    state = models.CharField(max_length=15, choices=State.choices, default=State.DRAFT)
    file = models.CharField(max_length=120, help_text="Path in the private storage, named by its sha256.")
    sha256 = models.CharField(max_length=64)
    twin = models.CharField(max_length=120, blank=True, help_text="The same as CSV, for people.")
    made_at = models.DateTimeField(default=timezone.now)
    tries = models.PositiveSmallIntegerField(default=0, help_text="Of sending it over the network.")
    next_try_at = models.DateTimeField(null=True, blank=True, help_text="Set while it is to be sent over the network.")
    last_error = models.CharField(max_length=250, blank=True)

    wagtail_reference_index_ignore = True

    class Meta:
        ordering: ClassVar[list[str]] = ["-made_at", "-pk"]
        permissions = (("send_boardreport", "Can review and send reports to boards"),)

    def __str__(self) -> str:
        return f"{self.body}, {self.made_at:%Y-%m-%d}"

    def read(self) -> bytes:
        """The bytes that go out."""
        with storages["private"].open(self.file) as file:
            return bytes(file.read())


class BoardReportRow(models.Model):
    """One award in one report. While it waits or is accepted, the award is in no other report."""

    class State(models.TextChoices):
        WAITING = "waiting", "Not answered yet"
        ACCEPTED = "accepted", "Accepted"
        REFUSED = "refused", "Refused"
        WITHDRAWN = "withdrawn", "Withdrawn"

    report = models.ForeignKey(BoardReport, on_delete=models.PROTECT, related_name="rows")
    award = models.ForeignKey(CreditAward, on_delete=models.PROTECT, related_name="report_rows")
    payload = models.JSONField(help_text="The fields as they stand in the file.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    external_id = models.CharField(max_length=60, blank=True, help_text="The number that the board gave it.")
    message = models.CharField(max_length=250, blank=True, help_text="What the board answered.")
    answered_at = models.DateTimeField(null=True, blank=True)

    wagtail_reference_index_ignore = True

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["award"],
                condition=Q(state__in=["waiting", "accepted"]),
                name="accreditation_award_reported_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.award_id} in {self.report_id}"


REPORT_ROWS = FrozenRows(
    "accreditation_boardreport",
    ("uuid", "body_id", "format_id", "file", "sha256", "twin", "made_at"),
    "The file of a report is never changed: withdraw the draft and make another one.",
)
REPORT_ROW_ROWS = FrozenRows(
    "accreditation_boardreportrow",
    ("report_id", "award_id", "payload"),
    "What was reported is never changed: report it again.",
)


class ReportEvent(Frozen):
    """Who did what to a report, and when. Append-only."""

    class What(models.TextChoices):
        MADE = "made", "Made"
        REVIEWED = "reviewed", "Reviewed"
        DOWNLOADED = "downloaded", "Downloaded"
        SENT = "sent", "Sent"
        ANSWERED = "answered", "Answer read"
        WITHDRAWN = "withdrawn", "Withdrawn"
        TASK = "task", "Task closed"

    report = models.ForeignKey(BoardReport, on_delete=models.PROTECT, related_name="events")
    what = models.CharField(max_length=12, choices=What.choices)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=250, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        return f"{self.get_what_display()}, {self.at:%Y-%m-%d %H:%M}"


class ReportTask(models.Model):
    """What was reported is no longer so: a person has to mend it at the board, where nothing can be edited."""

    row = models.ForeignKey(BoardReportRow, on_delete=models.PROTECT, related_name="tasks")
    why = models.CharField(max_length=250)
    opened_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    outcome = models.CharField(max_length=250, blank=True)

    wagtail_reference_index_ignore = True

    class Meta:
        ordering: ClassVar[list[str]] = ["-opened_at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["row", "why"], condition=Q(closed_at=None), name="accreditation_task_open_once"
            )
        ]

    def __str__(self) -> str:
        return self.why
