"""The approval clock: until when completing a course earns credit, for an edition and for those under way in it."""

from collections.abc import Iterable
from datetime import date

from django.conf import settings
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from accreditation.models import Approval, ApprovalBody, CourseApproval, CreditLine
from accreditation.rules.clock import Term, last_day
from courses.models import CourseEdition
from enrollments.models import Enrollment

TAKEN_BACK = (Approval.Status.LAPSED, Approval.Status.REVOKED)
Covering = dict[int, list[CourseApproval]]
"""By edition, the approvals that cover it, in whatever state they are."""


def finish_by(enrollment: Enrollment, *, on: date | None = None) -> date | None:
    """The last day on which completing earns the credit of every board that gives it now; None: no board does."""
    return finish_by_of([enrollment], on=on).get(enrollment.pk)


def finish_by_of(
    enrollments: Iterable[Enrollment], *, on: date | None = None, covering: Covering | None = None
) -> dict[int, date]:
    """The same for many, by enrollment; those without a board's credit are left out.

    `covering`: what `approvals_of` has found for their courses already; without it, two queries.
    """
    wanted = list(enrollments)
    day = on or timezone.localdate()
    covering = approvals_of(one.course_id for one in wanted) if covering is None else covering
    found = {one.pk: last_days(covering.get(one.edition_id, []), on=day) for one in wanted}
    return {pk: min(days.values()) for pk, days in found.items() if days}


def last_days(approvals: Iterable[CourseApproval], *, on: date) -> dict[ApprovalBody, date]:
    """By board, the last day of its unbroken approval; boards that give nothing on that day are left out."""
    days = {body: last_day(terms, on=on) for body, terms in terms_of(approvals).items()}
    return {body: day for body, day in days.items() if day is not None}


def approvals_of(course_ids: Iterable[int]) -> Covering:
    """Which approvals with hours cover each edition of these courses: two queries for any number, one without any.

    An edition that only corrects another one has the other's approvals.
    """
    courses = set(course_ids)
    by_edition: Covering = {}
    found = CourseApproval.objects.filter(course_id__in=courses).select_related("provider_approval__body")
    with_hours = Exists(CreditLine.objects.filter(approval=OuterRef("pk")))
    for one in found.filter(with_hours).annotate(edition_id=F("editions")).order_by("pk"):
        by_edition.setdefault(one.edition_id, []).append(one)
    if not by_edition:
        return {}
    return {
        pk: list({one.pk: one for link in chain for one in by_edition.get(link, [])}.values())
        for pk, chain in _chains(courses).items()
    }


def _chains(course_ids: set[int]) -> dict[int, list[int]]:
    """Each edition with those that it corrects, back to the last change of content."""
    chains: dict[int, list[int]] = {}
    of_course: dict[int, list[int]] = {}
    editions = CourseEdition.objects.filter(course_id__in=course_ids).order_by("course_id", "number")
    for pk, course_id, change in editions.values_list("pk", "course_id", "change"):
        before = [] if change == CourseEdition.Change.CONTENT else of_course.get(course_id, [])
        chains[pk] = of_course[course_id] = [*before, pk]
    return chains


def terms_of(approvals: Iterable[CourseApproval]) -> dict[ApprovalBody, list[Term]]:
    """By board, each approval as the clock sees it."""
    found: dict[ApprovalBody, list[Term]] = {}
    for one in approvals:
        found.setdefault(one.provider_approval.body, []).append(_term(one))
    return found


def _term(approval: CourseApproval) -> Term:
    """Its own term and the school's together. A sample gives nothing on a real site."""
    both = (approval, approval.provider_approval)
    real = settings.SAMPLES or not any(one.is_sample for one in both)
    return Term(
        approval=approval.pk,
        first=max(one.valid_from for one in both),
        last=min(one.valid_to for one in both),
        gives=real and all(one.status in Approval.GIVES_CREDIT for one in both),
        taken_back=real and any(one.status in TAKEN_BACK for one in both),
    )
