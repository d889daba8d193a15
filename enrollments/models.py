"""Who studies what, and how far. Money never edits an enrollment: it opens and closes holds."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from courses.models import CourseEdition, CoursePage


class EnrollmentQuerySet(models.QuerySet["Enrollment"]):
    """Enrollments in the trade's words."""

    def current(self) -> EnrollmentQuerySet:
        """Not closed: at most one per person and course."""
        return self.filter(closed_at=None)

    def with_hold(self) -> EnrollmentQuerySet:
        """Annotate `held`: an open hold suspends access."""
        return self.annotate(held=Exists(AccessHold.objects.suspending().filter(enrollment=OuterRef("pk"))))

    def active(self, at: datetime | None = None) -> EnrollmentQuerySet:
        """With access now: current, not held, not past its end."""
        now = at or timezone.now()
        held = AccessHold.objects.suspending().filter(enrollment=OuterRef("pk"))
        return self.current().filter(~Exists(held)).filter(Q(access_until=None) | Q(access_until__gt=now))


class Enrollment(models.Model):
    """One person in one course, measured by the edition that was current when it began."""

    class Source(models.TextChoices):
        FREE = "free", "Free course"
        ORDER = "order", "Bought"
        GRANT = "grant", "Granted by staff"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="enrollments")
    course = models.ForeignKey(CoursePage, on_delete=models.PROTECT, related_name="enrollments")
    edition = models.ForeignKey(CourseEdition, on_delete=models.PROTECT, related_name="enrollments")
    source = models.CharField(max_length=10, choices=Source.choices)
    reason = models.CharField(max_length=200, blank=True, help_text="Why staff granted it.")
    enrolled_at = models.DateTimeField(default=timezone.now)
    access_until = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    completed_on = models.DateField(null=True, blank=True, help_text="The date in the learner's time zone, frozen.")
    open_modules = models.JSONField(default=list, help_text="Keys of modules that have opened; they never lock again.")
    done = models.PositiveSmallIntegerField(default=0, help_text="Required units completed.")
    last_unit = models.ForeignKey(
        "wagtailcore.Page", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    last_activity_at = models.DateTimeField(null=True, blank=True)

    objects = EnrollmentQuerySet.as_manager()
    wagtail_reference_index_ignore = True

    class Meta:
        ordering: ClassVar[list[str]] = ["-enrolled_at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["user", "course"], condition=Q(closed_at=None), name="enrollments_one_current"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["course", "-last_activity_at"], name="enrollments_by_activity")
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.course}"

    @property
    def ended(self) -> bool:
        """Access was for a time, and the time is over."""
        return self.access_until is not None and self.access_until <= timezone.now()

    @property
    def percent(self) -> int:
        """Required units done, of a hundred."""
        required = len(self.edition.required_keys())
        return min(100, 100 * self.done // required) if required else 0


class UnitCompletion(models.Model):
    """A unit done, written once."""

    enrollment = models.ForeignKey(Enrollment, on_delete=models.PROTECT, related_name="completions")
    unit = models.ForeignKey("wagtailcore.Page", on_delete=models.PROTECT, related_name="+")
    unit_key = models.UUIDField()
    completed_at = models.DateTimeField(default=timezone.now)
    evidence = models.JSONField(
        default=dict, help_text="What shows it: an attempt and its score, or the learner's word."
    )

    wagtail_reference_index_ignore = True

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["enrollment", "unit_key"], name="enrollments_unit_completed_once")
        ]

    def __str__(self) -> str:
        return f"{self.unit_key} by {self.enrollment_id}"


class AccessHoldQuerySet(models.QuerySet["AccessHold"]):
    """Holds in the trade's words."""

    def open(self) -> AccessHoldQuerySet:
        """Not closed: no certificate is issued while one is open."""
        return self.filter(closed_at=None)

    def suspending(self) -> AccessHoldQuerySet:
        """Open, and the course is closed to the learner."""
        return self.open().exclude(reason=AccessHold.Reason.UNPAID)


class AccessHold(models.Model):
    """Why access is suspended, or only why the certificate waits. Opened and closed by the app that has the reason."""

    class Reason(models.TextChoices):
        REFUND = "refund", "Refunded"
        DISPUTE = "dispute", "Payment disputed"
        ARREARS = "arrears", "Payment overdue"
        UNPAID = "unpaid", "Monthly payments go on: the certificate waits"
        PREREQUISITE = "prerequisite", "A course that comes first is not completed"
        STAFF = "staff", "Suspended by staff"

    enrollment = models.ForeignKey(Enrollment, on_delete=models.PROTECT, related_name="holds")
    reason = models.CharField(max_length=15, choices=Reason.choices)
    source = models.CharField(max_length=80, help_text="What it comes from: an order, a person.")
    opened_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = AccessHoldQuerySet.as_manager()
    wagtail_reference_index_ignore = True

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["enrollment", "reason", "source"],
                condition=Q(closed_at=None),
                name="enrollments_hold_open_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()} ({self.source})"
