"""Editions: what a course was, frozen at publishing. Enrollments are measured by one, certificates cite one."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField


class CourseEdition(models.Model):
    """One frozen version of a course. Inserted once, never changed."""

    class Change(models.TextChoices):
        TYPO = "typo", "Correction of spelling or form"
        SAFETY = "safety", "Safety correction"
        CONTENT = "content", "Change of content"

    course = models.ForeignKey("courses.CoursePage", on_delete=models.PROTECT, related_name="editions")
    number = models.PositiveIntegerField()
    change = models.CharField(max_length=10, choices=Change.choices)
    content_hash = models.CharField(max_length=64)
    title = models.CharField(max_length=255)
    outline = models.JSONField(
        help_text="Modules with their units: key, page, revision, kind, title, minutes, required."
    )
    objectives = models.JSONField(default=list)
    words = models.PositiveIntegerField(default=0)
    media_seconds = models.PositiveIntegerField(default=0)
    agenda = models.JSONField(default=list, help_text="Of what is taught live: day, kind, start, end.")
    assignment_minutes = models.PositiveIntegerField(default=0)
    as_sold = models.JSONField(default=dict, help_text="Promotion text, price and policies as they stood.")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField(default=timezone.now)

    wagtail_reference_index_ignore = True

    class Meta:
        ordering: ClassVar[list[str]] = ["-number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["course", "number"], name="courses_edition_number_once")
        ]

    def __str__(self) -> str:
        return f"{self.title}, edition {self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Frozen from the first moment."""
        if not self._state.adding:
            raise ValidationError("An edition is frozen; publish the course again to make a new one.")
        super().save(*args, **kwargs)

    def units(self) -> list[dict[str, Any]]:
        """Every unit of the outline, in order."""
        return [unit for module in self.outline for unit in module["units"]]

    def required_keys(self) -> set[str]:
        """Keys of the units that completion waits for."""
        return {unit["unit_key"] for unit in self.units() if unit["required"]}


class PolicyVersionQuerySet(models.QuerySet["PolicyVersion"]):
    """Policies by date."""

    def in_force(self, on: date | None = None) -> list[PolicyVersion]:
        """The version of each kind that holds on a day."""
        latest: dict[str, PolicyVersion] = {}
        for version in self.filter(effective_from__lte=on or timezone.localdate()).order_by("effective_from"):
            latest[version.kind] = version
        return sorted(latest.values(), key=lambda version: list(PolicyVersion.Kind.values).index(version.kind))


class PolicyVersion(models.Model):
    """A policy from a day on. Boards ask which text held when somebody enrolled, so texts in force never change."""

    class Kind(models.TextChoices):
        REGISTRATION = "registration", "Registration"
        FEES = "fees", "Fees"
        CANCELLATION = "cancellation", "Cancellation"
        REFUND = "refund", "Refunds"
        ACCOMMODATION = "accommodation", "Accommodation"
        COMPLAINT = "complaint", "Complaints"
        PRIVACY = "privacy", "Privacy"

    kind = models.CharField(max_length=20, choices=Kind.choices)
    effective_from = models.DateField(
        help_text="From this day on. A text in force cannot be changed: add a new version."
    )
    summary = models.CharField(max_length=250, help_text="One sentence for the course page.")
    text = RichTextField(features=["h2", "h3", "bold", "italic", "ol", "ul", "link"])

    objects = PolicyVersionQuerySet.as_manager()
    panels: ClassVar[list[Any]] = [FieldPanel(name) for name in ("kind", "effective_from", "summary", "text")]

    class Meta:
        ordering: ClassVar[list[str]] = ["kind", "-effective_from"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["kind", "effective_from"], name="courses_policy_once_per_day")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, from {self.effective_from:%B %-d, %Y}"

    def clean(self) -> None:
        """A text that was in force stays as it was."""
        if self.pk and PolicyVersion.objects.filter(pk=self.pk, effective_from__lt=timezone.localdate()).exists():
            raise ValidationError("This text has been in force. Add a new version with a date of its own.")

    def frozen(self) -> dict[str, str]:
        """What an edition or an order keeps of it."""
        return {
            "kind": self.kind,
            "effective_from": self.effective_from.isoformat(),
            "summary": self.summary,
            "text": self.text,
        }
