"""Course evaluations: answers without a person, and beside them only that somebody has answered (decision 24)."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone
from wagtail.admin.panels import FieldPanel

from accreditation.models.boards import ApprovalBody
from core.frozen_records import Frozen
from courses.models import CourseEdition, CoursePage


class EvaluationQuestion(models.Model):
    """One question of the evaluation: ours, or one that a board prescribes."""

    class Kind(models.TextChoices):
        LIKERT = "likert", "Agreement, 1 to 5"
        TEXT = "text", "In words"

    body = models.ForeignKey(
        ApprovalBody,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="evaluation_questions",
        help_text="Empty: asked in every course. Else only where this body has approved the course.",
    )
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.LIKERT)
    text = models.CharField(max_length=250)
    order = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    panels: ClassVar[list[Any]] = [FieldPanel(name) for name in ("body", "kind", "text", "order", "is_active")]

    class Meta:
        ordering: ClassVar[list[str]] = ["order", "pk"]

    def __str__(self) -> str:
        return self.text


class CourseEvaluation(Frozen):
    """One person's answers, with nothing that says whose: no account, no enrollment, no hour, only the month."""

    uuid = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    course = models.ForeignKey(CoursePage, on_delete=models.PROTECT, related_name="evaluations")
    edition = models.ForeignKey(CourseEdition, on_delete=models.PROTECT, related_name="evaluations")
    month = models.DateField(help_text="The first day of the month in which it was given.")
    answers = models.JSONField(help_text="[{question (id), text, kind, answer}] as they were asked.")

    class Meta:
        ordering: ClassVar[list[str]] = ["-month", "uuid"]

    def __str__(self) -> str:
        return f"{self.course_id}, {self.month:%Y-%m}"


class EvaluationGiven(models.Model):
    """That this learner has answered, or has chosen not to. Never what."""

    enrollment = models.OneToOneField(
        "enrollments.Enrollment", on_delete=models.PROTECT, related_name="evaluation_given"
    )
    declined = models.BooleanField(default=False)
    on = models.DateField(default=timezone.localdate)

    wagtail_reference_index_ignore = True

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        return f"{self.enrollment_id}"


class EvaluationCount(models.Model):
    """How many have answered for a board's approval: what FSMTB's "provisional" waits for (DOMAIN.md 2.1)."""

    course_approval = models.OneToOneField(
        "accreditation.CourseApproval", on_delete=models.PROTECT, related_name="evaluation_count"
    )
    answered = models.PositiveIntegerField(default=0)
    favorable = models.PositiveIntegerField(default=0, help_text="Mean of the ratings 4 or more.")

    wagtail_reference_index_ignore = True

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(favorable__lte=models.F("answered")), name="accreditation_favorable_of_answered"
            )
        ]

    def __str__(self) -> str:
        return f"{self.favorable} of {self.answered}"
