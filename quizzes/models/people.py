"""What single learners are granted beyond a quiz's own terms."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from quizzes.rules.timing import Allowance, most_generous


class AccommodationQuerySet(models.QuerySet["Accommodation"]):
    """Grants by person and day."""

    def allowance(self, *, learner_id: int, quiz_id: int, on: date) -> Allowance:
        """What holds for this learner in this quiz: the most specific grants win, and of those the most generous."""
        holding = self.filter(
            models.Q(quiz_id=quiz_id) | models.Q(quiz=None),
            models.Q(valid_from=None) | models.Q(valid_from__lte=on),
            models.Q(valid_to=None) | models.Q(valid_to__gte=on),
            learner_id=learner_id,
        )
        grants = list(holding)
        specific = [grant for grant in grants if grant.quiz_id]
        return most_generous([grant.allowance for grant in specific or grants])


class Accommodation(models.Model):
    """More time or more tries for one learner. No reason is kept; graders and certificates never see it."""

    learner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="accommodations")
    quiz = models.ForeignKey(
        "quizzes.QuizPage",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="accommodations",
        help_text="Empty: in every quiz.",
    )
    time_percent = models.PositiveSmallIntegerField(
        default=100, validators=[MinValueValidator(100), MaxValueValidator(1000)], help_text="150: half as much again."
    )
    extra_minutes = models.PositiveSmallIntegerField(default=0)
    extra_attempts = models.PositiveSmallIntegerField("extra tries", default=0)
    untimed = models.BooleanField(default=False)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    objects = AccommodationQuerySet.as_manager()
    wagtail_reference_index_ignore = True

    class Meta:
        ordering: ClassVar[list[str]] = ["learner", "quiz"]

    def __str__(self) -> str:
        return f"Accommodation of {self.learner}"

    @property
    def allowance(self) -> Allowance:
        """The grant as a value."""
        return Allowance(self.time_percent, self.extra_minutes, self.extra_attempts, untimed=self.untimed)
