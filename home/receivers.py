"""When the catalogue appears, it gets its review workflow; reviewers get their way into it."""

from typing import Any

from django.db.models.signals import post_save

from courses.models import CourseIndexPage
from home.admin.roles import ensure_review


def connect() -> None:
    """Whoever makes the catalogue: the demo, the provider, a test."""
    post_save.connect(on_catalogue, sender=CourseIndexPage, dispatch_uid="home.review")


def on_catalogue(sender: type, created: bool = False, **kwargs: Any) -> None:
    """Once, when it is made."""
    if created:
        ensure_review()
