"""What may be said, and how sure we are: sources, claims, words and warnings (DOMAIN.md sections 5 and 6).

A health claim carries a status, a source and a reviewer, or it is not published (DESIGN.md rule 9).
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from wagtail.admin.panels import FieldPanel, MultiFieldPanel

from evidence.page_forms import KeyedForm, ReviewedForm


class Status(models.TextChoices):
    """How sure we are. The line tells: solid, dashed, dotted; "wrong" stands only in critical-reading blocks."""

    ESTABLISHED = "established", "Established"
    TAUGHT = "taught", "Taught"
    CONTESTED = "contested", "Contested"
    WRONG = "wrong", "Wrong"


class Reference(models.Model):
    """A source: a paper, a rule, a textbook."""

    key = models.SlugField(unique=True, max_length=80)
    citation = models.TextField(help_text="Authors, year, title, journal or publisher: as it shall be printed.")
    url = models.URLField(blank=True)
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    note = models.TextField(blank=True, help_text="What the source can and cannot carry.")

    base_form_class = KeyedForm
    named_by = "citation"
    panels: ClassVar[list[Any]] = [FieldPanel(name) for name in ("citation", "url", "year", "note", "key")]

    class Meta:
        ordering: ClassVar[list[str]] = ["key"]

    def __str__(self) -> str:
        return self.citation[:90]


class Reviewed(models.Model):
    """A statement that somebody has read against its sources."""

    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="reviewer",
    )
    reviewed_on = models.DateField(null=True, blank=True)
    review_due = models.DateField(null=True, blank=True, help_text="When it should be read against the sources again.")

    base_form_class = ReviewedForm

    class Meta:
        abstract = True


def review_panel(model: str) -> MultiFieldPanel:
    """The signature is the reviewers': who may only suggest an entry is not asked for it."""
    names = ("reviewed_by", "reviewed_on", "review_due")
    return MultiFieldPanel(
        [FieldPanel(name, permission=f"evidence.change_{model}") for name in names], heading="Review"
    )


class Claim(Reviewed):
    """A statement about anatomy, mechanism, benefit or safety, with the wording that we allow ourselves."""

    class Kind(models.TextChoices):
        ANATOMY = "anatomy", "Anatomy"
        MECHANISM = "mechanism", "Mechanism"
        BENEFIT = "benefit", "Benefit"
        SAFETY = "safety", "Safety"
        HISTORY = "history", "History"
        LAW = "law", "Law and rules"

    key = models.SlugField(unique=True, max_length=80)
    text = models.TextField(help_text="The statement, as precisely as the sources carry it.")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    status = models.CharField(max_length=20, choices=Status.choices)
    references = models.ManyToManyField(Reference, related_name="claims", blank=True)
    wording = models.TextField(
        "approved wording", blank=True, help_text="What a lesson or page may say. Empty: the statement itself."
    )
    note = models.TextField(blank=True, help_text="Why this status; what would change it.")

    named_by = "text"
    panels: ClassVar[list[Any]] = [
        *(FieldPanel(name) for name in ("text", "kind", "status")),
        FieldPanel("references", heading="Sources", widget=forms.CheckboxSelectMultiple),
        *(FieldPanel(name) for name in ("wording", "note")),
        review_panel("claim"),
        FieldPanel("key"),
    ]

    class Meta:
        ordering: ClassVar[list[str]] = ["key"]

    def __str__(self) -> str:
        return f"{self.text[:80]} ({self.get_status_display().lower()})"

    @property
    def said(self) -> str:
        """The approved wording."""
        return self.wording or self.text

    def problems(self) -> list[str]:
        """Why this claim must not stand on a published page."""
        reasons = []
        if not self.references.all():
            reasons.append(f"The claim “{self.key}” has no source.")
        if self.reviewed_by_id is None or self.reviewed_on is None:
            reasons.append(f"The claim “{self.key}” has no reviewer.")
        return reasons


class GlossaryTerm(models.Model):
    """A word of the trade. Sources disagree on some of them, so a definition belongs to a source."""

    key = models.SlugField(max_length=80, unique=True)
    term = models.CharField(max_length=120)
    definition = models.TextField()
    status = models.CharField(max_length=20, choices=Status.choices)
    source = models.CharField(max_length=200, help_text="Whose definition this is.")

    base_form_class = KeyedForm
    named_by = "term"
    panels: ClassVar[list[Any]] = [FieldPanel(name) for name in ("term", "definition", "status", "source", "key")]

    class Meta:
        ordering: ClassVar[list[str]] = ["term"]

    def __str__(self) -> str:
        return self.term


class Contraindication(Reviewed):
    """A sign that stops, defers or limits work. The heading of a notice is the act, the signs follow."""

    class Severity(models.TextChoices):
        EMERGENCY = "emergency", "Emergency: stop and call"
        REFER = "refer", "Do not treat: refer"
        CLEAR_FIRST = "clear_first", "Clear first"
        SITE = "site", "Site and consent"

    key = models.SlugField(max_length=80, unique=True)
    severity = models.CharField(max_length=20, choices=Severity.choices)
    presentation = models.CharField(max_length=250, help_text="What the client says or you see.")
    action = models.TextField(help_text="What you do.")
    source = models.CharField(max_length=250)

    named_by = "presentation"
    panels: ClassVar[list[Any]] = [
        *(FieldPanel(name) for name in ("severity", "presentation", "action", "source")),
        review_panel("contraindication"),
        FieldPanel("key"),
    ]

    class Meta:
        ordering: ClassVar[list[str]] = ["key"]

    def __str__(self) -> str:
        return f"{self.presentation} ({self.get_severity_display()})"


class WordingPattern(models.Model):
    """A phrase that promises too much (FTC Health Products Compliance Guidance, 2022; DOMAIN.md 5.5)."""

    class Level(models.TextChoices):
        BLOCK = "block", "Refuse to publish"
        WARN = "warn", "Warn the author"

    pattern = models.CharField(
        max_length=300, unique=True, help_text="Regular expression; upper and lower case are equal."
    )
    level = models.CharField(max_length=10, choices=Level.choices)
    reason = models.CharField(max_length=250)
    advice = models.CharField(max_length=250, blank=True, help_text="What to write instead.")

    panels: ClassVar[list[Any]] = [FieldPanel(name) for name in ("pattern", "level", "reason", "advice")]

    class Meta:
        ordering: ClassVar[list[str]] = ["pattern"]

    def __str__(self) -> str:
        return self.reason

    def clean(self) -> None:
        """A pattern that cannot be read would silently allow everything."""
        try:
            re.compile(self.pattern)
        except re.error as error:
            raise ValidationError({"pattern": f"This is not a regular expression: {error}."}) from error
