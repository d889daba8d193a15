"""Boards and organizations that approve continuing education: their rules as columns, their words as rows."""

import string
from typing import TYPE_CHECKING, Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel

from accreditation.models.sources import SOURCE_PANEL, Sourced, WordList
from accreditation.rules.reporting import columns_problem
from accreditation.rules.vocabulary import Mode, Subject, Unit

if TYPE_CHECKING:
    from accreditation.models.approvals import CourseApproval

CERTIFICATE_NEEDS = [
    ("completion_date", "Completion date"),
    ("place", "Place"),
    ("subject_areas", "Subject areas"),
    ("classroom_hours", "Classroom hours"),
    ("administrator", "Signature of the administrator"),
    ("instructor", "Signature of the instructor"),
    ("provider_contact", "The provider's address or e-mail"),
    ("statement", "The board's statement, word for word"),
]


class ReportFormat(Sourced):
    """What a report to a board looks like: a writer of ours, and for CSV its columns. A new board is a row."""

    class Writer(models.TextChoices):
        CEBROKER_XLS = "cebroker-xls", "CE Broker roster (.xls)"
        CEBROKER_XML = "cebroker-xml", "CE Broker messages (XML)"
        CSV = "csv", "CSV with the columns below"

    code = models.SlugField(unique=True)
    name = models.CharField(max_length=100)
    writer = models.CharField(max_length=15, choices=Writer.choices)
    columns = models.JSONField(
        default=list,
        blank=True,
        help_text='For CSV: [{"header": "License", "source": "license_number"}, ...], in order.',
    )

    panels: ClassVar[list[Any]] = [
        *(FieldPanel(name) for name in ("name", "code", "writer", "columns")),
        SOURCE_PANEL,
    ]

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Only columns that we can fill."""
        problem = columns_problem(self.columns) if self.writer == self.Writer.CSV else ""
        if problem:
            raise ValidationError({"columns": problem})


class ApprovalBody(ClusterableModel, Sourced):
    """A board or an organization that approves continuing education."""

    class Rounding(models.TextChoices):
        HALF_DOWN = "half_down", "Down to a half hour"
        QUARTER_DOWN = "quarter_down", "Down to a quarter hour"
        TENTH_DOWN = "tenth_down", "Down to a tenth"
        NONE = "none", "Not rounded"

    code = models.SlugField(unique=True)
    name = models.CharField(max_length=150)
    short_name = models.CharField(max_length=40, blank=True, help_text="As people call it: NCBTMB.")
    unit = models.CharField(max_length=15, choices=Unit.choices, default=Unit.CE_HOUR)
    hour_label = models.CharField(
        max_length=30, default="CE hours", help_text="As this body wants it printed. Never CEU."
    )
    lookup_url = models.URLField(blank=True, help_text="Where anyone can look up a license with this body.")
    minutes_per_hour = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)], help_text="Minutes of instruction in one live hour."
    )
    break_minutes = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Break that belongs to each live hour."
    )
    words_per_hour = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)], help_text="Words of home study in one hour."
    )
    counts_assignments = models.BooleanField(
        default=True, help_text="Practice counts when it is turned in and verified."
    )
    rounding = models.CharField(max_length=15, choices=Rounding.choices, default=Rounding.HALF_DOWN)
    retention_years = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Years for which records are kept."
    )
    report_format = models.ForeignKey(
        ReportFormat,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="bodies",
        help_text="Empty: nothing is reported; the board asks in an audit.",
    )
    report_within_days = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Days after completion in which it must be reported."
    )
    report_alarm_days = models.PositiveSmallIntegerField(
        default=20, help_text="Staff are alarmed so many days after completion."
    )
    partial_credit_allowed = models.BooleanField(default=False, help_text="Some of the hours for some of the course.")
    evaluation_gates = models.BooleanField(default=False, help_text="The certificate waits for the course evaluation.")
    survey_percent = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="While an approval is provisional: so many of a hundred learners must answer."
    )
    survey_favorable_percent = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="So many of a hundred answers must be favorable."
    )
    survey_favorable_count = models.PositiveIntegerField(
        null=True, blank=True, help_text="So many favorable answers in all."
    )
    requires_license_number = models.BooleanField(default=False)
    requires_exact_title = models.BooleanField(default=True)
    forbids_sponsor_logo = models.BooleanField(default=False)
    certificate_needs = WordList(words=CERTIFICATE_NEEDS, help_text="What this body wants on its certificate.")
    approves_courses = models.BooleanField(
        default=True, help_text="Off: it approves providers only, and their courses count."
    )

    panels: ClassVar[list[Any]] = [
        FieldPanel("name"),
        FieldPanel("short_name"),
        FieldPanel("code", help_text="Short name in small letters, with hyphens, for example: fl-massage."),
        *(FieldPanel(name) for name in ("unit", "hour_label", "lookup_url", "approves_courses")),
        MultiFieldPanel(
            [
                FieldPanel(name)
                for name in ("minutes_per_hour", "break_minutes", "words_per_hour", "counts_assignments", "rounding")
            ],
            heading="What an hour is",
        ),
        MultiFieldPanel(
            [
                FieldPanel(name)
                for name in (
                    *("certificate_needs", "requires_license_number", "requires_exact_title"),
                    *("forbids_sponsor_logo", "partial_credit_allowed", "evaluation_gates", "retention_years"),
                )
            ],
            heading="Certificates and records",
        ),
        MultiFieldPanel(
            [FieldPanel(name) for name in ("survey_percent", "survey_favorable_percent", "survey_favorable_count")],
            heading="Evaluations that a provisional approval waits for",
        ),
        MultiFieldPanel(
            [FieldPanel(name) for name in ("report_format", "report_within_days", "report_alarm_days")],
            heading="Reports",
        ),
        InlinePanel("statements", heading="Credit statements", label="statement"),
        InlinePanel("terms", heading="This body's own words and codes", label="word"),
        SOURCE_PANEL,
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


class CreditStatement(models.Model):
    """The sentence with which this body lets a course be announced; pages show no other (DOMAIN.md 2.6, 7)."""

    class Use(models.TextChoices):
        ACTIVE = "active", "While the approval is active"
        PENDING = "pending", "While it is applied for"
        CERTIFICATE = "certificate", "On the certificate"

    PLACES = frozenset({"hours", "title", "number", "provider_number", "body"})

    body = ParentalKey(ApprovalBody, on_delete=models.CASCADE, related_name="statements")
    use = models.CharField(max_length=12, choices=Use.choices, default=Use.ACTIVE)
    language = models.CharField(max_length=10, default="en")
    text = models.TextField(help_text="With {hours}, {title}, {number}, {provider_number}, {body} where they belong.")

    panels: ClassVar[list[Any]] = [FieldPanel(name) for name in ("use", "language", "text")]
    wagtail_reference_index_ignore = True

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["body", "use", "language"], name="accreditation_statement_once")
        ]

    def __str__(self) -> str:
        return self.text

    def filled(self, approval: "CourseApproval") -> str:
        """With what was approved in its places."""
        provider = approval.provider_approval
        return self.text.format(
            hours=f"{approval.hours.normalize():f}",
            title=approval.title_as_approved,
            number=approval.number,
            provider_number=provider.number,
            body=provider.body.name,
        )

    def clean(self) -> None:
        """Only places that we can fill; never CEU."""
        try:
            named = {name for _, name, _, _ in string.Formatter().parse(self.text) if name is not None}
            self.text.format(**dict.fromkeys({*named, *self.PLACES}, "x"))
        except (ValueError, IndexError, KeyError, AttributeError) as error:
            raise ValidationError(
                {"text": "Write each place by its name in braces: {hours}, nothing else in them."}
            ) from error
        unknown = named - self.PLACES
        if unknown:
            raise ValidationError(
                {"text": f"Unknown: {', '.join(sorted(unknown))}. Use {', '.join(sorted(self.PLACES))}."}
            )
        if "ceu" in self.text.lower().replace("{", " "):
            raise ValidationError({"text": "Write CE hours, never CEU."})


class BodyTerm(models.Model):
    """One body's own word and code for a mode or a subject of ours: Home Study, On Demand, Anytime."""

    TERMS: ClassVar[list[tuple[str, list[tuple[str, str]]]]] = [
        ("Way of teaching", list(Mode.choices)),
        ("Subject", list(Subject.choices)),
    ]

    body = ParentalKey(ApprovalBody, on_delete=models.CASCADE, related_name="terms")
    term = models.CharField(max_length=25, choices=TERMS)
    label = models.CharField(max_length=60, blank=True, help_text="As this body prints it.")
    code = models.CharField(max_length=30, blank=True, help_text="As it stands in this body's files.")

    panels: ClassVar[list[Any]] = [FieldPanel(name) for name in ("term", "label", "code")]
    wagtail_reference_index_ignore = True

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["body", "term"], name="accreditation_term_once")
        ]

    def __str__(self) -> str:
        return self.label or self.code
