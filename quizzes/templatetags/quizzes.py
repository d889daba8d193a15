"""What a quiz's front page says before the start."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.template import Context
from django.templatetags.static import static
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from quizzes.models import AttemptItem, Question, QuestionVersion, QuizPage
from quizzes.questions import question_type
from quizzes.services.usage import Usage, usage_of
from quizzes.views.front import Front, front_of
from quizzes.views.paper import AskedItem, asked

register = template.Library()


@register.simple_tag
def picture_address(picture: dict[str, Any]) -> str:
    """Where a pinned picture of a question is fetched: our own figures are public, uploads stand behind the door."""
    if picture["source"] == "picture":
        return reverse("question_picture", args=[picture["ref"]])
    try:
        return static(f"figures/{picture['ref']}.svg")
    except ValueError:  # a drawing that no longer ships: its words stand in its place
        return ""


@register.simple_tag
def question_usage(question: Question, user: Any) -> Usage:
    """`{% question_usage question user as usage %}`, before the question is changed."""
    return usage_of(question, user=user)


@register.simple_tag(takes_context=True)
def quiz_front(context: Context, page: QuizPage) -> Front:
    """`{% quiz_front page as front %}`. An attempt whose time is over is settled first."""
    request = context["request"]
    return front_of(request.user, page, preview=getattr(request, "is_preview", False))


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
