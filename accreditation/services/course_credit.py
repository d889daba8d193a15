"""What courses have to offer to boards on a day: for many courses at once, in a constant number of queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from accreditation.models import CourseApproval, ProviderApproval
from core.hours import own_count
from courses.models import CourseEdition, CoursePage


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseCredit:
    """Approvals that hold for the newest edition of a course, and the hours by the school's own count."""

    course: CoursePage
    own_hours: Decimal = Decimal(0)
    approvals: Sequence[CourseApproval] = ()
    schools: Sequence[ProviderApproval] = ()
    """The school's approvals by bodies that approve schools, not courses."""


def credit_of_courses(courses: Sequence[CoursePage], *, on: date, bodies: Iterable[int] = ()) -> list[CourseCredit]:
    """In the order of the courses. `bodies`: those that approve schools, whose approval of this one is wanted too."""
    ids = [course.pk for course in courses]
    editions = CourseEdition.objects.filter(course__in=ids).order_by("number")
    editions = editions.only("course_id", "number", "change", "words", "media_seconds")
    newest = {one.course_id: one for one in editions}
    since = {one.course_id: one.number for one in editions if one.change == CourseEdition.Change.CONTENT}
    numbers = {one.pk: one.number for one in editions}
    covered: dict[int, int] = {}
    links = CourseApproval.editions.through.objects.filter(courseapproval__course__in=ids)
    for approval_id, edition_id in links.values_list("courseapproval_id", "courseedition_id"):
        covered[approval_id] = max(covered.get(approval_id, 0), numbers.get(edition_id, 0))
    approvals: dict[int, list[CourseApproval]] = {}
    found = CourseApproval.objects.in_term(on).filter(course__in=ids).order_by("pk")
    for one in found.select_related("provider_approval__body").prefetch_related("credit_lines"):
        # an approval of the newest content, or of a correction since, goes on through corrections (DESIGN.md, Editions)
        if one.hours > 0 and covered.get(one.pk, 0) >= since.get(one.course_id, 1):
            approvals.setdefault(one.course_id, []).append(one)
    schools = approvals_of_the_school(bodies, on=on)
    return [
        CourseCredit(
            course=course,
            own_hours=_own(newest.get(course.pk)),
            approvals=approvals.get(course.pk, []),
            schools=schools,
        )
        for course in courses
    ]


def approvals_of_the_school(bodies: Iterable[int], *, on: date) -> list[ProviderApproval]:
    """The school's own approvals by these bodies that hold on a day; those that end last first."""
    wanted = list(bodies)
    if not wanted:
        return []
    held = ProviderApproval.objects.filter(body__in=wanted).select_related("body").order_by("-valid_to", "pk")
    return [one for one in held if one.holds_on(on)]


def _own(edition: CourseEdition | None) -> Decimal:
    return own_count(words=edition.words, media_seconds=edition.media_seconds) if edition else Decimal(0)
