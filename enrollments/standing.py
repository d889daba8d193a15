"""Where a person stands in a course: enrollment, progress, open modules. Read once per request."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from wagtail.fields import StreamField
from wagtail.models import Page, get_page_models

from courses.models import CoursePage, ModulePage, Unit
from courses.outline import paths_above
from enrollments.models import AccessHold, Enrollment
from enrollments.rules import modules_open


@dataclass(frozen=True)
class OutlineUnit:
    """A unit as the outline shows it."""

    page: Page
    key: str
    kind: str
    minutes: int
    done: bool
    open: bool
    free: bool
    required: bool


@dataclass(frozen=True)
class OutlineModule:
    """A module with its units; `opens_after` names the module it waits for while it is locked."""

    page: Page
    summary: str
    open: bool
    opens_after: str
    units: list[OutlineUnit]


@dataclass
class Standing:
    """A person in a course. Visitors and strangers have one too: without enrollment."""

    course_id: int
    enrollment: Enrollment | None = None
    held: bool = False
    teaches: bool = False
    completed: frozenset[str] = frozenset()
    _modules: list[OutlineModule] | None = field(default=None, repr=False)

    @property
    def has_access(self) -> bool:
        """Enrolled, not held, not past the end of access."""
        if self.enrollment is None or self.held:
            return False
        until = self.enrollment.access_until
        return until is None or until > timezone.now()

    def holds(self) -> list[AccessHold]:
        """Why access is suspended."""
        return list(AccessHold.objects.suspending().filter(enrollment=self.enrollment)) if self.enrollment else []


def standing_of(user: Any, course_id: int) -> Standing:
    """Remembered on the user object, which lives as long as the request; services forget it after a change."""
    if not user.is_authenticated:
        return Standing(course_id=course_id)
    remembered: dict[int, Standing] = user.__dict__.setdefault("_standings", {})
    if course_id not in remembered:
        remembered[course_id] = _read(user, course_id)
    return remembered[course_id]


def forget_standing(user: Any) -> None:
    """After a change the next question reads again."""
    user.__dict__.pop("_standings", None)


def _read(user: Any, course_id: int) -> Standing:
    enrollment = (
        Enrollment.objects.current()
        .with_hold()
        .filter(user=user, course_id=course_id)
        .select_related("edition")
        .first()
    )
    if enrollment is None:
        return Standing(course_id=course_id, teaches=teaches(user, course_id))
    completed = frozenset(str(key) for key in enrollment.completions.values_list("unit_key", flat=True))
    held = bool(getattr(enrollment, "held", False))
    return Standing(
        course_id=course_id,
        enrollment=enrollment,
        held=held,
        completed=completed,
        teaches=user.is_staff and teaches(user, course_id),
    )


def teaches(user: Any, course_id: int) -> bool:
    """Instructors of the course, and the operator."""
    return bool(user.is_superuser or user.teaches.filter(course_id=course_id).exists())


def course_id_above(page: Page) -> int | None:
    """The course that a page belongs to; no query for pages from our router, which leaves the parents behind."""
    step: Any = page
    while step is not None and step.depth > 1:
        if step.specific_class is CoursePage:
            return int(step.pk)
        step = getattr(step, "_cached_parent_obj", None)
    return CoursePage.objects.filter(path__in=paths_above(page.path)).values_list("pk", flat=True).first()


def locks_of(course_path: str) -> dict[str, str]:
    """Module key -> key of the module that must be passed first, from the live pages, in order."""
    rows = ModulePage.objects.filter(path__startswith=course_path, live=True).order_by("path")
    return {
        str(key): str(lock or "")
        for key, lock in rows.values_list("translation_key", "requires_module__translation_key")
    }


def module_open(standing: Standing, module: Page) -> bool:
    """Whether this module is open for this learner: opened once before, or its lock is passed."""
    enrollment = standing.enrollment
    if enrollment is None:
        return False
    key = str(module.translation_key)
    if key in enrollment.open_modules:
        return True
    row = ModulePage.objects.filter(pk=module.pk).values_list("requires_module__translation_key", flat=True).first()
    return key in modules_open(enrollment.edition.outline, standing.completed, [], {key: str(row or "")})


def outline_of(user: Any, course: Page) -> list[OutlineModule]:
    """The course's live outline with the learner's progress on every unit, in a constant number of queries."""
    standing = standing_of(user, course.pk)
    if standing._modules is not None:
        return standing._modules
    pages = _pages_with_details(course)
    modules = {page.pk: page.modulepage for page in pages if page.specific_class is ModulePage}
    details: dict[int, Unit] = {
        page.pk: getattr(page, page.specific_class._meta.model_name)
        for page in pages
        if page.specific_class and issubclass(page.specific_class, Unit)
    }
    known = standing.enrollment.edition.outline if standing.enrollment else []
    before = standing.enrollment.open_modules if standing.enrollment else []
    locks = {
        str(m.translation_key): str(m.requires_module.translation_key) if m.requires_module else ""
        for m in modules.values()
    }
    opened = set(modules_open(known, standing.completed, before, locks)) if standing.enrollment else set()
    result: list[OutlineModule] = []
    for page in pages:
        if page.pk in modules:
            module = modules[page.pk]
            is_open = standing.teaches or str(module.translation_key) in opened
            waits = module.requires_module.title if module.requires_module and not is_open else ""
            result.append(OutlineModule(page=page, summary=module.summary, open=is_open, opens_after=waits, units=[]))
        elif page.pk in details and result and page.path.startswith(result[-1].page.path):
            unit = details[page.pk]
            may_open = unit.free_preview or standing.teaches or (standing.has_access and result[-1].open)
            result[-1].units.append(
                OutlineUnit(
                    page=page,
                    key=unit.unit_key,
                    kind=unit.kind,
                    minutes=unit.minutes,
                    done=unit.unit_key in standing.completed,
                    open=may_open,
                    free=unit.free_preview,
                    required=unit.required,
                )
            )
    standing._modules = result
    return result


def _pages_with_details(course: Page) -> list[Page]:
    """Live pages below a course, each with what its own kind adds: one query, however many kinds of unit there are."""
    kinds = [model for model in get_page_models() if model is ModulePage or issubclass(model, Unit)]
    bodies = [
        f"{kind._meta.model_name}__{field.name}"
        for kind in kinds
        for field in kind._meta.local_fields
        if isinstance(field, StreamField)
    ]
    pages = Page.objects.descendant_of(course).filter(live=True).order_by("path")
    wanted = ["modulepage__requires_module", *(kind._meta.model_name for kind in kinds)]
    return list(pages.select_related(*wanted).defer(*bodies))
