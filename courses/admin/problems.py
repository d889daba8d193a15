"""Why a course or a lesson must not go live: one sentence per reason, saying what to do (hook "publish_problems")."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.html import strip_tags
from wagtail.models import Page

from courses.models import CoursePage, LessonPage
from courses.outline import live_modules
from evidence.models import Claim, Status
from evidence.services import wording_problems
from library.models import ShowsPeople

NOTHING_TO_STUDY = "Nothing to study yet: publish at least one module with a lesson in it, then publish the course."
NO_QUIZ = (
    "A certificate is promised and there is no quiz: publish a quiz in a module, "
    "or turn off “promises certificate” on the tab Catalogue."
)
NO_SAFETY = "The safety notice is empty: say what this course does not license, and when not to touch."


def problems_of(page: Page) -> list[str]:
    """Every reason of this app, for whatever page is asked about."""
    if isinstance(page, CoursePage):
        return list(_course(page))
    if isinstance(page, LessonPage):
        return list(_lesson(page))
    return []


def _course(course: CoursePage) -> Iterator[str]:
    """A course is published last: its modules and lessons go live before it, while it is a draft."""
    units = [unit for _, units in live_modules(course) for unit in units] if course.path else []
    if not units:
        yield NOTHING_TO_STUDY
    if course.promises_certificate and not any(unit.completed_by == "result" for unit in units):
        yield NO_QUIZ
    if not strip_tags(course.safety_notice).strip():
        yield NO_SAFETY
    yield from _wording(_course_texts(course))
    for block in course.faq:
        claim = block.value.get("claim")
        if claim:
            yield from _claim(claim)


def _course_texts(course: CoursePage) -> list[str]:
    rich = [course.intro, course.audience, course.prerequisites_text]
    answers = [f"{block.value['question']} {strip_tags(str(block.value['answer']))}" for block in course.faq]
    return [course.title, course.tagline, *(strip_tags(text) for text in rich), *_objectives(course), *answers]


def _lesson(lesson: LessonPage) -> Iterator[str]:
    yield from _unfinished(lesson)
    yield from _technique_after_contraindication(lesson)
    yield from _wording(_lesson_texts(lesson))
    for block in lesson.body:
        if block.block_type == "evidence":
            yield from _claim(block.value.get("claim"))
        elif block.block_type == "figure":
            yield from _shown(block.value.get("image"))
        elif block.block_type in ("video", "audio"):
            yield from _recording(block.value.get(block.block_type), block.block_type)


def _unfinished(lesson: LessonPage) -> Iterator[str]:
    """A draft may be saved with empty blocks, and the form is not the only way to publish one."""
    for number, block in enumerate(lesson.body, start=1):
        try:
            block.block.clean(block.value)
        except ValidationError:
            yield f"Block {number}, “{block.block.label}”, is not finished: fill in what it asks for, or remove it."


def _technique_after_contraindication(lesson: LessonPage) -> Iterator[str]:
    """Contraindications come first (DOMAIN.md; the content format says the same)."""
    warned = False
    for block in lesson.body:
        warned = warned or block.block_type == "contraindication"
        if block.block_type == "technique" and not warned:
            title = block.value.get("title") or "without title"
            yield f"The technique card “{title}” has no contraindication notice above it: add one, or move it up."


def _lesson_texts(lesson: LessonPage) -> list[str]:
    """The school's own words: not critical reading, which quotes, nor "we do not claim", which denies."""
    found = [lesson.title, lesson.summary, *_objectives(lesson)]
    for block in lesson.body:
        value = block.value
        if block.block_type == "prose":
            found.append(strip_tags(str(value)))
        elif block.block_type == "technique":
            found += [str(value.get(name) or "") for name in ("title", "intent", "contact", "consent")]
        elif block.block_type == "reflection":
            found.append(str(value.get("prompt") or ""))
        elif block.block_type in ("figure", "video", "audio"):
            found.append(str(value.get("caption") or ""))
        elif block.block_type == "download":
            found.append(str(value.get("description") or ""))
    return found


def _objectives(page: Any) -> list[str]:
    return [str(block.value) for block in page.objectives]


def _wording(texts: list[str]) -> list[str]:
    return [f"Wording: {problem}" for problem in wording_problems("\n".join(texts))]


def _claim(claim: Claim | None) -> Iterator[str]:
    """DESIGN.md rule 9; "wrong" stands only where it is taken apart."""
    if claim is None:
        yield "An evidence statement has lost its claim: choose another one, or remove the block."
        return
    if claim.status == Status.WRONG:
        yield f"The claim “{claim.key}” is marked wrong: it may stand in a critical reading only."
    for reason in claim.problems():
        yield f"{reason} Ask the reviewer to complete it under Evidence, or remove the block."


def _shown(item: ShowsPeople | None) -> Iterator[str]:
    if item is not None and not item.may_be_published:
        yield f"“{item}” shows a person and has no release: record the release, or choose another one."


def _recording(item: Any, kind: str) -> Iterator[str]:
    if item is None:
        yield f"A block has lost its {kind}: choose another one, or remove the block."
        return
    yield from _shown(item)
    if not item.has_words:
        missing = "captions and a transcript" if kind == "video" else "a transcript"
        yield f"“{item}” needs {missing}: add them to it under Media."
