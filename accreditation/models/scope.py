"""What a license lets one do: rules of jurisdictions about techniques, and who may teach for whom."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from wagtail.admin.panels import FieldPanel

from accreditation.models.approvals import Approval
from accreditation.models.boards import ApprovalBody
from accreditation.models.places import Jurisdiction, Profession
from accreditation.models.sources import SOURCE_PANEL, Sourced
from courses.models import InstructorProfile, Technique


class TechniqueScopeRule(Sourced):
    """A technique that a jurisdiction limits: Washington wants an endorsement for intraoral work (WAC 246-830-490)."""

    class Effect(models.TextChoices):
        INFORM = "inform", "Say so on the lesson"
        BLOCK = "block", "Also keep the technique card closed without the endorsement"

    technique = models.ForeignKey(Technique, on_delete=models.PROTECT, related_name="scope_rules")
    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="scope_rules")
    profession = models.ForeignKey(
        Profession, null=True, blank=True, on_delete=models.PROTECT, related_name="scope_rules"
    )
    requirement = models.TextField(help_text="In plain words: what is needed, or that it is outside the scope.")
    endorsement = models.SlugField(
        max_length=40, blank=True, help_text="The endorsement that opens it. Empty: nothing does."
    )
    effect = models.CharField(max_length=10, choices=Effect.choices, default=Effect.INFORM)

    panels: ClassVar[list[Any]] = [
        *(
            FieldPanel(name)
            for name in ("technique", "jurisdiction", "profession", "requirement", "endorsement", "effect")
        ),
        SOURCE_PANEL,
    ]

    class Meta:
        ordering: ClassVar[list[str]] = ["technique__name", "jurisdiction__name"]

    def __str__(self) -> str:
        return f"{self.technique} in {self.jurisdiction}"


class InstructorApproval(Approval):
    """An instructor as a body knows them: Florida and Texas approve who teaches."""

    instructor = models.ForeignKey(InstructorProfile, on_delete=models.PROTECT, related_name="approvals")
    body = models.ForeignKey(ApprovalBody, on_delete=models.PROTECT, related_name="instructor_approvals")

    panels: ClassVar[list[Any]] = [
        *(FieldPanel(name) for name in ("instructor", "body", "number", "valid_from", "valid_to", "status")),
        SOURCE_PANEL,
    ]

    class Meta:
        ordering: ClassVar[list[str]] = ["instructor__name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["instructor", "body", "number"], name="accreditation_instructor_number_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.instructor} for {self.body}"
