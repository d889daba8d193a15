"""What the back office's first page shows of somebody's courses, with what is missing."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from wagtail.models import Page

from courses.admin.readiness import Readiness, readiness_of
from courses.models import CoursePage, ModulePage, Unit
from home.admin.roles import INSTRUCTORS, PROVIDERS
from home.admin.waiting import edit_url, title_of

RELATED = (
    ("Learners", "enrollments:index", "course", None),
    ("Offers", "offers:index", "items__course", "payments.view_offer"),
    ("Orders", "orders:index", "course", "payments.view_order"),
    ("Approvals", "wagtailsnippets_accreditation_courseapproval:list", "course", "accreditation.view_courseapproval"),
)
COURSES_SHOWN = 30


@dataclass(frozen=True)
class UnitRow:
    """A lesson or quiz in its author's list."""

    title: str
    kind: str
    url: str
    state: str


@dataclass(frozen=True)
class ModuleRow:
    """A module with its units, and what can be added to it."""

    title: str
    url: str
    state: str
    units: list[UnitRow]
    add: list[tuple[str, str]]


@dataclass(frozen=True)
class CourseRow:
    """A course, how ready it is, and the way to everything in it."""

    course: CoursePage
    title: str
    state: str
    readiness: Readiness
    modules: list[ModuleRow]
    edit_url: str
    preview_url: str
    live_url: str
    add_module_url: str
    related: list[tuple[str, str]]
    """Who studies it, what it costs, what approves it: as far as this person may see it."""


def is_instructor(user: Any) -> bool:
    """Works in courses and runs nothing else: gets the short menus and the instructor's start."""
    names = set(user.groups.values_list("name", flat=True)) if user.is_authenticated else set()
    return INSTRUCTORS in names and PROVIDERS not in names and not user.is_superuser


def courses_of(user: Any) -> list[CoursePage]:
    """The courses that somebody works in: one's own, or for the provider all."""
    courses = (
        CoursePage.objects.all()
        if user.has_perm("courses.change_courseinstructor")
        else CoursePage.objects.filter(course_instructors__user=user)
    )
    return list(courses.order_by("title")[:COURSES_SHOWN])


def course_rows(user: Any) -> list[CourseRow]:
    """My courses, each with its outline as its author needs it."""
    return [_course_row(course, user) for course in courses_of(user)]


def _course_row(course: CoursePage, user: Any) -> CourseRow:
    draft = course.get_latest_revision_as_object()
    below = list(Page.objects.descendant_of(course).order_by("path").specific(defer=True))
    modules: list[ModuleRow] = []
    for page in below:
        if isinstance(page, ModulePage):
            modules.append(
                ModuleRow(title=title_of(page), url=edit_url(page), state=_state(page), units=[], add=_addable(page))
            )
        elif isinstance(page, Unit) and modules:
            modules[-1].units.append(
                UnitRow(title=title_of(page), kind=page.kind, url=edit_url(page), state=_state(page))
            )
    return CourseRow(
        course=course,
        title=draft.title,
        state=_state(course),
        readiness=readiness_of(draft),
        modules=modules,
        edit_url=edit_url(course),
        preview_url=reverse("wagtailadmin_pages:view_draft", args=[course.pk]),
        live_url=course.get_url() or "" if course.live else "",
        add_module_url=_add(ModulePage, course),
        related=[
            (label, f"{reverse(name)}?{by}={course.pk}")
            for label, name, by, permission in RELATED
            if permission is None or user.has_perm(permission)
        ],
    )


def _addable(module: Page) -> list[tuple[str, str]]:
    """A lesson, a quiz: whatever kinds of unit there are."""
    return [
        (model.kind, _add(model, module)) for model in ModulePage.creatable_subpage_models() if issubclass(model, Unit)
    ]


def _add(model: type[Page], parent: Page) -> str:
    return reverse("wagtailadmin_pages:add", args=[model._meta.app_label, model._meta.model_name, parent.pk])


def _state(page: Page) -> str:
    if not page.live:
        return "draft"
    return "published, with changes" if page.has_unpublished_changes else "published"
