"""A certificate is a record: inserted once, complete, and never changed.

It keeps every printed fact and the bytes of its PDF; no later rename, edit or deletion reaches it. What becomes of it
afterwards (revoked, replaced, signed again) stands beside the facts, in columns and rows of its own.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar, NoReturn
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.storage import storages
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from certificates.models.keys import SigningKey
from certificates.models.status import StatusList
from certificates.rules.rows import Row, fact_rows, people_rows
from core.freeze import digest
from core.frozen_records import Frozen
from core.frozen_rows import FrozenRows


class CertificateQuerySet(models.QuerySet["Certificate"]):
    """Issued certificates in the trade's words."""

    def of(self, user: Any) -> CertificateQuerySet:
        """One learner's."""
        return self.filter(learner=user)

    def in_force(self) -> CertificateQuerySet:
        """Neither revoked nor replaced; an expired one was in force until its day."""
        return self.filter(status=Certificate.Status.ISSUED)

    def end(self, *, status: str, at: datetime, reason: str = "", note: str = "") -> int:
        """Compare and swap: of those still in force, how many this call ended. The one way in which a row changes."""
        ended = {"status": status, "ended_at": at, "reason_class": reason, "public_note": note}
        return super(CertificateQuerySet, self.in_force()).update(**ended)

    def share(self, *, on: bool) -> int:
        """The holder lets anybody with the number have the files, or no longer."""
        return super().update(is_shared=on)

    def update(self, **changes: Any) -> NoReturn:
        """Refused: a certificate is not edited, neither one nor many."""
        raise ValidationError(FROZEN)

    def delete(self) -> NoReturn:
        """Refused: see Certificate.delete."""
        raise ValidationError(KEPT)


FROZEN = "A certificate is frozen on the day of issue; nothing in it can be changed."
KEPT = "A certificate is never deleted: whoever holds the paper must be able to check it."


class Certificate(Frozen):
    """What was issued: the frozen facts, and the file that states them."""

    class Kind(models.TextChoices):
        ACHIEVEMENT = "achievement", "Certificate of Achievement"
        COMPLETION = "completion", "Certificate of Completion"

    class Status(models.TextChoices):
        ISSUED = "issued", "Valid"
        REVOKED = "revoked", "Revoked"
        SUPERSEDED = "superseded", "Replaced"

    class ReasonClass(models.TextChoices):
        ERROR = "error", "Issued in error"
        HOLDER = "holder", "At the holder's own wish"
        CONDUCT = "conduct", "The requirements were not met honestly"
        BOARD = "board", "By decision of a board"

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    serial = models.CharField(max_length=30, unique=True, editable=False)
    learner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="certificates")
    enrollment = models.ForeignKey("enrollments.Enrollment", on_delete=models.PROTECT, related_name="certificates")
    credit_key = models.CharField(max_length=36, blank=True, editable=False)
    kind = models.CharField(max_length=12, choices=Kind.choices, editable=False)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.ISSUED, editable=False)
    facts = models.JSONField(editable=False, help_text="Every printed fact, as it stood on the day of issue.")
    facts_sha256 = models.CharField(max_length=64, editable=False)
    issued_at = models.DateTimeField(editable=False)
    completed_on = models.DateField(editable=False)
    pdf = models.CharField(
        max_length=120, editable=False, help_text="Path in the private storage, named by its sha256."
    )
    pdf_sha256 = models.CharField(max_length=64, editable=False, db_index=True)
    awarded_at = models.DateTimeField(editable=False, help_text="The first issue; a correction keeps it.")
    valid_until = models.DateField(null=True, blank=True, editable=False, help_text="The last day; empty: no end.")
    supersedes = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="superseded_by", editable=False
    )
    design = models.ForeignKey(
        "certificates.PublishedDesign", null=True, blank=True, on_delete=models.PROTECT, related_name="certificates"
    )
    paper_key = models.ForeignKey(SigningKey, null=True, blank=True, on_delete=models.PROTECT, related_name="papers")
    paper_level = models.CharField(max_length=10, blank=True, editable=False)
    status_list = models.ForeignKey(
        StatusList, null=True, blank=True, on_delete=models.PROTECT, related_name="certificates"
    )
    status_index = models.PositiveIntegerField(null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)
    reason_class = models.CharField(max_length=10, choices=ReasonClass.choices, blank=True, editable=False)
    public_note = models.CharField(max_length=250, blank=True, editable=False)
    is_shared = models.BooleanField(
        default=False, editable=False, help_text="Anybody with the number may have the files."
    )

    objects = CertificateQuerySet.as_manager()
    refusal = FROZEN

    class Meta:
        ordering: ClassVar[list[str]] = ["-issued_at", "-pk"]
        permissions = (("revoke_certificate", "Can revoke certificates"),)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["enrollment", "credit_key"],
                condition=Q(status="issued"),
                name="certificates_one_in_force_per_credit",
            ),
            models.UniqueConstraint(fields=["status_list", "status_index"], name="certificates_status_place_once"),
        ]

    def __str__(self) -> str:
        return self.serial

    def get_absolute_url(self) -> str:
        """The public page where anyone can check it."""
        return reverse("verify_certificate", args=[self.serial])

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused, whoever asks."""
        raise ValidationError(KEPT)

    @property
    def holder(self) -> str:
        """The name as printed, whatever the person is called today."""
        return str(self.facts["name"])

    @property
    def title(self) -> str:
        """The course title as printed."""
        return str(self.facts["title"])

    @property
    def hours(self) -> str:
        """The hours as printed."""
        return str(self.facts["hours_printed"])

    @property
    def is_intact(self) -> bool:
        """Whether the stored facts are still the ones that were issued."""
        return digest(self.facts) == self.facts_sha256

    @property
    def rows(self) -> list[Row]:
        """The named facts, line by line as on the paper."""
        return fact_rows(self.facts)

    @property
    def people(self) -> list[Row]:
        """Who answers for it, as on the paper."""
        return people_rows(self.facts)

    def read_pdf(self) -> bytes:
        """The bytes that were issued."""
        with storages["private"].open(self.pdf) as file:
            return bytes(file.read())

    def is_expired(self, on: date | None = None) -> bool:
        """Past its last day."""
        return self.valid_until is not None and self.valid_until < (on or timezone.localdate())


CERTIFICATE_ROWS = FrozenRows(
    "certificates_certificate",
    (
        *("uuid", "serial", "learner_id", "enrollment_id", "credit_key", "kind", "facts", "facts_sha256", "issued_at"),
        *("completed_on", "pdf", "pdf_sha256", "awarded_at", "valid_until", "supersedes_id", "design_id"),
        *("paper_key_id", "paper_level", "status_list_id", "status_index"),
    ),
    "A certificate is frozen on the day of issue.",
)
