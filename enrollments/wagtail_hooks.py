"""The page door: every page asks `can` before it is served; and the enrollments menu."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from wagtail import hooks
from wagtail.models import Page
from wagtail.permissions import register_permission_policy

from core.access import can
from courses.models import CoursePage, ModulePage, Unit
from enrollments.admin import EnrollmentPermissions, EnrollmentViewSet
from enrollments.models import Enrollment
from enrollments.services import visit
from enrollments.standing import course_id_above, outline_of, standing_of

register_permission_policy(Enrollment, EnrollmentPermissions(Enrollment))


@hooks.register("register_admin_viewset")
def enrollments_menu() -> EnrollmentViewSet:
    """Who studies what."""
    return EnrollmentViewSet()


@hooks.register("before_serve_page")
def ask_before_serving(
    page: Page, request: HttpRequest, args: list[Any], kwargs: dict[str, Any]
) -> HttpResponse | None:
    """A unit that one may not open yet leads to its course page; everything else forbidden is 404."""
    if can(request.user, "view", page):
        if isinstance(page, Unit):
            _remember_visit(page, request)
        return None
    if not isinstance(page, Unit):
        raise Http404
    course = CoursePage.objects.filter(pk=course_id_above(page) or 0).first()
    if course is None or not can(request.user, "view", course) or not page.live or not page.get_parent().live:
        raise Http404
    _say_why(page, course, request)
    return redirect(course.get_url(request))


def _say_why(page: Unit, course: CoursePage, request: HttpRequest) -> None:
    """Why one stands on the course page instead; a hold or an ended access speaks for itself there."""
    where = standing_of(request.user, course.pk)
    if where.enrollment is None:
        messages.info(request, f"“{page.title}” opens when you enroll.")
    elif where.has_access:
        modules = outline_of(request.user, course)
        waits = next((one.opens_after for one in modules if one.page.pk == page.get_parent().pk), "")
        after = f" It opens when you have passed “{waits}”." if waits else ""
        messages.info(request, f"“{page.title}” is not open yet.{after}")


def _remember_visit(page: Unit, request: HttpRequest) -> None:
    course_id = course_id_above(page)
    if course_id is None or not request.user.is_authenticated or request.method != "GET":
        return
    standing = standing_of(request.user, course_id)
    if standing.enrollment and standing.has_access:
        visit(enrollment=standing.enrollment, unit=page)


@hooks.register("before_serve_page")
def modules_are_parts_of_the_course_page(page: Page, request: HttpRequest, *args: Any) -> HttpResponse | None:
    """A module has no page of its own: its outline stands on the course page."""
    if isinstance(page, ModulePage):
        return HttpResponseRedirect(f"{page.get_parent().get_url(request)}#{page.slug}")
    return None
