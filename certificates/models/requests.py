"""A request is the unfinished row: it waits for the learner's confirmed name and for the paper; `sweep` finishes it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.db.models import Exists, OuterRef
from django.utils import timezone

from enrollments.models import AccessHold


class RequestQuerySet(models.QuerySet["CertificateRequest"]):
    """Unfinished certificates in the trade's words."""

    def unfinished(self) -> RequestQuerySet:
        """Promised, and not issued yet; what the learner does not want is left out."""
        return self.exclude(state__in=(CertificateRequest.State.ISSUED, CertificateRequest.State.DECLINED))

    def waiting_for_name(self) -> RequestQuerySet:
        """Only the learner can move these on."""
        return self.unfinished().filter(enrollment__user__legal_name_confirmed_at=None)

    def due(self, at: datetime | None = None) -> RequestQuerySet:
        """May be issued now: the name is confirmed, nothing holds the enrollment, and the next try has come."""
        return (
            self.unfinished()
            .filter(next_try_at__lte=at or timezone.now())
            .exclude(enrollment__user__legal_name_confirmed_at=None)
            .exclude(Exists(AccessHold.objects.open().filter(enrollment=OuterRef("enrollment"))))
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
        DECLINED = "declined", "Not wanted"

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
    needs = models.CharField(
        max_length=25, blank=True, help_text="What the learner must do first: license, evaluation."
    )
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
            models.Index(
                fields=["next_try_at"],
                name="certificates_request_due",
                condition=~models.Q(state__in=["issued", "declined"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.enrollment} ({self.get_state_display()})"

    @property
    def waits_for(self) -> str:
        """In words: the learner, a person at the school, or only time."""
        if self.state == self.State.ISSUED:
            return "Nothing: it is issued."
        if self.state == self.State.DECLINED:
            return "Nothing: the learner wants no credit from this board."
        if self.enrollment.user.legal_name_confirmed_at is None:
            return "The learner confirms the name."
        if self.hold:
            return f"{self.hold.get_reason_display()}."
        return self.last_error or "Being prepared."

    @property
    def hold(self) -> AccessHold | None:
        """What keeps it from being issued, beside the name; from the holds that lists prefetch."""
        return next((one for one in self.enrollment.holds.all() if one.closed_at is None), None)
