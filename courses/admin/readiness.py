"""How ready a course is: what publishing demands, and what a good course has besides."""

from dataclasses import dataclass

from django.utils.html import strip_tags

from core.publishing import publish_problems
from courses.admin.problems import NO_QUIZ, NO_SAFETY, NOTHING_TO_STUDY
from courses.models import CoursePage
from courses.outline import live_modules


@dataclass(frozen=True)
class Readiness:
    """`ready` of `of` points are there; `missing` says what to do about the others."""

    ready: int
    of: int
    missing: list[str]
    refused: bool
    """Whether publishing would be refused as things stand."""


def readiness_of(course: CoursePage) -> Readiness:
    """Look at the latest draft of a course."""
    problems = publish_problems(course)
    points = [
        *_words(course),
        (NOTHING_TO_STUDY, NOTHING_TO_STUDY not in problems),
        (NO_QUIZ, NO_QUIZ not in problems),
        (NO_SAFETY, NO_SAFETY not in problems),
        ("Mark one lesson as a free sample (“free preview”).", _has_sample(course)),
    ]
    others = [problem for problem in problems if problem not in (NOTHING_TO_STUDY, NO_QUIZ, NO_SAFETY)]
    done = sum(there for _, there in points) + (not others)
    return Readiness(
        ready=done,
        of=len(points) + 1,
        missing=[text for text, there in points if not there] + others,
        refused=bool(problems),
    )


def _words(course: CoursePage) -> list[tuple[str, bool]]:
    return [
        ("Write the objectives: what learners can do afterwards.", bool(len(course.objectives))),
        ("Write the one sentence for the catalogue (“tagline”).", bool(course.tagline)),
        ("Describe what it is.", _says_something(course.intro)),
        ("Say for whom it is.", _says_something(course.audience)),
        ("Say how much time it needs, on the tab Catalogue.", bool(course.time_needed)),
    ]


def _says_something(rich_text: str) -> bool:
    return bool(strip_tags(rich_text).strip())


def _has_sample(course: CoursePage) -> bool:
    return any(unit.free_preview for _, units in live_modules(course) for unit in units)
