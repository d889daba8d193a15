"""Freezing a course when it is published."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from core import freeze
from courses.models import CourseEdition, CoursePage, ModulePage, PolicyVersion, Unit
from courses.outline import live_modules


def current_edition(course: CoursePage) -> CourseEdition | None:
    """The newest edition, which new enrollments are measured by."""
    return CourseEdition.objects.filter(course=course).order_by("-number").first()


def make_edition(
    *,
    course: CoursePage,
    change: str = CourseEdition.Change.CONTENT,
    made_by: User | None = None,
    at: datetime | None = None,
) -> CourseEdition | None:
    """Freeze the live course if its content differs from the newest edition; None when the course is not live or empty.

    Idempotent: equal content makes no row, and of two publishers at once one makes it. `page_published` runs outside a
    transaction, so `sweep` calls this for every live course and makes an edition that a crash lost.
    """
    course = CoursePage.objects.get(pk=course.pk)
    if not course.live:
        return None
    modules = live_modules(course)
    content = _content(course, modules)
    if not content["modules"]:
        return None
    content_hash = freeze.digest(content)
    newest = current_edition(course)
    if newest and newest.content_hash == content_hash:
        return newest
    units = [unit for _, units in modules for unit in units]
    edition = CourseEdition(
        course=course,
        number=newest.number + 1 if newest else 1,
        change=change if newest else CourseEdition.Change.CONTENT,
        content_hash=content_hash,
        title=course.title,
        outline=[_outline_module(module, units) for module, units in modules],
        objectives=[str(block.value) for block in course.objectives],
        words=sum(unit.words() for unit in units),
        media_seconds=sum(unit.media_seconds() for unit in units),
        agenda=agenda_of(course),
        assignment_minutes=course.assignment_minutes,
        as_sold=_as_sold(course),
        made_by=made_by,
        made_at=at or timezone.now(),
    )
    try:
        with transaction.atomic():
            edition.save()
    except IntegrityError:  # somebody else published at the same moment and made this number
        return current_edition(course)
    return edition


def _content(course: CoursePage, modules: list[tuple[ModulePage, list[Unit]]]) -> dict[str, Any]:
    """What the hash covers: outline with module locks, content and objectives. Order counts."""
    return {
        "title": course.title,
        "objectives": [str(block.value) for block in course.objectives],
        "modules": [
            {
                "key": str(module.translation_key),
                "title": module.title,
                "opens_after": str(module.requires_module.translation_key) if module.requires_module else "",
                "objectives": [str(block.value) for block in module.objectives],
                "units": [
                    {
                        "key": unit.unit_key,
                        "kind": unit.kind,
                        "title": unit.title,
                        "required": unit.required,
                        "content": unit.frozen_content(),
                    }
                    for unit in units
                ],
            }
            for module, units in modules
            if units
        ],
        **_taught_live(course),
    }


def _taught_live(course: CoursePage) -> dict[str, Any]:
    """Agenda and assignments, where a course has them: courses without keep the hash that they had."""
    parts = {"agenda": agenda_of(course), "assignment_minutes": course.assignment_minutes}
    return {name: value for name, value in parts.items() if value}


def agenda_of(course: CoursePage) -> list[dict[str, Any]]:
    """Plain lines: day, kind, start and end as HH:MM."""
    return [
        {
            "day": block.value["day"],
            "kind": block.value["kind"],
            "starts": f"{block.value['starts']:%H:%M}",
            "ends": f"{block.value['ends']:%H:%M}",
        }
        for block in course.agenda
    ]


def _outline_module(module: ModulePage, units: list[Unit]) -> dict[str, Any]:
    return {
        "module_key": str(module.translation_key),
        "page": module.pk,
        "title": module.title,
        "opens_after": str(module.requires_module.translation_key) if module.requires_module else "",
        "units": [
            {
                "unit_key": unit.unit_key,
                "page": unit.pk,
                "revision": unit.live_revision_id,
                "kind": unit.kind,
                "title": unit.title,
                "minutes": unit.minutes,
                "required": unit.required,
            }
            for unit in units
        ],
    }


def _as_sold(course: CoursePage) -> dict[str, Any]:
    """The promotion as it stood: Florida asks for it with the attendance records (DOMAIN.md 2.7)."""
    facts = getattr(course, "facts", None)
    return {
        "tagline": course.tagline,
        "intro": course.intro,
        "audience": course.audience,
        "prerequisites": course.prerequisites_text,
        "time_needed": course.time_needed,
        "safety_notice": course.safety_notice,
        "page_revision": course.live_revision_id,
        "price": {"amount": facts.price_amount, "currency": facts.currency}
        if facts
        else {"amount": None, "currency": ""},
        "policies": [policy.frozen() for policy in PolicyVersion.objects.in_force()],
    }
