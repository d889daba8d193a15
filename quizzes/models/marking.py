"""Marking by people: who has which answer on the desk, and every mark that was given (QUIZZES.md section 11)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from quizzes.models.attempts import Attempt


class MarkingTaskQuerySet(models.QuerySet["MarkingTask"]):
    """The queue."""

    def open(self) -> MarkingTaskQuerySet:
        """Still to be marked, oldest first."""
        return self.filter(done_at=None).order_by("opened_at", "pk")

    def waiting(self) -> MarkingTaskQuerySet:
        """Open, of attempts that are handed in and count: one that was opened again or voided waits for nobody."""
        return self.open().filter(item__attempt__state=Attempt.State.AWAITING_HUMAN)

    def takeable(self, by: Any, at: datetime) -> MarkingTaskQuerySet:
        """On this person's desk already, or on nobody's now.

        Columns of the task alone: PostgreSQL looks at these again when another update of the row came first.
        """
        free = models.Q(lease_until=None) | models.Q(lease_until__lt=at)
        return self.filter(free | models.Q(claimed_by=by), done_at=None)

    def for_marker(self, by: Any) -> MarkingTaskQuerySet:
        """What this person may mark: nobody's own answers, and no answer twice."""
        given = Mark.objects.filter(task=models.OuterRef("pk"), marker=by, given_at__isnull=False)
        return self.exclude(item__attempt__enrollment__user=by).exclude(models.Exists(given))


class MarkingTask(models.Model):
    """One written answer to be marked: by one person, by two where the quiz asks it, by a third where they differ."""

    item = models.ForeignKey("quizzes.AttemptItem", on_delete=models.PROTECT, related_name="marking_tasks")
    opened_at = models.DateTimeField()
    round = models.PositiveSmallIntegerField(default=1, help_text="1 first marker, 2 second, 3 the one who decides.")
    claimed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    lease_until = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    objects = MarkingTaskQuerySet.as_manager()
    wagtail_reference_index_ignore = True

    class Meta:
        ordering: ClassVar[list[str]] = ["opened_at", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["item"], name="quizzes_one_open_marking", condition=models.Q(done_at=None))
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["opened_at"], name="quizzes_marking_open", condition=models.Q(done_at=None))
        ]

    def __str__(self) -> str:
        return f"Marking of item {self.item_id}"


class Mark(models.Model):
    """What one marker wrote: a draft until it is given, then final."""

    task = models.ForeignKey(MarkingTask, on_delete=models.PROTECT, related_name="marks")
    round = models.PositiveSmallIntegerField()
    marker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    rubric = models.JSONField(default=dict, help_text="Row of the version's rubric -> level chosen.")
    fraction_ppm = models.PositiveIntegerField(null=True, help_text="Share of the points, in millionths.")
    comment = models.TextField(blank=True, help_text="Read by the learner.")
    saved_at = models.DateTimeField()
    given_at = models.DateTimeField(null=True)

    wagtail_reference_index_ignore = True

    class Meta:
        ordering: ClassVar[list[str]] = ["task", "round"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["task", "round"],
                name="quizzes_one_given_mark_per_round",
                condition=models.Q(given_at__isnull=False),
            ),
            models.UniqueConstraint(fields=["task", "marker"], name="quizzes_one_mark_per_marker"),
        ]

    def __str__(self) -> str:
        return f"Mark of round {self.round} for {self.task}"


class Regrade(models.Model):
    """A change of marking after the fact: seen first as a table, then applied exactly so, or not at all."""

    class Action(models.TextChoices):
        KEY = "key", "Mark with the newest version's key"
        ACCEPT = "accept", "Accept a further answer"
        FULL = "full", "Full points for everyone"
        VOID = "void", "Take the question out"

    class State(models.TextChoices):
        DRAFT = "draft", "Looked at"
        APPLIED = "applied", "Applied"
        STALE = "stale", "Overtaken: something changed since it was looked at"

    question = models.ForeignKey("quizzes.Question", on_delete=models.PROTECT, related_name="regrades")
    quiz = models.ForeignKey("quizzes.QuizPage", null=True, on_delete=models.PROTECT, related_name="regrades")
    action = models.CharField(max_length=10, choices=Action.choices)
    params = models.JSONField(default=dict)
    may_lower = models.BooleanField(default=False, help_text="Otherwise everyone keeps the better mark.")
    reason = models.TextField()
    table = models.JSONField(default=dict, help_text="The dry run: who changes from what to what.")
    state_hash = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    applied_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    applied_at = models.DateTimeField(null=True)

    wagtail_reference_index_ignore = True

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at"]

    def __str__(self) -> str:
        return f"Regrade of question {self.question_id}"
