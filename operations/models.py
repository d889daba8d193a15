"""What the operator wants to know: when the sweep last ran."""

from typing import ClassVar

from django.db import models
from django.utils import timezone


class SweepRun(models.Model):
    """The last sweeps, so that a stopped timer is seen."""

    finished_at = models.DateTimeField(default=timezone.now)
    report = models.JSONField(default=dict)

    wagtail_reference_index_ignore = True

    class Meta:
        ordering: ClassVar[list[str]] = ["-finished_at"]

    def __str__(self) -> str:
        return self.finished_at.isoformat()
