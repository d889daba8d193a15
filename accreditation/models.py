"""Boards and their approvals. CE hours come only from here (DESIGN.md "Credit"); every rule row is data with a source.

A row carries where the rule stands, how old the text was that we read, and who checked the live page when. Seeds leave
`verified_on` empty: only a person who has read the live page sets it.
"""

from __future__ import annotations

import uuid
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel

from accreditation.page_forms import CourseApprovalForm
from courses.models import CourseEdition, CoursePage

SOURCE_FIELDS = ("source_url", "source_as_of", "verified_on", "verified_by")
TERM_FIELDS = ("valid_from", "valid_to", "status", "is_sample")


class Sourced(models.Model):
    """A rule row knows where it comes from."""

    source_url = models.URLField(blank=True)
    source_as_of = models.CharField(
        max_length=60, blank=True, help_text="Age of the text that was read, for example: Dec 2024."
    )
    verified_on = models.DateField(null=True, blank=True, help_text="The day on which somebody read the live page.")
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        abstract = True


class ApprovalBody(Sourced):
    """A board or an organization that approves continuing education."""

    code = models.SlugField(unique=True)
    name = models.CharField(max_length=150)
    hour_label = models.CharField(
        max_length=30, default="CE hours", help_text="As this body wants it printed. Never CEU."
    )
    lookup_url = models.URLField(blank=True, help_text="Where anyone can look up a license with this body.")

    panels: ClassVar[list[Any]] = [
        FieldPanel("name"),
        FieldPanel("code", help_text="Short name in small letters, with hyphens, for example: fl-massage."),
        *(FieldPanel(name) for name in ("hour_label", "lookup_url")),
        MultiFieldPanel([FieldPanel(name) for name in SOURCE_FIELDS], heading="Source"),
    ]

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]
        verbose_name_plural = "approval bodies"

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """NCBTMB and others refuse "CEU": a CEU is ten hours elsewhere."""
        if "ceu" in self.hour_label.lower():
            raise ValidationError({"hour_label": "Write CE hours, never CEU."})


class Approval(Sourced):
    """What provider and course approvals share: a number, a term, a status."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        SUBMITTED = "submitted", "Submitted"
        ACTIVE = "active", "Active"
        LAPSED = "lapsed", "Lapsed"
        REVOKED = "revoked", "Revoked"

    number = models.CharField(max_length=60)
    valid_from = models.DateField()
    valid_to = models.DateField(help_text="The last day.")
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.DRAFT)
    is_sample = models.BooleanField(
        "sample", default=False, help_text="An example: marked as such on every page and certificate."
    )

    class Meta:
        abstract = True

    def clean(self) -> None:
        """A term ends after it begins."""
        days = (self.valid_from, self.valid_to)
        if None not in days and days[1] < days[0]:
            raise ValidationError({"valid_to": "The last day is before the first one."})

    def holds_on(self, day: date) -> bool:
        """Active, and the day is within the term."""
        return self.status == self.Status.ACTIVE and self.valid_from <= day <= self.valid_to


class ProviderApproval(Approval):
    """The school as this body knows it."""

    body = models.ForeignKey(ApprovalBody, on_delete=models.PROTECT, related_name="provider_approvals")
    name_as_approved = models.CharField(max_length=200)

    panels: ClassVar[list[Any]] = [
        FieldPanel("body", heading="Board", widget=forms.Select),
        *(FieldPanel(name) for name in ("number", "name_as_approved")),
        MultiFieldPanel([FieldPanel(name) for name in TERM_FIELDS], heading="Term"),
        MultiFieldPanel([FieldPanel(name) for name in SOURCE_FIELDS], heading="Source"),
    ]

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["body", "number"], name="accreditation_provider_number_once")
        ]

    def __str__(self) -> str:
        return f"{self.name_as_approved}, {self.body} no. {self.number}"


class CourseApprovalQuerySet(models.QuerySet["CourseApproval"]):
    """Approvals in the trade's words."""

    def in_term(self, day: date) -> CourseApprovalQuerySet:
        """Active on a day, of a provider approval that is active on that day too."""
        return self.filter(
            status=Approval.Status.ACTIVE,
            valid_from__lte=day,
            valid_to__gte=day,
            provider_approval__status=Approval.Status.ACTIVE,
            provider_approval__valid_from__lte=day,
            provider_approval__valid_to__gte=day,
        )


class CourseApproval(ClusterableModel, Approval):
    """A course as this body approved it: exact title, number and hours, for certain editions.

    Editions made for typos and safety inherit the approval; an edition with changed content waits until staff add it.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    course = models.ForeignKey(CoursePage, on_delete=models.PROTECT, related_name="approvals")
    provider_approval = models.ForeignKey(ProviderApproval, on_delete=models.PROTECT, related_name="course_approvals")
    title_as_approved = models.CharField(max_length=255, help_text="Exactly as in the body's directory.")
    editions = models.ManyToManyField(CourseEdition, related_name="approvals", blank=True)

    objects = CourseApprovalQuerySet.as_manager()
    base_form_class = CourseApprovalForm
    panels: ClassVar[list[Any]] = [
        FieldPanel("course", widget=forms.Select),
        FieldPanel("provider_approval", heading="The school's approval", widget=forms.Select),
        *(FieldPanel(name) for name in ("number", "title_as_approved")),
        InlinePanel(
            "credit_lines",
            heading="Credit lines",
            label="credit line",
            help_text="CE hours exactly as approved: one line for each subject and way of teaching.",
        ),
        FieldPanel("editions"),
        MultiFieldPanel([FieldPanel(name) for name in TERM_FIELDS], heading="Term"),
        MultiFieldPanel([FieldPanel(name) for name in SOURCE_FIELDS], heading="Source"),
    ]

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["provider_approval", "number"], name="accreditation_course_number_once")
        ]

    def __str__(self) -> str:
        return f"{self.title_as_approved} ({self.provider_approval.body}, {self.number})"

    @property
    def hours(self) -> Decimal:
        """All credit lines together, as approved."""
        return sum((line.hours for line in self.credit_lines.all()), Decimal(0))


class CreditLine(models.Model):
    """Hours of one subject in one delivery mode. A hybrid course is several lines, each spelled out."""

    class Mode(models.TextChoices):
        SELF_PACED = "self_paced", "Home study"
        LIVE_ONLINE = "live_online", "Webinar"
        LIVE_IN_PERSON = "live_in_person", "Live"

    class Subject(models.TextChoices):
        TECHNIQUE = "technique", "Technique"
        ETHICS = "ethics", "Ethics"
        LAWS = "laws", "Laws and rules"
        SCIENCE = "science", "Science"
        RESEARCH = "research", "Research"
        GENERAL = "general", "General"

    approval = ParentalKey(CourseApproval, on_delete=models.PROTECT, related_name="credit_lines")
    mode = models.CharField(max_length=20, choices=Mode.choices)
    subject = models.CharField(max_length=20, choices=Subject.choices, default=Subject.GENERAL)
    hours = models.DecimalField(max_digits=5, decimal_places=2, validators=[MinValueValidator(Decimal("0.25"))])

    panels: ClassVar[list[Any]] = [FieldPanel(name) for name in ("mode", "subject", "hours")]

    wagtail_reference_index_ignore = True

    class Meta:
        ordering: ClassVar[list[str]] = ["mode", "subject"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(hours__gt=0), name="accreditation_hours_positive"),
            models.UniqueConstraint(fields=["approval", "mode", "subject"], name="accreditation_line_once"),
        ]

    def __str__(self) -> str:
        return f"{self.hours} {self.get_subject_display()}, {self.get_mode_display()}"
