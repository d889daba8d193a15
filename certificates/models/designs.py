"""How certificates look and what they say beside the facts: edited as a setting, published as versions that stand."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting

from core.frozen_records import Frozen
from core.frozen_rows import FrozenRows

DESIGN_FROZEN = "A published design stands: certificates were issued with it. Publish a new one."


@register_setting(icon="tick-inverse", order=250)
class CertificateDesign(ClusterableModel, BaseSiteSetting):
    """What the provider edits. Certificates use the newest published version, not this."""

    class Paper(models.TextChoices):
        LETTER = "letter", "Letter"
        A4 = "a4", "A4"

    logo = models.ForeignKey(
        "library.Picture", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", help_text="PNG or JPEG."
    )
    paper = models.CharField(max_length=10, choices=Paper.choices, default=Paper.LETTER)
    opening = models.CharField(
        "words above the name", max_length=80, default="This certifies that", help_text="On every certificate."
    )
    achievement_closing = models.CharField(
        "sentence on a Certificate of Achievement", max_length=200, blank=True, help_text="Below the course title."
    )
    completion_closing = models.CharField(
        "sentence on a Certificate of Completion", max_length=200, blank=True, help_text="Below the course title."
    )

    wagtail_reference_index_ignore = True
    panels: ClassVar[list[Any]] = [
        MultiFieldPanel([FieldPanel("logo"), FieldPanel("paper")], heading="Look"),
        InlinePanel("signatures", label="signature", help_text="The school's administrator and its instructors."),
        MultiFieldPanel(
            [FieldPanel("opening"), FieldPanel("achievement_closing"), FieldPanel("completion_closing")],
            heading="Words",
        ),
    ]

    class Meta:
        verbose_name = "certificate design"

    def __str__(self) -> str:
        return "Certificate design"


class DesignSignature(models.Model):
    """The handwriting of somebody whose name stands on certificates."""

    design = ParentalKey(CertificateDesign, on_delete=models.CASCADE, related_name="signatures")
    name = models.CharField(max_length=150, help_text="Exactly as it is printed.")
    picture = models.ForeignKey("library.Picture", on_delete=models.CASCADE, related_name="+")

    panels: ClassVar[list[Any]] = [FieldPanel("name"), FieldPanel("picture")]

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["design", "name"], name="certificates_signature_once_per_name")
        ]

    def __str__(self) -> str:
        return self.name


class PublishedDesign(Frozen):
    """One version, with its pictures as bytes: a changed or deleted picture changes no certificate."""

    number = models.PositiveIntegerField(unique=True)
    content = models.JSONField(help_text="Paper and words; signatures as base64 by the printed name.")
    logo = models.BinaryField(blank=True, default=bytes)
    sha256 = models.CharField(max_length=64)
    published_at = models.DateTimeField(default=timezone.now)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    refusal = DESIGN_FROZEN

    class Meta:
        ordering: ClassVar[list[str]] = ["-number"]

    def __str__(self) -> str:
        return f"Design {self.number}"


DESIGN_ROWS = FrozenRows(
    "certificates_publisheddesign",
    ("number", "content", "logo", "sha256", "published_at", "published_by_id"),
    DESIGN_FROZEN,
)
