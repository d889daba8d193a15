"""What the back office's first page shows: what waits for this person, and their courses with what is missing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page, TaskState, WorkflowState

from courses.admin.readiness import Readiness, readiness_of
from courses.models import CoursePage, ModulePage, Unit
from evidence.models import Claim
from home.admin.roles import INSTRUCTORS, PROVIDERS

COURSES_SHOWN = 30
ASKED = 50


@dataclass(frozen=True)
class Waiting:
    """One thing that goes on only when this person does something."""

    kind: str
    what: str
    url: str
    note: str = ""
    since: datetime | None = None


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


def waiting_for(user: Any) -> list[Waiting]:
    """Everything that waits for this person, oldest first."""
    found = [*_to_review(user), *_sent_back(user), *_claims(user)]
    return sorted(found, key=lambda one: one.since or timezone.now())


def _to_review(user: Any) -> list[Waiting]:
    states = TaskState.objects.reviewable_by(user).select_related("revision", "task").order_by("started_at")[:ASKED]
    pages = [(state, state.revision.content_object) for state in states]
    return [
        Waiting(kind="Review", what=_title(page), url=_edit(page), note=state.task.name, since=state.started_at)
        for state, page in pages
        if isinstance(page, Page)
    ]


def _sent_back(user: Any) -> list[Waiting]:
    below = Q()
    for path in CoursePage.objects.filter(course_instructors__user=user).values_list("path", flat=True):
        below |= Q(path__startswith=path)
    mine = {str(pk) for pk in Page.objects.filter(below).values_list("pk", flat=True)} if below else set()
    states = (
        WorkflowState.objects.filter(status=WorkflowState.STATUS_NEEDS_CHANGES)
        .filter(Q(requested_by=user) | Q(object_id__in=mine))
        .select_related("current_task_state")
        .order_by("created_at")[:ASKED]
    )
    found = []
    for state in states:
        page, task = state.content_object, state.current_task_state
        if isinstance(page, Page) and page.permissions_for_user(user).can_edit():
            note = task.comment if task else ""
            since = task.finished_at if task else state.created_at
            found.append(Waiting(kind="Sent back", what=_title(page), url=_edit(page), note=note, since=since))
    return found


def _claims(user: Any) -> list[Waiting]:
    """For reviewers: claims that nobody has reviewed, and those due again."""
    if not user.has_perm("evidence.change_claim"):
        return []
    due = Claim.objects.filter(
        Q(reviewed_by=None) | Q(reviewed_on=None) | Q(review_due__lte=timezone.localdate())
    ).order_by("key")
    return [
        Waiting(
            kind="Claim",
            what=claim.text[:120],
            url=reverse(Claim.snippet_viewset.get_url_name("edit"), args=[claim.pk]),  # type: ignore[attr-defined]
            note="due again" if claim.reviewed_by_id and claim.reviewed_on else "not reviewed yet",
        )
        for claim in due[:ASKED]
    ]


def course_rows(user: Any) -> list[CourseRow]:
    """My courses, each with its outline as its author needs it."""
    return [_course_row(course) for course in courses_of(user)]


def _course_row(course: CoursePage) -> CourseRow:
    draft = course.get_latest_revision_as_object()
    below = list(Page.objects.descendant_of(course).order_by("path").specific(defer=True))
    modules: list[ModuleRow] = []
    for page in below:
        if isinstance(page, ModulePage):
            modules.append(
                ModuleRow(title=_title(page), url=_edit(page), state=_state(page), units=[], add=_addable(page))
            )
        elif isinstance(page, Unit) and modules:
            modules[-1].units.append(UnitRow(title=_title(page), kind=page.kind, url=_edit(page), state=_state(page)))
    return CourseRow(
        course=course,
        title=draft.title,
        state=_state(course),
        readiness=readiness_of(draft),
        modules=modules,
        edit_url=_edit(course),
        preview_url=reverse("wagtailadmin_pages:view_draft", args=[course.pk]),
        live_url=course.get_url() or "" if course.live else "",
        add_module_url=_add(ModulePage, course),
    )


def _addable(module: Page) -> list[tuple[str, str]]:
    """A lesson, a quiz: whatever kinds of unit there are."""
    return [
        (model.kind, _add(model, module)) for model in ModulePage.creatable_subpage_models() if issubclass(model, Unit)
    ]


def _add(model: type[Page], parent: Page) -> str:
    return reverse("wagtailadmin_pages:add", args=[model._meta.app_label, model._meta.model_name, parent.pk])


def _edit(page: Page) -> str:
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def _title(page: Page) -> str:
    return str(page.draft_title or page.title)


def _state(page: Page) -> str:
    if not page.live:
        return "draft"
    return "published, with changes" if page.has_unpublished_changes else "published"
