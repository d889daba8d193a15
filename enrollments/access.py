"""Who may open what of a course (DESIGN.md rule 6), for pages and for the files that they show."""

from __future__ import annotations

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, Exists, ExpressionWrapper, F, Model, OuterRef, Q, QuerySet
from wagtail.models import Page, PageViewRestriction, ReferenceIndex, get_page_models

from core.access import Action
from courses.models import CourseIndexPage, CoursePage, ModulePage, Unit
from courses.outline import paths_above
from enrollments.models import Enrollment
from enrollments.standing import course_id_above, module_open, outline_of, standing_of
from library.access import FILES, works_with
from library.models import Handout, Picture, Recording


class EnrollmentPolicy:
    """Pages of the course tree, any other page, and the library's files. The last policy asked."""

    def can(self, user: Any, action: Action, obj: Model) -> bool | None:
        if isinstance(obj, Unit):
            return _unit(user, action, obj)
        if isinstance(obj, CourseIndexPage | CoursePage | ModulePage):
            return action == "view" and all_live(obj)
        if isinstance(obj, Page):
            specific = obj.specific_class
            if (
                specific
                and issubclass(specific, Unit | CoursePage | ModulePage | CourseIndexPage)
                and not isinstance(obj, specific)
            ):
                return self.can(user, action, obj.specific)
            return action == "view" and all_live(obj) and not _restricted(obj)
        if isinstance(obj, FILES):
            return action in ("view", "download") and _file(user, obj)
        if isinstance(obj, Enrollment):
            return obj.user_id == user.pk or (user.is_authenticated and standing_of(user, obj.course_id).teaches)
        return None

    def visible(self, user: Any, action: Action, queryset: QuerySet[Any]) -> QuerySet[Any] | None:
        model = queryset.model
        if issubclass(model, Page) and action == "view":
            return _visible_pages(user, queryset)
        if model is Enrollment and user.is_authenticated:
            taught = user.teaches.values("course_id")
            return queryset if user.is_superuser else queryset.filter(Q(user=user) | Q(course_id__in=taught))
        return None


def all_live(page: Page) -> bool:
    """Published means that every page above is live too. Our router leaves the parents behind: no query there."""
    if not page.live:
        return False
    step: Any = page
    while step.depth > 2 and getattr(step, "_cached_parent_obj", None) is not None:
        step = step._cached_parent_obj
        if not step.live:
            return False
    if step.depth <= 2:
        return True
    return not Page.objects.filter(path__in=paths_above(step.path)[1:], live=False).exists()


def _restricted(page: Page) -> bool:
    return PageViewRestriction.objects.filter(page__path__in=paths_above(page.path)).exists()


def _unit(user: Any, action: Action, unit: Unit) -> bool:
    if not all_live(unit):
        return False
    if action == "view" and unit.free_preview:
        return True
    course_id = course_id_above(unit)
    if course_id is None:
        return False
    standing = standing_of(user, course_id)
    if action == "view" and standing.teaches:
        return True
    if action not in ("view", "study", "complete", "attempt"):
        return False
    return standing.has_access and module_open(standing, _module_above(unit))


def _module_above(unit: Unit) -> Page:
    parent: Page = unit.get_parent()
    return parent


def _file(user: Any, item: Handout | Picture | Recording) -> bool:
    """A file may be opened by whoever may open a live page that uses it, and by those who work with it."""
    if works_with(user, item):
        return True
    page_type = ContentType.objects.get_for_model(Page)
    using = (
        ReferenceIndex.get_references_to(item).filter(base_content_type=page_type).values_list("object_id", flat=True)
    )
    policy = EnrollmentPolicy()
    pages = Page.objects.filter(pk__in={int(pk) for pk in using}, live=True).specific()
    return any(policy.can(user, "view", page) for page in pages)


def _visible_pages(user: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
    """The set form of `can(user, "view", page)`."""
    here = ExpressionWrapper(OuterRef("path"), output_field=CharField())
    drafts_above = Page.objects.filter(live=False).annotate(here=here).filter(here__startswith=F("path"))
    restricted = PageViewRestriction.objects.annotate(here=here).filter(here__startswith=F("page__path"))
    pages = queryset.filter(~Exists(drafts_above))
    unit_models = [model for model in get_page_models() if issubclass(model, Unit)]
    units = Q()
    free = Q()
    tree = Q()
    for model in unit_models:
        units |= Q(pk__in=model.objects.values("pk"))
        free |= Q(pk__in=model.objects.filter(free_preview=True).values("pk"))
    for model in (CourseIndexPage, CoursePage, ModulePage):
        tree |= Q(pk__in=model.objects.values("pk"))
    mine = _open_units(user)
    return pages.filter(free | Q(pk__in=mine) | tree | (~units & ~Exists(restricted)))


def _open_units(user: Any) -> list[int]:
    """Pages of units that this person may open besides free previews."""
    if not user.is_authenticated:
        return []
    courses = (
        CoursePage.objects.all()
        if user.is_superuser
        else CoursePage.objects.filter(
            Q(pk__in=user.teaches.values("course_id"))
            | Q(pk__in=Enrollment.objects.active().filter(user=user).values("course_id"))
        )
    )
    return [
        unit.page.pk for course in courses for module in outline_of(user, course) for unit in module.units if unit.open
    ]
