"""Small pages of the back office: begin a course, and say who teaches it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import OwnRequest
from courses.admin.forms import AssignForm, NewCourseForm, RemoveForm
from courses.models import CourseIndexPage, CoursePage
from courses.services import assign_instructor, create_course, remove_instructor

MAY_BEGIN = "courses.add_coursepage"
MAY_ASSIGN = "courses.change_courseinstructor"


@require_http_methods(["GET", "POST"])
def new_course(request: OwnRequest) -> HttpResponse:
    """A title, and the author is on the new course's page."""
    if not request.user.has_perm(MAY_BEGIN):
        raise PermissionDenied
    index = CourseIndexPage.objects.first()
    if index is None:
        raise Http404
    form = NewCourseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        course = create_course(index=index, title=form.cleaned_data["title"], instructor=request.user)
        messages.success(request, "Your course is a draft. Only you and the provider see it.")
        return redirect("wagtailadmin_pages:edit", course.pk)
    return render(request, "courses/admin/new_course.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
def teams(request: OwnRequest) -> HttpResponse:
    """Every course with those who teach it."""
    _allowed(request)
    courses = CoursePage.objects.order_by("title").prefetch_related("course_instructors__user")
    return render(request, "courses/admin/teams.html", {"courses": courses})


@require_http_methods(["GET", "POST"])
def team(request: OwnRequest, course_id: int) -> HttpResponse:
    """Who teaches one course; POST adds somebody."""
    _allowed(request)
    course = get_object_or_404(CoursePage, pk=course_id)
    form = AssignForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        assign_instructor(course=course, user=form.person)
        messages.success(request, f"{form.person} teaches {course} and can edit it.")
        return redirect("course_team", course.pk)
    people = course.course_instructors.select_related("user").order_by("user__email")
    context = {"course": course, "people": people, "form": form}
    return render(request, "courses/admin/team.html", context, status=422 if form.errors else 200)


@require_POST
def remove(request: OwnRequest, course_id: int) -> HttpResponse:
    """Somebody no longer teaches this course."""
    _allowed(request)
    course = get_object_or_404(CoursePage, pk=course_id)
    form = RemoveForm(request.POST, course=course)
    if not form.is_valid():
        raise Http404
    person = form.cleaned_data["user"]
    remove_instructor(course=course, user=person)
    messages.success(request, f"{person} no longer teaches {course} and can no longer edit it.")
    return redirect("course_team", course.pk)


def _allowed(request: OwnRequest) -> None:
    if not request.user.has_perm(MAY_ASSIGN):
        raise PermissionDenied
