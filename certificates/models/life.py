"""What happens to a certificate after its issue: an append-only log, and the further files that were made of it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.files.storage import storages
from django.db import models
from django.utils import timezone

from certificates.models.certificates import Certificate
from certificates.models.keys import SigningKey
from core.frozen_records import Frozen
from core.frozen_rows import FrozenRows

ADDED_ONLY = "The log of a certificate is added to, never changed."


class CertificateEvent(Frozen):
    """Who did what to a certificate, and why."""

    class What(models.TextChoices):
        ISSUED = "issued", "Issued"
        CORRECTED = "corrected", "Replaced by a new one"
        REVOKED = "revoked", "Revoked"
        FLAGGED = "flagged", "Put before staff"
        SHARED = "shared", "Files shared"
        UNSHARED = "unshared", "Files no longer shared"
        TIMESTAMPED = "timestamped", "Time stamp added"
        RESIGNED = "resigned", "Signed again"
        DOUBTED = "doubted", "Somebody wrote that it looks wrong"
        REVIEWED = "reviewed", "Looked at"

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="events")
    what = models.CharField(max_length=15, choices=What.choices)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Empty: the system.",
    )
    text = models.TextField(blank=True, help_text="For the school and the holder, never for the public.")

    refusal = ADDED_ONLY

    class Meta:
        ordering: ClassVar[list[str]] = ["certificate", "at", "pk"]

    def __str__(self) -> str:
        return f"{self.certificate}: {self.get_what_display()}"


class CertificateFile(Frozen):
    """A file beside the paper as issued: the public copy, the credential, and those signed again later.

    The newest of a role is handed out; every one goes on verifying by its digest.
    """

    class Role(models.TextChoices):
        PAPER = "paper", "PDF"
        PUBLIC = "public", "PDF without the license number"
        CREDENTIAL = "credential", "Open Badge"

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="files")
    role = models.CharField(max_length=12, choices=Role.choices)
    n = models.PositiveSmallIntegerField(default=1)
    path = models.CharField(max_length=120, help_text="In the private storage, named by its sha256.")
    sha256 = models.CharField(max_length=64, db_index=True)
    key = models.ForeignKey(SigningKey, null=True, blank=True, on_delete=models.PROTECT, related_name="files")
    level = models.CharField(max_length=10, blank=True, help_text="Of a PDF signature: B-B, B-T.")
    made_at = models.DateTimeField(default=timezone.now)

    refusal = ADDED_ONLY

    class Meta:
        ordering: ClassVar[list[str]] = ["certificate", "role", "n"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["certificate", "role", "n"], name="certificates_file_number_once")
        ]

    def __str__(self) -> str:
        return f"{self.certificate}: {self.get_role_display()} {self.n}"

    def read(self) -> bytes:
        """The bytes as they were stored."""
        with storages["private"].open(self.path) as file:
            return bytes(file.read())


EVENT_ROWS = FrozenRows("certificates_certificateevent", ("certificate_id", "what", "at", "by_id", "text"), ADDED_ONLY)
FILE_ROWS = FrozenRows(
    "certificates_certificatefile",
    ("certificate_id", "role", "n", "path", "sha256", "key_id", "level", "made_at"),
    ADDED_ONLY,
)
