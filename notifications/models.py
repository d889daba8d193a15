"""Mails as rows: recorded in the transaction that decides, sent after it, sent again until they are out.

A mail is sent at least once under one constant Message-ID, so that a mail program shows it once. allauth's mails
with one-time secrets are not rows.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone


class MailQuerySet(models.QuerySet["Mail"]):
    """Rows in the trade's words."""

    def due(self, at: datetime | None = None) -> MailQuerySet:
        """Not yet sent, and the next try has come."""
        return self.filter(sent_at=None, next_try_at__lte=at or timezone.now())


class Mail(models.Model):
    """One mail to one person, its text fixed when it was decided."""

    key = models.CharField(
        max_length=120, unique=True, help_text="What it is about, so that it is written once: enrolled-<order>."
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="mails")
    to = models.EmailField()
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField(blank=True)
    message_id = models.CharField(max_length=200, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(default=timezone.now)
    last_error = models.CharField(max_length=250, blank=True)

    objects = MailQuerySet.as_manager()
    wagtail_reference_index_ignore = True

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at", "-pk"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["next_try_at"], name="notifications_mail_due", condition=models.Q(sent_at=None))
        ]

    def __str__(self) -> str:
        return self.subject
