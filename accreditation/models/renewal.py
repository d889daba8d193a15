"""What a license asks for at each renewal: cycle, hours, buckets. Rows with a source, read by pure rules."""

from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel

from accreditation.models.boards import ApprovalBody
from accreditation.models.places import Jurisdiction, Profession
from accreditation.models.sources import SOURCE_PANEL, Sourced, WordList
from accreditation.rules.vocabulary import Mode, Subject, Unit


class RenewalRuleQuerySet(models.QuerySet["RenewalRule"]):
    """Rules in the trade's words."""

    def in_force(self, on: date) -> "RenewalRuleQuerySet":
        """Those that hold on a day."""
        return self.filter(Q(effective_from=None) | Q(effective_from__lte=on)).filter(
            Q(effective_to=None) | Q(effective_to__gte=on)
        )


class RenewalRule(ClusterableModel, Sourced):
    """What one profession needs in one jurisdiction (or of one certifying body) to renew, from a day on."""

    class Cycle(models.TextChoices):
        FIXED_DATE = "fixed_date", "Everybody on the same day"
        OWN_DATE = "own_date", "The day that stands on the license"

    class Parity(models.TextChoices):
        EVERY = "", "Every year"
        ODD = "odd", "Odd years"
        EVEN = "even", "Even years"

    class FirstCycle(models.TextChoices):
        FULL = "full", "The same as later"
        NONE = "none", "Nothing at the first renewal"
        FLAT = "flat", "A fixed number of hours"
        PER_MONTH = "per_month", "So many hours for each month or part of one"

    class Acceptance(models.TextChoices):
        LISTED = "listed", "Courses approved by the bodies below"
        ANY = "any", "Courses that fit, without an approval"
        UNKNOWN = "unknown", "Not known: ask the board"

    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="renewal_rules")
    profession = models.ForeignKey(Profession, on_delete=models.PROTECT, related_name="renewal_rules")
    cycle = models.CharField(max_length=12, choices=Cycle.choices, default=Cycle.OWN_DATE)
    cycle_months = models.PositiveSmallIntegerField(default=24, validators=[MinValueValidator(1)])
    anchor_month = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    anchor_day = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(31)]
    )
    anchor_parity = models.CharField("years", max_length=4, choices=Parity.choices, default=Parity.EVERY, blank=True)
    unit = models.CharField(max_length=15, choices=Unit.choices, default=Unit.CE_HOUR)
    total_hours = models.DecimalField(
        max_digits=6, decimal_places=2, help_text="0: this board asks for no continuing education."
    )
    first_cycle = models.CharField(max_length=10, choices=FirstCycle.choices, default=FirstCycle.FULL)
    first_cycle_hours = models.DecimalField(
        max_digits=6, decimal_places=2, null=True, blank=True, help_text="For the first cycle: flat, or for each month."
    )
    carryover_max = models.DecimalField(max_digits=6, decimal_places=2, default=Decimal(0))
    acceptance = models.CharField(max_length=10, choices=Acceptance.choices, default=Acceptance.UNKNOWN)
    accepts = ParentalManyToManyField(ApprovalBody, blank=True, related_name="accepted_by")
    advice = models.TextField(blank=True, help_text="What else a licensee must know, in plain words.")
    effective_from = models.DateField(null=True, blank=True)
    effective_to = models.DateField(null=True, blank=True, help_text="The last day.")

    objects = RenewalRuleQuerySet.as_manager()
    panels: ClassVar[list[Any]] = [
        *(FieldPanel(name) for name in ("jurisdiction", "profession", "effective_from", "effective_to")),
        MultiFieldPanel(
            [
                FieldPanel(name)
                for name in ("cycle", "cycle_months", "anchor_month", "anchor_day", "anchor_parity", "carryover_max")
            ],
            heading="Cycle",
        ),
        MultiFieldPanel(
            [FieldPanel(name) for name in ("total_hours", "unit", "first_cycle", "first_cycle_hours")],
            heading="Hours",
        ),
        InlinePanel("buckets", heading="Requirements and limits", label="requirement or limit"),
        MultiFieldPanel([FieldPanel("acceptance"), FieldPanel("accepts")], heading="Whose approval counts"),
        FieldPanel("advice"),
        SOURCE_PANEL,
    ]

    class Meta:
        ordering: ClassVar[list[str]] = ["jurisdiction__name", "profession__name", "-effective_from"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["jurisdiction", "profession", "effective_from"], name="accreditation_renewal_rule_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.jurisdiction}, {self.profession}"

    def clean(self) -> None:
        """A fixed day has a month and a day; a first cycle by hours has the hours; the term ends after it begins."""
        if self.cycle == self.Cycle.FIXED_DATE and not (self.anchor_month and self.anchor_day):
            raise ValidationError({"anchor_month": "Give the month and the day on which everybody renews."})
        by_hours = self.first_cycle in (self.FirstCycle.FLAT, self.FirstCycle.PER_MONTH)
        if by_hours and self.first_cycle_hours is None:
            raise ValidationError({"first_cycle_hours": "Give the hours of the first cycle."})
        if self.effective_from and self.effective_to and self.effective_to < self.effective_from:
            raise ValidationError({"effective_to": "The last day is before the first one."})


class RenewalBucket(models.Model):
    """A part of the hours that must be of a kind (`min_hours`), or a limit on a kind (`max_hours`)."""

    rule = ParentalKey(RenewalRule, on_delete=models.CASCADE, related_name="buckets")
    name = models.CharField(max_length=100)
    subjects = WordList(words=list(Subject.choices), help_text="None ticked: any subject.")
    modes = WordList(words=list(Mode.choices), help_text="None ticked: any way of teaching.")
    hands_on = models.BooleanField(default=False, help_text="Only hands-on instruction or demonstration.")
    min_hours = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    max_hours = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    overlaps = models.BooleanField(
        default=False, help_text="An hour that counts here counts for another requirement too."
    )
    once_only = models.BooleanField(default=False, help_text="Asked once in a career, not at each renewal.")
    in_first_cycle = models.BooleanField(default=True, help_text="Also asked at the first renewal.")

    panels: ClassVar[list[Any]] = [
        FieldPanel(name)
        for name in (
            *("name", "subjects", "modes", "hands_on", "min_hours", "max_hours"),
            *("overlaps", "once_only", "in_first_cycle"),
        )
    ]
    wagtail_reference_index_ignore = True

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(min_hours__isnull=False, min_hours__gt=0) | Q(max_hours__isnull=False, max_hours__gte=0),
                name="accreditation_bucket_min_or_max",
            )
        ]

    def __str__(self) -> str:
        return self.name
