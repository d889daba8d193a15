"""Attempts: one learner's paper, answers and marks, and everything that happened to them."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from core.frozen_records import Frozen, FrozenQuerySet
from quizzes.questions.base import CORRECT, INVALID, NEEDS_HUMAN, PARTIAL, UNANSWERED, WRONG
from quizzes.rules.standing import Try


class AttemptQuerySet(models.QuerySet["Attempt"]):
    """Attempts in the trade's words."""

    def of(self, user: Any) -> AttemptQuerySet:
        """This learner's own."""
        return self.filter(enrollment__user_id=user.pk)

    def open(self) -> AttemptQuerySet:
        """Not yet handed in."""
        return self.filter(state__in=Attempt.OPEN)

    def finished(self) -> AttemptQuerySet:
        """Handed in or settled, and counted."""
        return self.filter(state__in=Attempt.FINISHED)

    def out_of_time(self, at: datetime) -> AttemptQuerySet:
        """Open, with deadline and grace behind them."""
        return self.open().filter(grace_until__lt=at)


class Attempt(models.Model):
    """One try at a quiz. The row, its seed and its paper exist before the first question is shown."""

    class State(models.TextChoices):
        IN_PROGRESS = "in_progress", "Under way"
        OVERDUE = "overdue", "Overdue"
        SUBMITTED = "submitted", "Handed in"
        AWAITING_HUMAN = "awaiting_human", "Being graded"
        GRADED = "graded", "Graded"
        ABANDONED = "abandoned", "Abandoned"
        VOIDED = "voided", "Voided"

    class SettledBy(models.TextChoices):
        LEARNER = "learner", "The learner"
        TIMER = "timer", "The end of time"
        STAFF = "staff", "Staff"

    OPEN: ClassVar[tuple[str, ...]] = (State.IN_PROGRESS, State.OVERDUE)
    FINISHED: ClassVar[tuple[str, ...]] = (State.SUBMITTED, State.AWAITING_HUMAN, State.GRADED)

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    enrollment = models.ForeignKey("enrollments.Enrollment", on_delete=models.PROTECT, related_name="attempts")
    quiz = models.ForeignKey("quizzes.QuizPage", on_delete=models.PROTECT, related_name="attempts")
    quiz_version = models.ForeignKey("quizzes.QuizVersion", on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=20, choices=State.choices, default=State.IN_PROGRESS)
    seed = models.BinaryField(max_length=16)
    started_at = models.DateTimeField()
    deadline_at = models.DateTimeField(null=True)
    grace_until = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=10, choices=SettledBy.choices, blank=True)
    rev = models.PositiveIntegerField(default=0, help_text="Counts changes; the newest event carries it.")
    score_m = models.PositiveIntegerField(null=True)
    max_m = models.PositiveIntegerField(default=0)
    passed = models.BooleanField(null=True)
    critical_failed = models.BooleanField(default=False)
    honor_at = models.DateTimeField(null=True)
    engine = models.CharField(max_length=20, blank=True)
    accommodation = models.JSONField(default=dict)
    first_of_learner = models.BooleanField(default=False)

    objects = AttemptQuerySet.as_manager()
    wagtail_reference_index_ignore = True

    class Meta:
        ordering: ClassVar[list[str]] = ["enrollment", "quiz", "number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["enrollment", "quiz", "number"], name="quizzes_attempt_number_once"),
            models.UniqueConstraint(
                fields=["enrollment", "quiz"],
                name="quizzes_one_open_attempt",
                condition=models.Q(state__in=["in_progress", "overdue"]),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["grace_until"],
                name="quizzes_attempt_due",
                condition=models.Q(state__in=["in_progress", "overdue"]),
            )
        ]

    def __str__(self) -> str:
        return f"Attempt {self.number} at quiz {self.quiz_id}"

    @property
    def is_open(self) -> bool:
        """Whether answers can still be given, time permitting."""
        return self.state in self.OPEN

    @property
    def as_try(self) -> Try:
        """What counts of it towards passing."""
        return Try(self.score_m or 0, self.max_m, passed=bool(self.passed), critical_failed=self.critical_failed)

    def out_of_time(self, at: datetime) -> bool:
        """Deadline and grace are over."""
        return self.grace_until is not None and at > self.grace_until


class AttemptItem(models.Model):
    """One question of the paper, with the answer as it stands and the mark as it was last given."""

    GRADE_STATES: ClassVar[list[tuple[str, str]]] = [
        ("", "Not graded"),
        (CORRECT, "Right"),
        (PARTIAL, "Partly right"),
        (WRONG, "Not right"),
        (UNANSWERED, "Not answered"),
        (INVALID, "Not readable"),
        (NEEDS_HUMAN, "Being graded"),
        ("void", "Taken out"),
    ]

    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="items")
    position = models.PositiveSmallIntegerField()
    slot_uid = models.UUIDField()
    section = models.CharField(max_length=150, blank=True)
    case_group = models.CharField(max_length=40, blank=True)
    version = models.ForeignKey("quizzes.QuestionVersion", on_delete=models.PROTECT, related_name="items")
    points_m = models.PositiveIntegerField()
    option_order = models.JSONField(default=list)
    answer = models.JSONField(null=True)
    answer_rev = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(null=True)
    certainty = models.PositiveSmallIntegerField(null=True)
    flagged = models.BooleanField(default=False)
    locked_at = models.DateTimeField(null=True, help_text="When its feedback was asked for: the answer is final then.")
    grade_state = models.CharField(max_length=20, choices=GRADE_STATES, blank=True)
    fraction_ppm = models.PositiveIntegerField(null=True)
    score_m = models.PositiveIntegerField(null=True)
    critical_failed = models.BooleanField(default=False)

    wagtail_reference_index_ignore = True

    class Meta:
        ordering: ClassVar[list[str]] = ["attempt", "position"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["attempt", "position"], name="quizzes_item_position_once"),
        ]

    def __str__(self) -> str:
        return f"Question {self.position} of attempt {self.attempt_id}"


class AttemptEvent(Frozen):
    """Something that happened to an attempt, refused and stale saves included. No text of a learner is ever lost."""

    class Kind(models.TextChoices):
        STARTED = "started", "Started"
        RESUMED = "resumed", "Resumed"
        SAVED = "saved", "Answer saved"
        STALE = "stale", "Answer came from an older page"
        REFUSED = "refused", "Answer refused"
        LATE = "late", "Answer came too late"
        SUBMITTED = "submitted", "Handed in"
        SETTLED = "settled", "Settled when the time ended"
        OVERDUE = "overdue", "Time over, may still be handed in"
        ABANDONED = "abandoned", "Not handed in while that was possible"
        CHECKED = "checked", "Feedback asked for, answer final"
        HELD = "held", "Arrived in time, after the log-in had ended"
        EXTENDED = "extended", "Time added"
        REOPENED = "reopened", "Opened again"
        VOIDED = "voided", "Voided"
        MARKED = "marked", "Marked by a person"
        REGRADED = "regraded", "Marked again"
        SEEN = "seen", "Result looked at"

    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="events")
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=20)
    item = models.ForeignKey(AttemptItem, null=True, on_delete=models.PROTECT, related_name="events")
    payload = models.JSONField(default=dict)
    request_id = models.CharField(max_length=64, blank=True)

    objects = FrozenQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["attempt", "seq"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["attempt", "seq"], name="quizzes_event_seq_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.attempt_id}/{self.seq})"


class Grade(Frozen):
    """A mark given to an item, by the engine or by a person. The newest counts; none is taken away."""

    item = models.ForeignKey(AttemptItem, on_delete=models.PROTECT, related_name="grades")
    at = models.DateTimeField()
    engine = models.CharField(max_length=20, blank=True, help_text="Given by this engine, or:")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    fraction_ppm = models.PositiveIntegerField()
    rubric = models.JSONField(default=dict)
    comment = models.TextField(blank=True)
    reason = models.TextField(blank=True)
    supersedes = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="superseded_by")

    objects = FrozenQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["item", "at", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="quizzes_grade_by_engine_or_person",
                condition=models.Q(engine="", user__isnull=False)
                | (~models.Q(engine="") & models.Q(user__isnull=True)),
            )
        ]

    def __str__(self) -> str:
        return f"Grade of item {self.item_id}"
