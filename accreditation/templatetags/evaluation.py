"""Whether a finished course still asks for its evaluation: for the desk's rows and the course page."""

from dataclasses import dataclass

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.functional import cached_property

from accreditation.models import ApprovalBody, EvaluationGiven, EvaluationQuestion
from accreditation.services.evaluations import boards_waiting, questions_for
from enrollments.models import Enrollment

register = template.Library()
KEPT = "_evaluations_asked"


@dataclass(frozen=True)
class Offer:
    """An evaluation that this learner may still give. `boards`: whose certificates wait for it."""

    url: str
    declined: bool
    boards: list[str]


@dataclass
class _Asked:
    """What is the same for all rows of a page, read once."""

    given: dict[int, bool]
    of_all: bool
    of_boards: bool

    @cached_property
    def gates(self) -> bool:
        """Whether any board lets its certificate wait."""
        return ApprovalBody.objects.filter(evaluation_gates=True).exists()


@register.simple_tag(takes_context=True)
def evaluation_of(context: Context, enrollment: Enrollment | None) -> Offer | None:
    """`{% evaluation_of enrollment as evaluation %}`: an offer, or None before completion, once given, or if nothing is
    asked. However many rows a page has, three queries at most; a few more for each row where a board waits.
    """
    if enrollment is None or enrollment.completed_on is None:
        return None
    asked = _asked(context, enrollment.user_id)
    if not (asked.of_all or asked.of_boards) or asked.given.get(enrollment.pk) is False:
        return None
    if not asked.of_all and not questions_for(enrollment):
        return None
    return Offer(
        url=reverse("course_evaluation", args=[enrollment.course.slug]),
        declined=bool(asked.given.get(enrollment.pk)),
        boards=boards_waiting(enrollment) if asked.gates else [],
    )


def _asked(context: Context, user_id: int) -> _Asked:
    """Remembered on the request, which all templates of a page share."""
    request = getattr(context, "request", None)
    remembered: dict[int, _Asked] = request.__dict__.setdefault(KEPT, {}) if request else {}
    found = remembered.get(user_id)
    if found is None:
        bodies = list(EvaluationQuestion.objects.filter(is_active=True).order_by().values_list("body", flat=True))
        rows = EvaluationGiven.objects.filter(enrollment__user_id=user_id) if bodies else EvaluationGiven.objects.none()
        given = dict(rows.values_list("enrollment_id", "declined"))
        found = remembered[user_id] = _Asked(given=given, of_all=None in bodies, of_boards=any(bodies))
    return found
