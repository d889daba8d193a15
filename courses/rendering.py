"""A lesson's body, rendered once and kept by revision: it is the same for everybody.

What depends on the register (statuses, sources, definitions, figures) is part of the text, so the key carries a stamp
that changes whenever one of those rows does (`courses.receivers`).
"""

import uuid
from typing import NamedTuple

from django.core.cache import cache
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from courses.models import LessonPage

STAMP = "courses:register-stamp"
A_WEEK = 7 * 24 * 3600


class Body(NamedTuple):
    """The HTML of a body, and the techniques that the lesson names (their ids): both change by publishing only."""

    html: SafeString
    techniques: tuple[int, ...]


def rendered_body(lesson: LessonPage, *, preview: bool = False) -> Body:
    """The body as most readers see it. Drafts and previews are rendered anew each time."""
    if preview or not lesson.live or lesson.live_revision_id is None:
        return _made(lesson)
    key = f"courses:lesson:{lesson.pk}:{lesson.live_revision_id}"
    kept = cache.get_many([STAMP, key])
    stamp = kept.get(STAMP)
    if stamp and key in kept and kept[key]["stamp"] == stamp:
        return Body(mark_safe(kept[key]["html"]), tuple(kept[key]["techniques"]))  # noqa: S308 - our own template
    if not stamp:
        stamp = new_stamp()
    body = _made(lesson)
    cache.set(key, {"stamp": stamp, "html": str(body.html), "techniques": body.techniques}, A_WEEK)
    return body


def body_with_cards_closed(lesson: LessonPage, *, closed: str) -> SafeString:
    """For somebody who may not be shown its technique cards: `closed` stands in place of each. Kept for nobody."""
    return _render(lesson, closed=closed)


def new_stamp() -> str:
    """From now on every kept body is stale."""
    stamp = uuid.uuid4().hex
    cache.set(STAMP, stamp, None)
    return stamp


def _made(lesson: LessonPage) -> Body:
    return Body(_render(lesson), tuple(technique.pk for technique in lesson.techniques.all()))


def _render(lesson: LessonPage, *, closed: str = "") -> SafeString:
    words = {"body": lesson.body, "lesson": lesson, "closed": closed}
    return mark_safe(render_to_string("courses/_body.html", words))  # noqa: S308
