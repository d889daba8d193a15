"""How long records are kept, and what must not be thrown away meanwhile."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from wagtail.admin.panels import FieldPanel

from accreditation.models import ApprovalBody
from accreditation.models.sources import SOURCE_PANEL, Sourced


class RetentionPolicy(Sourced):
    """So many years for one class of record, by one body's rule or by our own. The longest that applies wins."""

    class Record(models.TextChoices):
        CERTIFICATE = "certificate", "Certificates"
        ATTENDANCE = "attendance", "Rosters and attendance"
        ATTEMPT = "attempt", "Quiz attempts"
        EVALUATION = "evaluation", "Course evaluations"
        REPORT = "report", "Reports to boards"
        PROMOTION = "promotion", "Promotion as sold"
        ORDER = "order", "Orders and payments"

    record = models.CharField(max_length=15, choices=Record.choices)
    body = models.ForeignKey(
        ApprovalBody,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="retention_policies",
        help_text="Empty: our own rule, for every course.",
    )
    years = models.PositiveSmallIntegerField(help_text="After the completion.")
    basis = models.CharField(max_length=200, help_text="Where it is written, or why we chose it.")

    panels: ClassVar[list[Any]] = [*(FieldPanel(name) for name in ("record", "body", "years", "basis")), SOURCE_PANEL]

    class Meta:
        verbose_name_plural = "retention policies"
        ordering: ClassVar[list[str]] = ["record", "-years"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["record", "body"], name="records_policy_once_a_body"),
            models.UniqueConstraint(fields=["record"], condition=models.Q(body=None), name="records_own_policy_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_record_display()}: {self.years} years"


class LegalHold(models.Model):
    """Records of one person in one course that nobody may throw away, whatever the clock says."""

    enrollment = models.ForeignKey("enrollments.Enrollment", on_delete=models.PROTECT, related_name="legal_holds")
    reason = models.CharField(max_length=250)
    opened_at = models.DateTimeField(default=timezone.now)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    wagtail_reference_index_ignore = True

    class Meta:
        ordering: ClassVar[list[str]] = ["-opened_at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["enrollment"], condition=models.Q(closed_at=None), name="records_one_open_hold"
            )
        ]

    def __str__(self) -> str:
        return self.reason
