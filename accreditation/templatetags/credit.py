"""What pages may say about credit: only from approval rows that hold today."""

from typing import Any

from django import template

from accreditation.services import approvals_for
from core.hours import own_count
from courses.models import CoursePage
from courses.services import current_edition

register = template.Library()


@register.simple_tag
def credit_of(course: CoursePage) -> dict[str, Any]:
    """`{% credit_of page as credit %}`: `approvals` that hold today, else `own_hours` by our own count."""
    edition = current_edition(course)
    if edition is None:
        return {"approvals": [], "own_hours": None, "edition": None}
    return {
        "approvals": approvals_for(edition),
        "own_hours": own_count(words=edition.words, media_seconds=edition.media_seconds),
        "edition": edition,
    }
