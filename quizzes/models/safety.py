"""Missed safety questions that return: after 2, 7 and 21 days (QUIZZES.md, section 10; spaced retrieval)."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models

from core.frozen_records import Frozen, FrozenQuerySet


class SafetyReturnQuerySet(models.QuerySet["SafetyReturn"]):
    """Returns in the trade's words."""

    def open(self) -> SafetyReturnQuerySet:
        """Still to be answered."""
        return self.filter(done_at=None)

    def due(self, at: datetime) -> SafetyReturnQuerySet:
        """To be answered now."""
        return self.open().filter(due_at__lte=at)


class SafetyReturn(models.Model):
    """A safety question that a learner missed, until it was answered rightly after 2, 7 and 21 days."""

    enrollment = models.ForeignKey("enrollments.Enrollment", on_delete=models.PROTECT, related_name="safety_returns")
    question = models.ForeignKey("quizzes.Question", on_delete=models.PROTECT, related_name="+")
    missed_at = models.DateTimeField()
    stage = models.PositiveSmallIntegerField(default=0, help_text="How many of the three reviews are done.")
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    objects = SafetyReturnQuerySet.as_manager()
    wagtail_reference_index_ignore = True

    class Meta:
        ordering: ClassVar[list[str]] = ["due_at", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["enrollment", "question"],
                name="quizzes_one_open_safety_return",
                condition=models.Q(done_at=None),
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["due_at"], name="quizzes_safety_due", condition=models.Q(done_at=None))
        ]

    def __str__(self) -> str:
        return f"Question {self.question_id} returns to enrollment {self.enrollment_id}"


class SafetyAnswer(Frozen):
    """One answer to a question that returned. It counts for learning only, never for a score."""

    safety_return = models.ForeignKey(SafetyReturn, on_delete=models.PROTECT, related_name="answers")
    version = models.ForeignKey("quizzes.QuestionVersion", on_delete=models.PROTECT, related_name="+")
    stage = models.PositiveSmallIntegerField()
    answer = models.JSONField(null=True)
    right = models.BooleanField()
    at = models.DateTimeField()

    objects = FrozenQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["safety_return", "at"]

    def __str__(self) -> str:
        return f"Answer to return {self.safety_return_id}"
