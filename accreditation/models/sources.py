"""What every rule row carries: where the rule stands, how old the text was, who has read the live page, and when."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from wagtail.admin.panels import FieldPanel, MultiFieldPanel

from core.months import months_later

SOURCE_FIELDS = ("source_url", "source_as_of", "verified_on", "verified_by")
SAMPLE_REFUSED = "This is a sample. A real site holds no samples: enter what the board itself says, with its source."


class WordList(models.JSONField):
    """Some of our own words, ticked in a list; an empty list means all of them."""

    def __init__(self, *args: Any, words: list[tuple[str, str]] | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("default", list)
        kwargs.setdefault("blank", True)
        self.words = words or []
        super().__init__(*args, **kwargs)

    def formfield(self, **kwargs: Any) -> Any:
        """Boxes to tick."""
        return forms.MultipleChoiceField(
            choices=self.words,
            required=not self.blank,
            label=kwargs.get("label") or str(self.verbose_name).capitalize(),
            help_text=self.help_text,
            widget=forms.CheckboxSelectMultiple,
        )

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        """Only words that we have."""
        super().validate(value, model_instance)
        unknown = set(value or []) - {word for word, _ in self.words}
        if unknown and self.words:
            raise ValidationError(f"Unknown: {', '.join(sorted(map(str, unknown)))}.")


class Sourced(models.Model):
    """A rule row knows where it comes from. Seeds leave `verified_on` empty: a person sets it who has read the page."""

    source_url = models.URLField(blank=True)
    source_as_of = models.CharField(
        max_length=60, blank=True, help_text="Age of the text that was read, for example: Dec 2024."
    )
    verified_on = models.DateField(null=True, blank=True, help_text="The day on which somebody read the live page.")
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    is_sample = models.BooleanField(
        "sample", default=False, help_text="An example: marked as such wherever it shows; refused on a real site."
    )

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A real site (DEBUG off) takes no sample."""
        if self.is_sample and not settings.SAMPLES:
            raise ValidationError(SAMPLE_REFUSED)
        super().save(*args, **kwargs)

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        """In a form the same refusal is said beside the box."""
        super().clean_fields(exclude=exclude)
        if self.is_sample and not settings.SAMPLES:
            raise ValidationError(
                {"is_sample": SAMPLE_REFUSED} if "is_sample" not in (exclude or ()) else SAMPLE_REFUSED
            )

    def verified(self, *, on: date, within_months: int) -> bool:
        """Somebody has read the live page, and not too long ago."""
        return self.verified_on is not None and months_later(self.verified_on, within_months) > on


SOURCE_PANEL = MultiFieldPanel([FieldPanel(name) for name in (*SOURCE_FIELDS, "is_sample")], heading="Source")
TERM_FIELDS = ("valid_from", "valid_to", "status", "document")
