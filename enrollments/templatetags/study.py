"""What templates ask about study: the outline with progress, where one stands, what comes next."""

from typing import Any

from django import template
from django.template import Context
from wagtail.models import Page

from courses.models import CoursePage
from courses.routing import address
from enrollments.prerequisites import unmet_prerequisites
from enrollments.standing import OutlineModule, OutlineUnit, Standing, course_id_above, outline_of, standing_of

register = template.Library()


@register.simple_tag(takes_context=True)
def standing(context: Context, page: Page) -> Standing | None:
    """`{% standing page as where %}`"""
    course_id = course_id_above(page)
    return standing_of(context["request"].user, course_id) if course_id else None


@register.simple_tag(takes_context=True)
def outline(context: Context, page: Page) -> list[OutlineModule]:
    """`{% outline page as modules %}`: of the course, wherever in it the page stands."""
    course = _course_above(page)
    return outline_of(context["request"].user, course) if course else []


@register.simple_tag(takes_context=True)
def outline_rows(context: Context, modules: list[OutlineModule]) -> list[dict[str, Any]]:
    """The outline as components/outline.html wants it."""
    return [
        {
            "number": number,
            "title": module.page.title,
            "summary": module.summary,
            "locked_reason": f"Opens when you have passed “{module.opens_after}”." if module.opens_after else "",
            "units": [_row(context, unit, current=None) for unit in module.units],
        }
        for number, module in enumerate(modules, 1)
    ]


@register.simple_tag(takes_context=True)
def thread_rows(context: Context, module: OutlineModule, page: Page) -> list[dict[str, Any]]:
    """The units of one module as components/unit_thread.html wants them."""
    return [_row(context, unit, current=page.pk) for unit in module.units]


@register.simple_tag(takes_context=True)
def neighbors(context: Context, modules: list[OutlineModule], page: Page) -> dict[str, Any]:
    """The unit before and after this one, its module, addresses and the words on the button."""
    units = [(module, unit) for module in modules for unit in module.units]
    position = next((number for number, (_, unit) in enumerate(units) if unit.page.pk == page.pk), None)
    if position is None:
        return {}
    module, current = units[position]
    before = units[position - 1][1] if position else None
    after = units[position + 1][1] if position + 1 < len(units) else None
    request = context["request"]
    course = _course_above(page)
    return {
        "module": module,
        "current": current,
        "number": module.units.index(current) + 1,
        "previous": before,
        "next": after,
        "course_url": address(course, request) if course else "/courses/",
        "previous_url": address(before.page, request) if before else "",
        "next_url": address(after.page, request) if after else "",
        "next_label": f"Next: {after.page.title}" if after else "",
        "done_label": f"Done, next: {after.page.title}" if after else "Done",
    }


@register.simple_tag(takes_context=True)
def resume(context: Context, modules: list[OutlineModule], where: Standing) -> dict[str, Any] | None:
    """Where to go on: the unit last opened if it is not done, else the first open one that is not done."""
    units = [unit for module in modules for unit in module.units if unit.open and not unit.done]
    last = where.enrollment.last_unit_id if where.enrollment else None
    found = next((unit for unit in units if unit.page.pk == last), units[0] if units else None)
    return {"title": found.page.title, "url": address(found.page, context["request"])} if found else None


@register.simple_tag(takes_context=True)
def prerequisites_unmet(context: Context, course: CoursePage) -> list[CoursePage]:
    """Courses that come first and are not completed."""
    return unmet_prerequisites(context["request"].user, course)


@register.simple_tag(takes_context=True)
def address_of(context: Context, page: Page) -> str:
    """`{% address_of page %}`: its path on this site, without a query."""
    return address(page, context["request"])


def _row(context: Context, unit: OutlineUnit, *, current: int | None) -> dict[str, Any]:
    state = "done" if unit.done else "open" if unit.open else "locked"
    return {
        "title": unit.page.title,
        "href": address(unit.page, context["request"]) if unit.open else "",
        "kind": unit.kind,
        "minutes": unit.minutes,
        "state": "current" if unit.page.pk == current else state,
        "preview": unit.free,
    }


def _course_above(page: Page) -> Page | None:
    course_id = course_id_above(page)
    step: Any = page
    while step is not None:
        if step.pk == course_id:
            found: Page = step
            return found
        step = getattr(step, "_cached_parent_obj", None)
    return Page.objects.filter(pk=course_id).first() if course_id else None
