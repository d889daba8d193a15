"""A lesson's body, rendered once and kept by revision: it is the same for everybody.

What depends on the register (statuses, sources, definitions, figures) is part of the text, so the key carries a stamp
that changes whenever one of those rows does (`courses.receivers`).
"""

import uuid

from django.core.cache import cache
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from courses.models import LessonPage

STAMP = "courses:register-stamp"
A_WEEK = 7 * 24 * 3600


def rendered_body(lesson: LessonPage, *, preview: bool = False) -> SafeString:
    """The HTML of the body. Drafts and previews are rendered anew each time."""
    if preview or not lesson.live or lesson.live_revision_id is None:
        return _render(lesson)
    key = f"courses:body:{lesson.pk}:{lesson.live_revision_id}"
    kept = cache.get_many([STAMP, key])
    stamp = kept.get(STAMP)
    if stamp and key in kept and kept[key]["stamp"] == stamp:
        return mark_safe(kept[key]["html"])  # noqa: S308 - our own template rendered it
    if not stamp:
        stamp = new_stamp()
    html = _render(lesson)
    cache.set(key, {"stamp": stamp, "html": str(html)}, A_WEEK)
    return html


def new_stamp() -> str:
    """From now on every kept body is stale."""
    stamp = uuid.uuid4().hex
    cache.set(STAMP, stamp, None)
    return stamp


def _render(lesson: LessonPage) -> SafeString:
    return mark_safe(render_to_string("courses/_body.html", {"body": lesson.body, "lesson": lesson}))  # noqa: S308
