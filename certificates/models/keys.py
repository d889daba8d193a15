"""The public part of the keys that sign. The private part is a file or an environment variable, never a row."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone


class SigningKeyQuerySet(models.QuerySet["SigningKey"]):
    """Keys in the trade's words."""

    def trusted(self) -> SigningKeyQuerySet:
        """What they signed counts: also retired ones, never compromised ones."""
        return self.filter(compromised_at=None)

    def signing(self, use: str) -> SigningKeyQuerySet:
        """Those that sign new documents, the newest first."""
        return self.trusted().filter(use=use, retired_at=None).order_by("-made_at", "-pk")


class SigningKey(models.Model):
    """A key of the school. Rotation adds one; an old one goes on verifying what it signed."""

    class Use(models.TextChoices):
        BADGE = "badge", "Open Badge (Ed25519)"
        PAPER = "paper", "PDF (P-256)"

    kid = models.CharField(max_length=120, unique=True, help_text="Its Multikey: names the file of the private part.")
    use = models.CharField(max_length=10, choices=Use.choices)
    public = models.TextField(help_text="Public part: a PEM.")
    certificate = models.TextField(blank=True, help_text="Of a PDF key: its X.509 certificate, a PEM.")
    authority = models.TextField(blank=True, help_text="Who issued that: the certificate that the school publishes.")
    is_demo = models.BooleanField(default=False, help_text="Derived from a known seed: proves nothing.")
    made_at = models.DateTimeField(default=timezone.now)
    retired_at = models.DateTimeField(null=True, blank=True)
    compromised_at = models.DateTimeField(null=True, blank=True)

    objects = SigningKeyQuerySet.as_manager()
    wagtail_reference_index_ignore = True

    class Meta:
        ordering: ClassVar[list[str]] = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return self.kid
