"""What a quiz's front page says before the start."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import template
from django.template import Context
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from core.access import can
from enrollments.standing import course_id_above, standing_of
from quizzes import grading
from quizzes.models import Attempt, AttemptItem, Question, QuestionVersion, QuizPage, QuizVersion
from quizzes.questions import question_type
from quizzes.rules.words import minutes_in_words, moment_in_words
from quizzes.services import QuizStanding, quiz_standing, settle
from quizzes.services.usage import Usage, usage_of
from quizzes.views.paper import AskedItem, asked

register = template.Library()


@register.simple_tag
def picture_address(picture: dict[str, Any]) -> str:
    """Where a pinned picture of a question is fetched: our own figures are public, uploads stand behind the door."""
    if picture["source"] == "figure":
        return static(f"figures/{picture['ref']}.svg")
    return reverse("image_rendition", args=[picture["ref"], "max-1600x1600", "picture"])


@register.simple_tag
def question_usage(question: Question, user: Any) -> Usage:
    """`{% question_usage question user as usage %}`, before the question is changed."""
    return usage_of(question, user=user)


@dataclass(frozen=True)
class Front:
    """The terms in words, and what this learner can do now."""

    facts: list[tuple[str, str]]
    standing: QuizStanding | None
    may_start: bool
    waiting: str
    attempts: list[dict[str, Any]]
    honor_statement: str


@register.simple_tag(takes_context=True)
def quiz_front(context: Context, page: QuizPage) -> Front:
    """`{% quiz_front page as front %}`. An attempt whose time is over is settled first."""
    user = context["request"].user
    now = timezone.now()
    version = _version(page, preview=getattr(context["request"], "is_preview", False))
    standing = _standing(user, page, version, now)
    terms = version.settings
    return Front(
        facts=_facts(terms, version.question_count, standing),
        standing=standing,
        may_start=standing is not None and standing.may_start(now) and can(user, "attempt", page),
        waiting=_waiting(standing, user, now),
        attempts=[_attempt_row(attempt) for attempt in reversed(standing.finished)] if standing else [],
        honor_statement=terms["honor_statement"],
    )


def _version(page: QuizPage, *, preview: bool) -> QuizVersion:
    """What learners get now; in a preview, what publishing would make."""
    published = None if preview or page.pk is None else page.versions.order_by("-number").first()
    return published or QuizVersion(settings=page.frozen_settings(), slots=page.frozen_slots())


def _standing(user: Any, page: QuizPage, version: QuizVersion, now: datetime) -> QuizStanding | None:
    course_id = course_id_above(page) if page.pk else None
    enrollment = standing_of(user, course_id).enrollment if course_id else None
    if enrollment is None or version.pk is None:
        return None
    standing = quiz_standing(quiz=page, version=version, enrollment=enrollment, at=now)
    if standing.open_attempt and not settle(attempt=standing.open_attempt, at=now).is_open:
        return quiz_standing(quiz=page, version=version, enrollment=enrollment, at=now)
    return standing


def _facts(terms: dict[str, Any], questions: int, standing: QuizStanding | None) -> list[tuple[str, str]]:
    minutes = standing.minutes if standing else terms["time_limit_minutes"]
    allowed = terms["attempts_allowed"]
    extra = standing.allowance.extra_attempts if standing else 0
    wait = terms["cooldown_minutes"]
    facts = [
        ("Questions", str(questions)),
        ("Time", minutes_in_words(minutes) if minutes else "No limit"),
        ("To pass", f"{terms['pass_mark']}%"),
        ("Tries", str(allowed + extra) if allowed else "As many as you like"),
        ("Wait between tries", minutes_in_words(wait) if wait else "None"),
    ]
    if minutes:
        facts.append(("When time ends", "The quiz is handed in as it was saved; what you saved counts."))
    return facts


def _waiting(standing: QuizStanding | None, user: Any, now: datetime) -> str:
    """Why nothing can begin now, in one sentence."""
    if standing is None or standing.open_attempt:
        return ""
    if standing.closed:
        return "This quiz is closed."
    if standing.tries_left == 0:
        return "All tries are used. Write to your instructor if something went wrong."
    if standing.next_at and standing.next_at > now:
        return f"Your next try can begin {moment_in_words(standing.next_at, now, user.zone)}."
    return ""


def _attempt_row(attempt: Attempt) -> dict[str, Any]:
    waits = attempt.state == Attempt.State.AWAITING_HUMAN
    return {
        "attempt": attempt,
        "score": "" if waits else f"{grading.percent(attempt.score_m or 0, attempt.max_m)}%",
        "word": "Being graded" if waits else "Passed" if attempt.passed else "Not yet",
        "kind": "note" if waits else "good" if attempt.passed else "care",
    }


@dataclass(frozen=True)
class Preview:
    """A question as it would be frozen: what a learner sees, and what its author wants to check."""

    item: AskedItem
    problems: list[str]
    right_answer: list[str]
    unsafe: list[str]
    remarks: list[tuple[str, str]]
    general: SafeString


@register.simple_tag
def preview_item(question: Question) -> Preview:
    """`{% preview_item question as preview %}`; nothing is stored."""
    spec = question.spec()
    public = next(iter(spec.public.values()))
    version = QuestionVersion(question=question, kind=spec.kind, public=spec.public, key=spec.key)
    kept = question_type(spec.kind)
    feedback = next(iter(spec.key["feedback"].values()))
    return Preview(
        item=asked(AttemptItem(position=1, version=version, points_m=1000)),
        problems=question.problems(),
        right_answer=kept.in_words(public, kept.best_answer(public, spec.key)),
        unsafe=kept.unsafe_in_words(public, spec.key),
        remarks=[(kept.remark_on(public, ref), text) for ref, text in feedback.items() if ref != "general"],
        general=mark_safe(feedback.get("general", "")),  # noqa: S308 - cleaned when it was frozen
    )
