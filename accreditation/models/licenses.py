"""Professional licenses of learners. Private: seen by their owner and by the staff who report credit."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar
from uuid import uuid4

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accreditation.models.approvals import CourseApproval
from accreditation.models.places import Jurisdiction, Profession


def private_files() -> Storage:
    """Outside everything that is served."""
    return storages["private"]


def evidence_path(instance: models.Model, filename: str) -> str:
    """A name that cannot be guessed and says nothing about the person; only the ending is kept."""
    ending = filename.rpartition(".")[2].lower()[:5]
    return f"evidence/{uuid4()}.{ending}"


class LicenseQuerySet(models.QuerySet["ProfessionalLicense"]):
    """Licenses in the trade's words."""

    def of(self, user: Any) -> LicenseQuerySet:
        """One person's, those that were taken out of use left aside."""
        return self.filter(user=user, removed_at=None)

    def usable(self) -> LicenseQuerySet:
        """Not refused by staff and not taken out of use: credit may be claimed for them."""
        return self.filter(removed_at=None).exclude(status=ProfessionalLicense.Status.REJECTED)


class ProfessionalLicense(models.Model):
    """A license, or a certification, as its holder entered it, and who has checked it."""

    class Status(models.TextChoices):
        SELF_DECLARED = "self_declared", "As you entered it"
        API_VERIFIED = "api_verified", "Found in the board's register"
        DOCUMENT_VERIFIED = "document_verified", "Checked by the school"
        REJECTED = "rejected", "Could not be confirmed"

    VERIFIED = (Status.API_VERIFIED, Status.DOCUMENT_VERIFIED)

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="licenses")
    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="licenses")
    profession = models.ForeignKey(Profession, on_delete=models.PROTECT, related_name="licenses")
    number = models.CharField(max_length=40, help_text="As it stands on the license.")
    number_normalized = models.CharField(max_length=40, editable=False)
    name_on_license = models.CharField(
        max_length=150, blank=True, help_text="Only where it differs from your name for certificates."
    )
    issued_on = models.DateField(null=True, blank=True)
    expires_on = models.DateField(null=True, blank=True)
    first_cycle = models.BooleanField(default=False, help_text="It has never been renewed.")
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.SELF_DECLARED, editable=False)
    status_note = models.CharField(max_length=250, blank=True, editable=False)
    verified_on = models.DateField(null=True, blank=True, editable=False)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    evidence = models.FileField(storage=private_files, upload_to=evidence_path, blank=True, max_length=120)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    removed_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="Taken out of use by its owner; records that name it stand."
    )

    objects = LicenseQuerySet.as_manager()
    wagtail_reference_index_ignore = True

    class Meta:
        ordering: ClassVar[list[str]] = ["jurisdiction__name", "profession__name", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["user", "jurisdiction", "profession", "number_normalized"],
                condition=Q(removed_at=None),
                name="accreditation_license_once_a_person",
            ),
            models.UniqueConstraint(
                fields=["jurisdiction", "profession", "number_normalized"],
                condition=Q(status__in=["api_verified", "document_verified"], removed_at=None),
                name="accreditation_verified_license_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.jurisdiction}, {self.profession}"

    @property
    def is_verified(self) -> bool:
        """Somebody other than its holder has confirmed it."""
        return self.status in self.VERIFIED

    def expired(self, on: date | None = None) -> bool:
        """Its last day is over."""
        return self.expires_on is not None and self.expires_on < (on or timezone.localdate())


class LicenseEndorsement(models.Model):
    """A permission that stands beside the license: Washington's intraoral endorsement."""

    license = models.ForeignKey(ProfessionalLicense, on_delete=models.PROTECT, related_name="endorsements")
    kind = models.SlugField(max_length=40, help_text="As the scope rule names it: intraoral.")
    granted_on = models.DateField()
    hours = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    evidence = models.FileField(storage=private_files, upload_to=evidence_path, blank=True, max_length=120)
    verified_on = models.DateField(null=True, blank=True, editable=False)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )

    wagtail_reference_index_ignore = True

    class Meta:
        ordering: ClassVar[list[str]] = ["kind"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["license", "kind"], name="accreditation_endorsement_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} on {self.license}"


class LicenseClaim(models.Model):
    """Credit wanted for: this course, by this approval, on this license."""

    enrollment = models.ForeignKey("enrollments.Enrollment", on_delete=models.PROTECT, related_name="license_claims")
    license = models.ForeignKey(ProfessionalLicense, on_delete=models.PROTECT, related_name="claims")
    course_approval = models.ForeignKey(CourseApproval, on_delete=models.PROTECT, related_name="claims")
    claimed_at = models.DateTimeField(default=timezone.now)

    wagtail_reference_index_ignore = True

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["enrollment", "license", "course_approval"], name="accreditation_claim_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.enrollment_id} for {self.license_id} by {self.course_approval_id}"


class ClaimAnswer(models.Model):
    """What a learner said when asked for a license number: claimed, later, or that none is wanted."""

    class Answer(models.TextChoices):
        CLAIMED = "claimed", "Credit is claimed"
        LATER = "later", "Later"
        NONE = "none", "No credit from a board that asks for a license number"

    enrollment = models.OneToOneField("enrollments.Enrollment", on_delete=models.PROTECT, related_name="claim_answer")
    answer = models.CharField(max_length=10, choices=Answer.choices)
    answered_at = models.DateTimeField(default=timezone.now)

    wagtail_reference_index_ignore = True

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        return f"{self.enrollment_id}: {self.answer}"
