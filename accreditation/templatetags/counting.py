"""Will this count for me? On course pages before paying, and on the desk."""

from typing import Any

from django import template
from django.utils import timezone

from accreditation.forms.counting import ChooserForm
from accreditation.models import ProfessionalLicense
from accreditation.services.asking import askers_of, school_bodies
from accreditation.services.counting import Answer, answer
from accreditation.services.course_credit import CourseCredit, approvals_of_the_school, credit_of_courses
from courses.models import CoursePage

register = template.Library()


@register.simple_tag
def counts_for_licenses(course: CoursePage, user: Any, credit: dict[str, Any] | None = None) -> list[Answer]:
    """`{% counts_for_licenses course user as answers %}`: one answer for each license that the person entered.

    `credit`: what `{% credit_of %}` has found for this course already, so that nothing is asked twice.
    """
    if not user.is_authenticated:
        return []
    licenses = list(ProfessionalLicense.objects.of(user).usable().select_related("jurisdiction", "profession"))
    if not licenses:
        return []
    today = timezone.localdate()
    askers = askers_of(licenses, on=today, but=course)
    bodies = school_bodies(askers)
    if credit is None:
        found = credit_of_courses([course], on=today, bodies=bodies)[0]
    else:
        found = CourseCredit(
            course=course,
            own_hours=credit["own_hours"] or CourseCredit(course=course).own_hours,
            approvals=credit["approvals"],
            schools=approvals_of_the_school(bodies, on=today),
        )
    return [answer(found, asker) for asker in askers]


@register.simple_tag
def count_chooser(course: CoursePage | None = None) -> ChooserForm:
    """`{% count_chooser page as form %}`: state and license, for a question to /count/."""
    return ChooserForm(initial={"course": course.slug if course else ""})
