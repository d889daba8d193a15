"""Seam 3 of DESIGN.md: a completed course inserts unfinished rows; what they lead to happens after the commit."""

from typing import Any

from certificates.services import request_certificates
from enrollments.models import Enrollment
from enrollments.signals import course_completed


def connect() -> None:
    """Called once, when the app is ready."""
    course_completed.connect(promise, dispatch_uid="certificates")


def promise(sender: Any, enrollment: Enrollment, **kwargs: Any) -> None:
    """A finished course has earned its certificates."""
    request_certificates(enrollment=enrollment)
