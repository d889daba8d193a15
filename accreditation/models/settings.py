"""How long a reading of a board's page is trusted, and when staff are reminded."""

from typing import Any, ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting


@register_setting(icon="tick-inverse")
class CreditSettings(BaseSiteSetting):
    """The school's own settings about credit."""

    trusted_months = models.PositiveSmallIntegerField(
        "rules are trusted for (months)",
        default=12,
        validators=[MinValueValidator(1)],
        help_text="After that a rule is shown as not verified until somebody has read the live page again.",
    )
    license_alarm_days = models.PositiveSmallIntegerField(
        "alarm for licenses that expire within (days)",
        default=30,
        help_text="Credit on a license that expires so soon is to be reported first.",
    )

    panels: ClassVar[list[Any]] = [FieldPanel("trusted_months"), FieldPanel("license_alarm_days")]

    class Meta:
        verbose_name = "credit"

    def __str__(self) -> str:
        return "Credit"
