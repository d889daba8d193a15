"""All of a learner's courses on one signed paper, and the page that the learner may switch on for others."""

from __future__ import annotations

import secrets
from typing import ClassVar

from django.conf import settings
from django.core.files.storage import storages
from django.db import models
from django.utils import timezone

from certificates.models.keys import SigningKey
from core.frozen_records import Frozen
from core.frozen_rows import FrozenRows

TRANSCRIPT_FROZEN = "A transcript is frozen when it is made; make a new one."


def new_token() -> str:
    """Not to be guessed: 128 bits."""
    return secrets.token_urlsafe(16)


class Transcript(Frozen):
    """What was on record about a learner on a day, as facts and as a signed PDF."""

    serial = models.CharField(max_length=30, unique=True, editable=False)
    learner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="transcripts")
    facts = models.JSONField(editable=False)
    facts_sha256 = models.CharField(max_length=64, editable=False)
    pdf = models.CharField(max_length=120, editable=False)
    pdf_sha256 = models.CharField(max_length=64, editable=False, db_index=True)
    public_pdf = models.CharField(max_length=120, editable=False)
    public_pdf_sha256 = models.CharField(max_length=64, editable=False, db_index=True)
    key = models.ForeignKey(SigningKey, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField(editable=False)

    refusal = TRANSCRIPT_FROZEN

    class Meta:
        ordering: ClassVar[list[str]] = ["-issued_at", "-pk"]

    def __str__(self) -> str:
        return self.serial

    def read_pdf(self, *, public: bool) -> bytes:
        """The bytes that were made: the holder's, or the copy without private facts."""
        with storages["private"].open(self.public_pdf if public else self.pdf) as file:
            return bytes(file.read())


class TranscriptShare(models.Model):
    """A page with a learner's courses for whoever has its address, while the learner leaves it on."""

    learner = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="transcript_share")
    token = models.CharField(max_length=30, unique=True, default=new_token)
    is_on = models.BooleanField(default=False)
    changed_at = models.DateTimeField(default=timezone.now)

    wagtail_reference_index_ignore = True

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        return f"Shared page of {self.learner_id}"


TRANSCRIPT_ROWS = FrozenRows(
    "certificates_transcript",
    (
        *("serial", "learner_id", "facts", "facts_sha256", "pdf", "pdf_sha256", "public_pdf", "public_pdf_sha256"),
        *("key_id", "issued_at"),
    ),
    TRANSCRIPT_FROZEN,
)
