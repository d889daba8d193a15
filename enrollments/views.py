"""A learner says: done."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST
from wagtail.models import Page

from accounts.requests import OwnRequest
from core.access import allowed_or_404
from courses.models import CoursePage, Unit
from enrollments.services import complete_unit
from enrollments.standing import course_id_above, outline_of, standing_of


@require_POST
@login_required
def complete(request: OwnRequest, page_id: int) -> HttpResponse:
    """Complete a unit that is completed by the learner's word, and go on to the next one."""
    page = Page.objects.filter(pk=page_id, live=True).first()
    unit = page.specific if page else None
    if not isinstance(unit, Unit) or unit.completed_by != "learner":
        raise Http404
    allowed_or_404(request.user, "complete", unit)
    course = CoursePage.objects.get(pk=course_id_above(unit))
    enrollment = standing_of(request.user, course.pk).enrollment
    assert enrollment is not None  # noqa: S101 - `can` said that this person is enrolled
    complete_unit(enrollment=enrollment, unit=unit, evidence={"by": "learner"})
    units = [one for module in outline_of(request.user, course) for one in module.units]
    position = next((number for number, one in enumerate(units) if one.page.pk == unit.pk), len(units) - 1)
    following = next((one for one in units[position + 1 :] if one.open), None)
    enrollment.refresh_from_db(fields=["completed_at"])
    if enrollment.completed_at and not following:
        messages.success(request, "You have completed this course.")
    else:
        messages.success(request, f"{unit.title}: done.", extra_tags="completed")
    return redirect(following.page.get_url(request) if following else course.get_url(request))
