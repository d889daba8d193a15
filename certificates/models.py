"""A certificate is a record: inserted once, complete, and never changed. What is still to be issued is a request.

A request is the unfinished row: it waits for the learner's confirmed name and for the paper, and `sweep` finishes it.
A certificate keeps every printed fact and the bytes of its PDF; no later rename, edit or deletion reaches it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, NoReturn
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.storage import storages
from django.db import models
from django.urls import reverse
from django.utils import timezone

from certificates.rules.rows import Row, fact_rows, people_rows
from core.freeze import digest


class RequestQuerySet(models.QuerySet["CertificateRequest"]):
    """Unfinished certificates in the trade's words."""

    def unfinished(self) -> RequestQuerySet:
        """Promised, and not issued yet."""
        return self.exclude(state=CertificateRequest.State.ISSUED)

    def waiting_for_name(self) -> RequestQuerySet:
        """Only the learner can move these on."""
        return self.unfinished().filter(enrollment__user__legal_name_confirmed_at=None)

    def due(self, at: datetime | None = None) -> RequestQuerySet:
        """May be issued now: the name is confirmed and the next try has come."""
        return (
            self.unfinished()
            .filter(next_try_at__lte=at or timezone.now())
            .exclude(enrollment__user__legal_name_confirmed_at=None)
        )

    def of(self, user: Any) -> RequestQuerySet:
        """One learner's."""
        return self.filter(enrollment__user=user)


class CertificateRequest(models.Model):
    """One certificate that a finished course has earned: one per approval, or one without."""

    class State(models.TextChoices):
        OPEN = "open", "Being prepared"
        STUCK = "stuck", "Needs a person"
        ISSUED = "issued", "Issued"

    enrollment = models.ForeignKey(
        "enrollments.Enrollment", on_delete=models.PROTECT, related_name="certificate_requests"
    )
    credit_key = models.CharField(
        max_length=36, blank=True, help_text="The course approval whose hours it states; empty: hours by our own count."
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(default=timezone.now)
    last_error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = RequestQuerySet.as_manager()
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = "certificate to issue"
        verbose_name_plural = "certificates to issue"
        ordering: ClassVar[list[str]] = ["-created_at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["enrollment", "credit_key"], name="certificates_request_once_per_credit")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["next_try_at"], name="certificates_request_due", condition=~models.Q(state="issued"))
        ]

    def __str__(self) -> str:
        return f"{self.enrollment} ({self.get_state_display()})"

    @property
    def waits_for(self) -> str:
        """In words: the learner, a person at the school, or only time."""
        if self.state == self.State.ISSUED:
            return "Nothing: it is issued."
        if self.enrollment.user.legal_name_confirmed_at is None:
            return "The learner confirms the name."
        return self.last_error or "Being prepared."


class CertificateQuerySet(models.QuerySet["Certificate"]):
    """Issued certificates in the trade's words."""

    def of(self, user: Any) -> CertificateQuerySet:
        """One learner's."""
        return self.filter(learner=user)

    def update(self, **changes: Any) -> NoReturn:
        """Refused: a certificate is not edited, neither one nor many."""
        raise ValidationError(FROZEN)

    def delete(self) -> NoReturn:
        """Refused: see Certificate.delete."""
        raise ValidationError(KEPT)


FROZEN = "A certificate is frozen on the day of issue; nothing in it can be changed."
KEPT = "A certificate is never deleted: whoever holds the paper must be able to check it."


class Certificate(models.Model):
    """What was issued: the frozen facts, and the file that states them."""

    class Kind(models.TextChoices):
        ACHIEVEMENT = "achievement", "Certificate of Achievement"
        COMPLETION = "completion", "Certificate of Completion"

    class Status(models.TextChoices):
        ISSUED = "issued", "Valid"

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
    pdf_sha256 = models.CharField(max_length=64, editable=False)

    objects = CertificateQuerySet.as_manager()
    wagtail_reference_index_ignore = True

    class Meta:
        ordering: ClassVar[list[str]] = ["-issued_at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["enrollment", "credit_key"],
                condition=models.Q(status="issued"),
                name="certificates_one_in_force_per_credit",
            )
        ]

    def __str__(self) -> str:
        return self.serial

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert, once."""
        if not self._state.adding:
            raise ValidationError(FROZEN)
        super().save(*args, **kwargs)

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
