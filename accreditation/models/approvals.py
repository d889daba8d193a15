"""The school's approvals and its courses': exact titles, numbers and hours, each for a term (DESIGN.md "Credit")."""

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

from accreditation.models.boards import ApprovalBody
from accreditation.models.sources import SOURCE_PANEL, TERM_FIELDS, Sourced
from accreditation.page_forms import CourseApprovalForm
from accreditation.rules.vocabulary import LIVE_MODES
from accreditation.rules.vocabulary import Mode as CreditMode
from accreditation.rules.vocabulary import Subject as CreditSubject
from courses.models import CourseEdition, CoursePage


class Approval(Sourced):
    """What provider and course approvals share: a number, a term, a status."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        SUBMITTED = "submitted", "Submitted"
        PROVISIONAL = "provisional", "Provisional"
        ACTIVE = "active", "Active"
        LAPSED = "lapsed", "Lapsed"
        REVOKED = "revoked", "Revoked"

    number = models.CharField(max_length=60)
    valid_from = models.DateField()
    valid_to = models.DateField(help_text="The last day.")
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.DRAFT)
    document = models.ForeignKey(
        "library.Handout",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The board's letter, in a collection that only staff may open.",
    )

    GIVES_CREDIT = (Status.ACTIVE, Status.PROVISIONAL)
    """FSMTB's "provisional" is an approval whose courses count until enough learners have answered its survey."""

    class Meta:
        abstract = True

    def clean(self) -> None:
        """A term ends after it begins."""
        days = (self.valid_from, self.valid_to)
        if None not in days and days[1] < days[0]:
            raise ValidationError({"valid_to": "The last day is before the first one."})

    def holds_on(self, day: date) -> bool:
        """Active, and the day is within the term; a sample never on a real site."""
        real = settings.SAMPLES or not self.is_sample
        return real and self.status in self.GIVES_CREDIT and self.valid_from <= day <= self.valid_to


class ProviderApproval(Approval):
    """The school as this body knows it."""

    body = models.ForeignKey(ApprovalBody, on_delete=models.PROTECT, related_name="provider_approvals")
    name_as_approved = models.CharField(max_length=200)

    panels: ClassVar[list[Any]] = [
        FieldPanel("body", heading="Board", widget=forms.Select),
        *(FieldPanel(name) for name in ("number", "name_as_approved")),
        MultiFieldPanel([FieldPanel(name) for name in TERM_FIELDS], heading="Term"),
        SOURCE_PANEL,
    ]

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["body", "number"], name="accreditation_provider_number_once")
        ]

    def holds_on(self, day: date) -> bool:
        """And its body is no sample on a real site."""
        return super().holds_on(day) and (settings.SAMPLES or not self.body.is_sample)

    def __str__(self) -> str:
        return f"{self.name_as_approved}, {self.body} no. {self.number}"


class CourseApprovalQuerySet(models.QuerySet["CourseApproval"]):
    """Approvals in the trade's words."""

    def in_term(self, day: date) -> CourseApprovalQuerySet:
        """Active on a day, of a provider approval that is active on that day too."""
        samples = ("is_sample", "provider_approval__is_sample", "provider_approval__body__is_sample")
        real = {} if settings.SAMPLES else dict.fromkeys(samples, False)
        return self.filter(
            status__in=Approval.GIVES_CREDIT,
            valid_from__lte=day,
            valid_to__gte=day,
            provider_approval__status__in=Approval.GIVES_CREDIT,
            provider_approval__valid_from__lte=day,
            provider_approval__valid_to__gte=day,
            **real,
        )


class CourseApproval(ClusterableModel, Approval):
    """A course as this body approved it: exact title, number and hours, for certain editions.

    Editions made for typos and safety inherit the approval; an edition with changed content waits until staff add it.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    course = models.ForeignKey(CoursePage, on_delete=models.PROTECT, related_name="approvals")
    provider_approval = models.ForeignKey(ProviderApproval, on_delete=models.PROTECT, related_name="course_approvals")
    title_as_approved = models.CharField(max_length=255, help_text="Exactly as in the body's directory.")
    hours_as_approved = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.25"))],
        help_text="The sum in the body's letter; the credit lines must come to it. Empty: their sum stands.",
    )
    editions = models.ManyToManyField(CourseEdition, related_name="approvals", blank=True)

    objects = CourseApprovalQuerySet.as_manager()
    base_form_class = CourseApprovalForm
    panels: ClassVar[list[Any]] = [
        FieldPanel("course", widget=forms.Select),
        FieldPanel("provider_approval", heading="The school's approval", widget=forms.Select),
        *(FieldPanel(name) for name in ("number", "title_as_approved", "hours_as_approved")),
        InlinePanel(
            "credit_lines",
            heading="Credit lines",
            label="credit line",
            help_text="CE hours exactly as approved: one line for each subject and way of teaching.",
        ),
        FieldPanel("editions"),
        MultiFieldPanel([FieldPanel(name) for name in TERM_FIELDS], heading="Term"),
        SOURCE_PANEL,
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

    Mode = CreditMode
    Subject = CreditSubject

    approval = ParentalKey(CourseApproval, on_delete=models.PROTECT, related_name="credit_lines")
    mode = models.CharField(max_length=20, choices=Mode.choices)
    subject = models.CharField(max_length=25, choices=Subject.choices, default=Subject.GENERAL)
    hands_on = models.BooleanField(default=False, help_text="Hands-on instruction or demonstration.")
    hours = models.DecimalField(max_digits=5, decimal_places=2, validators=[MinValueValidator(Decimal("0.25"))])

    panels: ClassVar[list[Any]] = [FieldPanel(name) for name in ("mode", "subject", "hours", "hands_on")]

    wagtail_reference_index_ignore = True

    class Meta:
        ordering: ClassVar[list[str]] = ["mode", "subject"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(hours__gt=0), name="accreditation_hours_positive"),
            models.UniqueConstraint(fields=["approval", "mode", "subject"], name="accreditation_line_once"),
        ]

    def __str__(self) -> str:
        return f"{self.hours} {self.get_subject_display()}, {self.get_mode_display()}"

    @property
    def is_live(self) -> bool:
        """Needs attendance, not only a passed quiz."""
        return self.mode in LIVE_MODES

    def frozen(self) -> dict[str, Any]:
        """As it is kept in an award: plain values, hours as text."""
        return {"mode": self.mode, "subject": self.subject, "hours": str(self.hours), "hands_on": self.hands_on}
