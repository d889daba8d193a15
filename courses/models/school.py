"""The school that runs the site."""

from typing import Any, ClassVar

from django.db import models
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting


@register_setting(icon="home")
class SchoolSettings(BaseSiteSetting):
    """Name and address as certificates, receipts and footers print them."""

    name = models.CharField(max_length=150, default="Your school")
    address = models.TextField(blank=True, help_text="Postal address, one part a line.")
    email = models.EmailField(blank=True, help_text="Where learners write to.")
    administrator = models.CharField(
        max_length=150, blank=True, help_text="Who answers for certificates: name and title."
    )
    statement_name = models.CharField(
        "name on card statements",
        max_length=22,
        blank=True,
        help_text="As Stripe prints it (Dashboard, Public details): buyers are told before they pay.",
    )
    is_sample = models.BooleanField(
        "sample school",
        default=False,
        help_text="Marks every page and certificate: sample school, approvals and numbers are examples.",
    )

    panels: ClassVar[list[Any]] = [
        FieldPanel(name) for name in ("name", "address", "email", "administrator", "statement_name", "is_sample")
    ]

    class Meta:
        verbose_name = "school"

    def __str__(self) -> str:
        return self.name
