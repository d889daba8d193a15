"""How long the records of a completion are kept: the longest rule that applies, and a legal hold before all of them.

The clock is shown. Nothing is thrown away by it: erasing records is a step of its own, not built yet.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings

from accreditation.models import CourseApproval, CreditAward
from core.months import months_later
from enrollments.models import Enrollment
from records.models import LegalHold, RetentionPolicy

OWN = None
"""Our own policies name no body: they hold for every course."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Until when the records of one enrollment are kept. No day: the course is not completed, or no rule is entered."""

    until: date | None
    why: str
    held: bool = False

    def __str__(self) -> str:
        if self.held:
            return f"legal hold: {self.why}"
        return f"{self.until:%Y-%m-%d}: {self.why}" if self.until else self.why


def kept_until(enrollment: Enrollment) -> date | None:
    """The last day on which its records are kept for sure; None: nobody can say yet. A hold has no last day."""
    clock = clocks([enrollment])[enrollment.pk]
    return date.max if clock.held else clock.until


def clocks(enrollments: Sequence[Enrollment]) -> dict[int, Clock]:
    """The clock of each, in four queries however many there are."""
    holds = dict(
        LegalHold.objects.filter(enrollment__in=enrollments, closed_at=None).values_list("enrollment", "reason")
    )
    policies = _longest_of_each_body()
    bodies = _bodies_of(enrollments)
    found = {}
    for one in enrollments:
        if one.pk in holds:
            found[one.pk] = Clock(None, holds[one.pk], held=True)
        else:
            found[one.pk] = _clock(one, [policies[body] for body in (OWN, *bodies[one.pk]) if body in policies])
    return found


def _clock(enrollment: Enrollment, policies: Iterable[RetentionPolicy]) -> Clock:
    if enrollment.completed_on is None:
        return Clock(None, "not completed")
    longest = max(policies, key=lambda policy: policy.years, default=None)
    if longest is None:
        return Clock(None, "no rule is entered")
    return Clock(months_later(enrollment.completed_on, 12 * longest.years), longest.basis)


def _longest_of_each_body() -> dict[int | None, RetentionPolicy]:
    """By body, and under None our own. All classes of records together: an audit asks for them together."""
    policies = RetentionPolicy.objects.all() if settings.SAMPLES else RetentionPolicy.objects.filter(is_sample=False)
    return {policy.body_id: policy for policy in policies.order_by("years")}


def _bodies_of(enrollments: Sequence[Enrollment]) -> dict[int, set[int]]:
    """Bodies that may ask for it: those that gave credit, and those whose approval of the course held on the day."""
    found: dict[int, set[int]] = defaultdict(set)
    body = "course_approval__provider_approval__body"
    for pk, one in CreditAward.objects.filter(enrollment__in=enrollments).values_list("enrollment", body):
        found[pk].add(one)
    terms = list(
        CourseApproval.objects.filter(course__in={one.course_id for one in enrollments})
        .exclude(status__in=[CourseApproval.Status.DRAFT, CourseApproval.Status.SUBMITTED])
        .values_list("course", "valid_from", "valid_to", "provider_approval__body")
    )
    for one in enrollments:
        for course, first, last, body_id in terms:
            if one.completed_on and course == one.course_id and first <= one.completed_on <= last:
                found[one.pk].add(body_id)
    return found
