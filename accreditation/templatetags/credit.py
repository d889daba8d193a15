"""What pages may say about credit: only from approval rows that hold today."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.db.models import prefetch_related_objects
from django.utils import timezone

from accreditation.models import CourseApproval
from accreditation.services.clock import approvals_of
from accreditation.services.statements import announced
from core.hours import own_count
from courses.models import CoursePage
from courses.services import current_edition

register = template.Library()


@register.simple_tag
def credit_of(course: CoursePage) -> dict[str, Any]:
    """`{% credit_of page as credit %}`: what is `announced` today and its `approvals`, else `own_hours`."""
    edition, on = current_edition(course), timezone.localdate()
    if edition is None:
        return {"announced": [], "approvals": [], "own_hours": None, "edition": None}
    covering = approvals_of([course.pk]).get(edition.pk, [])
    prefetch_related_objects(covering, "credit_lines")
    said = announced(covering, on=on)
    return {
        "announced": said,
        "approvals": [one.approval for one in said if not one.pending],
        "own_hours": own_count(words=edition.words, media_seconds=edition.media_seconds),
        "edition": edition,
    }


@register.simple_tag
def approved_today(courses: Iterable[CoursePage]) -> set[int]:
    """`{% approved_today courses as approved %}`: which of a list have a board's approval this very day.

    The catalogue's facts are as old as the last sweep. One query, where any of them is said to be approved.
    """
    said = [one.pk for one in courses if hasattr(one, "facts") and one.facts.hours_approved]
    if not said:
        return set()
    found = CourseApproval.objects.in_term(timezone.localdate()).filter(course__in=said)
    return set(found.values_list("course_id", flat=True))
