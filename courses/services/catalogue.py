"""The catalogue's facts, gathered from the apps that know them (hook `catalogue_facts`)."""

from typing import Any

from wagtail import hooks

from courses.models import CatalogueFacts, CoursePage


def rebuild_catalogue(*, course: CoursePage | None = None) -> int:
    """Write the facts of one course, or of all; returns how many rows changed.

    Each app answers `(course) -> {field: value}`; higher apps override lower ones because hooks run in order.
    """
    changed = 0
    for one in [course] if course else CoursePage.objects.all():
        facts: dict[str, Any] = {}
        for hook in hooks.get_hooks("catalogue_facts"):
            facts.update(hook(one))
        row, _ = CatalogueFacts.objects.get_or_create(course_id=one.pk)
        if any(getattr(row, name) != value for name, value in facts.items()):
            for name, value in facts.items():
                setattr(row, name, value)
            row.save()
            changed += 1
    return changed
