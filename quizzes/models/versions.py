"""Versions of questions: what learners met. They are inserted once and never change."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from core.frozen_records import Frozen, FrozenQuerySet
from quizzes.models.bank import Question
from quizzes.questions import KINDS


class QuestionVersion(Frozen):
    """A question as learners meet it: what is asked and, in a column of its own, the key with all feedback."""

    class Change(models.TextChoices):
        TYPO = "typo", "Correction of spelling or form"
        CONTENT = "content", "Change of content"
        KEY = "key", "Change of the key"

    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=30, choices=KINDS)
    schema = models.PositiveSmallIntegerField()
    public = models.JSONField(help_text="What is asked, by language.")
    key = models.JSONField(
        help_text="What is right, what it is worth, and all feedback by language. Never sent as it is."
    )
    sha256 = models.CharField(max_length=64)
    topic = models.CharField(max_length=80, blank=True, help_text="Named when an unsafe answer fails the quiz.")
    study_key = models.UUIDField(null=True, help_text="The unit to read again.")
    change = models.CharField(max_length=10, choices=Change.choices, default=Change.CONTENT)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    pictures = models.ManyToManyField(
        "library.Picture", through="quizzes.VersionPicture", related_name="+", help_text="What its takers may see."
    )

    objects = FrozenQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["question", "-number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["question", "number"], name="quizzes_question_version_number_once")
        ]

    def __str__(self) -> str:
        return f"Question {self.question_id}, version {self.number}"


class VersionPicture(models.Model):
    """An uploaded picture that a version shows: it can no longer be deleted, and whoever met the version may see it."""

    version = models.ForeignKey(QuestionVersion, on_delete=models.CASCADE, related_name="picture_links")
    picture = models.ForeignKey("library.Picture", on_delete=models.PROTECT, related_name="+")

    wagtail_reference_index_ignore = True

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["version", "picture"], name="quizzes_version_picture_once")
        ]

    def __str__(self) -> str:
        return f"Picture {self.picture_id} of version {self.version_id}"


class VersionRecording(models.Model):
    """A recording that a version shows: it can no longer be deleted, and whoever met the version may play it."""

    version = models.ForeignKey(QuestionVersion, on_delete=models.CASCADE, related_name="recording_links")
    recording = models.ForeignKey("library.Recording", on_delete=models.PROTECT, related_name="+")

    wagtail_reference_index_ignore = True

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["version", "recording"], name="quizzes_version_recording_once")
        ]

    def __str__(self) -> str:
        return f"Recording {self.recording_id} of version {self.version_id}"
