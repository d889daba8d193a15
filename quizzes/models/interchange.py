"""Files of questions on their way in: looked at first, stored when somebody says so."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models


class QuestionImport(models.Model):
    """One uploaded file: its report, and what became of it."""

    class State(models.TextChoices):
        LOOKED_AT = "looked_at", "Report made, nothing stored"
        STORED = "stored", "Stored"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    bank = models.ForeignKey("quizzes.QuestionBank", on_delete=models.PROTECT, related_name="imports")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    format = models.CharField(max_length=20)
    name = models.CharField(max_length=200)
    content = models.BinaryField(help_text="The file as it came; emptied once it is stored.")
    sha256 = models.CharField(max_length=64)
    report = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.LOOKED_AT)
    created_at = models.DateTimeField()
    stored_at = models.DateTimeField(null=True)

    wagtail_reference_index_ignore = True

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at"]

    def __str__(self) -> str:
        return self.name
