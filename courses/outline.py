"""The live tree of a course, read in a constant number of queries."""

from typing import Any

from wagtail.models import Page

from courses.models import CoursePage, ModulePage, Unit


def live_modules(course: CoursePage) -> list[tuple[ModulePage, list[Unit]]]:
    """Live modules with their live units, in order. One query for the pages, one per kind of page."""
    pages = Page.objects.descendant_of(course).filter(live=True).order_by("path").specific()
    modules: list[tuple[ModulePage, list[Unit]]] = []
    for page in pages:
        if isinstance(page, ModulePage):
            modules.append((page, []))
        elif isinstance(page, Unit) and modules and page.path.startswith(modules[-1][0].path):
            modules[-1][1].append(page)
    return modules


def course_of(page: Any) -> CoursePage | None:
    """The course that a page belongs to: itself, or its ancestor."""
    if isinstance(page, CoursePage):
        return page
    return CoursePage.objects.filter(path__in=paths_above(page.path)).first()


def paths_above(path: str) -> list[str]:
    """Tree paths from the root down to this one (treebeard: four characters a level)."""
    return [path[:end] for end in range(4, len(path) + 1, 4)]
