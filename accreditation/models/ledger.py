"""The ledger of credit: awards that are never changed, attendance that staff attest, credit from elsewhere."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar, NoReturn
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accreditation.models.approvals import CourseApproval
from accreditation.models.licenses import ProfessionalLicense, evidence_path, private_files
from accreditation.rules.vocabulary import Mode, Subject
from core.frozen_records import Frozen
from core.frozen_rows import FrozenRows

AWARD_FROZEN = "An award is never changed: correct it, and another one takes its place."


class AwardQuerySet(models.QuerySet["CreditAward"]):
    """Awards in the trade's words."""

    def of(self, user: Any) -> AwardQuerySet:
        """One person's."""
        return self.filter(user=user)

    def standing(self) -> AwardQuerySet:
        """Those that count: neither corrected nor void."""
        return self.filter(status=CreditAward.Status.EARNED)

    def end(self, *, status: str, at: datetime, by: Any = None, reason: str) -> int:
        """Compare and swap: of those that stand, how many this call ended. The one way in which a row changes."""
        ended = {"status": status, "ended_at": at, "ended_by": by, "ended_reason": reason}
        return super(AwardQuerySet, self.standing()).update(**ended)

    def update(self, **changes: Any) -> NoReturn:
        """Refused: see `end`."""
        raise ValidationError(AWARD_FROZEN)

    def delete(self) -> NoReturn:
        """Refused."""
        raise ValidationError(AWARD_FROZEN)


class CreditAward(Frozen):
    """Hours as approved, given to one person for one completion by one approval, on one license or on none.

    Whether it was reported is told by its report rows (`report_rows`), not by a column here.
    """

    class Status(models.TextChoices):
        EARNED = "earned", "Earned"
        CORRECTED = "corrected", "Replaced by a correction"
        VOID = "void", "Void"

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="credit_awards")
    enrollment = models.ForeignKey("enrollments.Enrollment", on_delete=models.PROTECT, related_name="credit_awards")
    course_approval = models.ForeignKey(CourseApproval, on_delete=models.PROTECT, related_name="awards")
    license = models.ForeignKey(
        ProfessionalLicense, null=True, blank=True, on_delete=models.PROTECT, related_name="awards"
    )
    completed_on = models.DateField()
    hours = models.DecimalField(max_digits=6, decimal_places=2, help_text="All lines together, as approved.")
    lines = models.JSONField(help_text="[{mode, subject, hours (text), hands_on}] as approved on that day.")
    facts = models.JSONField(help_text="Title, numbers, names and label as approved; the license as it stood.")
    evidence = models.JSONField(help_text="What shows it: attempts with score and pass mark, units, attendance.")
    awarded_at = models.DateTimeField(default=timezone.now)
    supersedes = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="superseded_by"
    )
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.EARNED)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_reason = models.CharField(max_length=250, blank=True)

    objects = AwardQuerySet.as_manager()
    refusal = AWARD_FROZEN

    class Meta:
        ordering: ClassVar[list[str]] = ["-completed_on", "-pk"]
        permissions = (("correct_creditaward", "Can correct and void credit"),)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["enrollment", "course_approval", "license"],
                condition=Q(status="earned", license__isnull=False),
                name="accreditation_award_once_a_license",
            ),
            models.UniqueConstraint(
                fields=["enrollment", "course_approval"],
                condition=Q(status="earned", license__isnull=True),
                name="accreditation_award_once_without_license",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hours} for {self.enrollment_id} by {self.course_approval_id}"


AWARD_ROWS = FrozenRows(
    "accreditation_creditaward",
    (
        *("uuid", "user_id", "enrollment_id", "course_approval_id", "license_id", "completed_on", "hours", "lines"),
        *("facts", "evidence", "awarded_at", "supersedes_id"),
    ),
    "An award of credit is never changed.",
)


class Attendance(models.Model):
    """Who was there and how long, as staff attest it: live hours count by it (NCBTMB: all of it; DOMAIN.md 2.6)."""

    class Method(models.TextChoices):
        PAPER = "paper", "Signed sheet"
        WEBINAR = "webinar", "Log of the webinar"
        STAFF = "staff", "Seen by staff"

    enrollment = models.OneToOneField("enrollments.Enrollment", on_delete=models.PROTECT, related_name="attendance")
    minutes_held = models.PositiveIntegerField(validators=[MinValueValidator(1)])
    minutes_attended = models.PositiveIntegerField()
    held_on = models.DateField(help_text="The last day.")
    place = models.CharField(max_length=200, blank=True)
    method = models.CharField(max_length=10, choices=Method.choices)
    attested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    attested_at = models.DateTimeField(default=timezone.now)

    wagtail_reference_index_ignore = True

    class Meta:
        ordering: ClassVar[list[str]] = ["-held_on", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(minutes_attended__lte=models.F("minutes_held")),
                name="accreditation_attended_no_longer_than_held",
            )
        ]

    def __str__(self) -> str:
        return f"{self.minutes_attended} of {self.minutes_held} minutes"

    @property
    def in_full(self) -> bool:
        """From the first minute to the last."""
        return self.minutes_attended >= self.minutes_held


class ExternalCredit(models.Model):
    """What a learner earned elsewhere, by the learner's own word and file. It counts in their own view only."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="external_credits")
    licenses = models.ManyToManyField(ProfessionalLicense, related_name="external_credits", blank=True)
    title = models.CharField(max_length=200)
    provider = models.CharField(max_length=150)
    completed_on = models.DateField()
    hours = models.DecimalField(max_digits=6, decimal_places=2, validators=[MinValueValidator(Decimal("0.25"))])
    mode = models.CharField(max_length=20, choices=Mode.choices)
    subject = models.CharField(max_length=25, choices=Subject.choices, default=Subject.GENERAL)
    hands_on = models.BooleanField(default=False)
    file = models.FileField(storage=private_files, upload_to=evidence_path, blank=True, max_length=120)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    wagtail_reference_index_ignore = True

    class Meta:
        ordering: ClassVar[list[str]] = ["-completed_on", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(hours__gt=0), name="accreditation_external_hours_positive")
        ]

    def __str__(self) -> str:
        return self.title
