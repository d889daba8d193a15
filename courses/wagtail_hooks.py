"""Courses in Wagtail's admin: what stands in the way of publishing, the bulk gate, small pages and menus."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.models import Page
from wagtail.permissions import policy_registry, register_permission_policy

from courses.admin import views
from courses.admin.gates import refuse_in_bulk
from courses.admin.problems import problems_of
from courses.admin.viewsets import PolicyPermissions, SchoolGroup
from courses.models import CourseEdition, CoursePage, ModulePage, PolicyVersion, SchoolSettings, Unit
from courses.outline import course_of
from courses.services import current_edition

register_permission_policy(PolicyVersion, PolicyPermissions(PolicyVersion))


@hooks.register("publish_problems")
def courses_publish_problems(page: Page) -> list[str]:
    """Reasons of courses and lessons."""
    return problems_of(page)


@hooks.register("before_bulk_action")
def bulk_gate(request: HttpRequest, action_type: str, objects: list[Any], action: Any) -> HttpResponse | None:
    """Publishing of many pages at once."""
    return refuse_in_bulk(request, action_type, objects, action)


@hooks.register("construct_page_chooser_queryset")
def no_drafts_of_others(pages: QuerySet[Page], request: HttpRequest) -> QuerySet[Page]:
    """A draft is known to its course's team, the reviewers and the provider, also where a link is chosen."""
    mine = policy_registry.get_by_type(Page).explorable_instances(request.user)
    return pages.filter(Q(live=True) | Q(pk__in=mine.values("pk")))


@hooks.register("before_move_page")
def asked_before_it_is_named(request: HttpRequest, page: Page, destination: Page) -> None:
    """Wagtail asks only when the move is confirmed, after a page that shows the title."""
    if not page.permissions_for_user(request.user).can_move_to(destination):
        raise PermissionDenied


@hooks.register("after_publish_page")
def say_what_the_edition_means(request: HttpRequest, page: Page) -> None:
    """After publishing: whether a new edition was made, and what that does to its credit."""
    if not isinstance(page, CoursePage | ModulePage | Unit):
        return
    course = course_of(page)
    edition = current_edition(course) if course else None
    if (
        edition is None
        or edition.number == 1
        or page.live_revision is None
        or edition.made_at < page.live_revision.created_at
    ):
        return
    if edition.change == CourseEdition.Change.CONTENT:
        text = "It carries no CE credit until the provider has confirmed the course approval for it."
    else:
        text = "It keeps the course approval."
    messages.info(request, f"This made edition {edition.number} ({edition.get_change_display().lower()}). {text}")


@hooks.register("register_admin_urls")
def small_pages() -> list[URLPattern]:
    """Begin a course; who teaches what."""
    return [
        path("courses/new/", views.new_course, name="new_course"),
        path("courses/teams/", views.teams, name="course_teams"),
        path("courses/teams/<int:course_id>/", views.team, name="course_team"),
        path("courses/teams/<int:course_id>/remove/", views.remove, name="course_team_remove"),
    ]


class NeedsPermission(MenuItem):
    """A menu item for those who may open its page."""

    def __init__(self, *args: Any, permission: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.permission = permission

    def is_shown(self, request: HttpRequest) -> bool:
        """By permission."""
        return request.user.has_perm(self.permission)


@hooks.register("register_admin_menu_item")
def new_course_item() -> MenuItem:
    """Instructors begin courses; they hold no right on the catalogue itself."""
    return NeedsPermission(
        "New course", reverse("new_course"), name="new-course", icon_name="plus", order=90, permission=views.MAY_BEGIN
    )


@hooks.register("register_admin_menu_item")
def teams_item() -> MenuItem:
    """Who teaches what."""
    return NeedsPermission(
        "Who teaches",
        reverse("course_teams"),
        name="course-teams",
        icon_name="group",
        order=335,
        permission=views.MAY_ASSIGN,
    )


@hooks.register("register_admin_viewset")
def school_menu() -> SchoolGroup:
    """Policies, profiles, topics."""
    return SchoolGroup()


@hooks.register("mail_words")
def school_in_mails() -> dict[str, str]:
    """The school's name and address stand at the foot of every mail."""
    school = SchoolSettings.objects.filter(site__is_default_site=True).first()
    if school is None:
        return {}
    return {"school_name": school.name, "school_address": school.address, "school_email": school.email}
