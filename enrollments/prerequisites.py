"""Courses that come first."""

from typing import Any

from courses.models import CoursePage
from enrollments.models import Enrollment


def unmet_prerequisites(user: Any, course: CoursePage) -> list[CoursePage]:
    """The courses still to be completed before this one; empty when enough of them are (all-of or n-of)."""
    required = [row.requires for row in course.prerequisites.select_related("requires")]
    if not required:
        return []
    done: set[int] = set()
    if user.is_authenticated:
        ids = [one.pk for one in required]
        done = set(
            Enrollment.objects.filter(user=user, course_id__in=ids)
            .exclude(completed_at=None)
            .values_list("course_id", flat=True)
        )
    missing = [one for one in required if one.pk not in done]
    needed = course.prerequisites_needed or len(required)
    return missing if len(required) - len(missing) < min(needed, len(required)) else []
