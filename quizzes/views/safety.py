"""Safety questions that come back: one's own list, one question at a time, and at once whether it was right."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from wagtail.models import Page

from accounts.requests import OwnRequest
from quizzes.models import AttemptItem, SafetyAnswer, SafetyReturn
from quizzes.questions.base import CORRECT, WRONG, Json
from quizzes.rules import review as matrix
from quizzes.rules.spacing import DAYS
from quizzes.rules.words import moment_in_words
from quizzes.services.safety import (
    SafetyRefused,
    SafetyUnfinished,
    answer_safety_return,
    may_be_explained,
    returns_of,
    story_of,
    version_to_ask,
    with_topics,
)
from quizzes.views.feedback import feedback_on
from quizzes.views.paper import asked
from quizzes.views.posted import read_answers, see_other

EXPLAINING = {matrix.REMARK, matrix.RIGHT_ANSWER, matrix.GENERAL}


@never_cache
@login_required
def safety(request: OwnRequest) -> HttpResponse:
    """The question that is due first, and what comes later."""
    return _page(request)


@never_cache
@login_required
def answer_safety(request: OwnRequest, pk: int) -> HttpResponse:
    """Take one answer. It counts for learning only."""
    found = SafetyReturn.objects.filter(id=pk, enrollment__user=request.user).select_related("enrollment").first()
    if found is None:
        raise Http404
    if request.method != "POST":
        return redirect("safety_returns")
    sent = read_answers(request, touched=True).get(1)
    try:
        given = answer_safety_return(safety_return=found, user=request.user, fields=sent.fields if sent else {})
    except SafetyUnfinished as goes_on:
        return _page(request, answer=goes_on.answer)
    except SafetyRefused as refused:
        return _page(request, error=str(refused), status=422)
    return see_other(reverse("safety_answer", args=[given.pk]))


@never_cache
@login_required
def safety_answer(request: OwnRequest, pk: int) -> HttpResponse:
    """Whether it was right, what may be explained now, and when it comes again."""
    rows = SafetyAnswer.objects.filter(id=pk, safety_return__enrollment__user=request.user)
    given = rows.select_related("version", "safety_return__enrollment").first()
    if given is None:
        raise Http404
    now = timezone.now()
    shown = may_be_explained(safety_return=given.safety_return, at=now) | {matrix.RIGHT_WRONG}
    version, back = given.version, given.safety_return
    context = {
        "given": given,
        "item": asked(AttemptItem(position=1, version=version, answer=given.answer, points_m=0)),
        "feedback": feedback_on(version, given.answer, CORRECT if given.right else WRONG, shown),
        "kept_back": not shown & EXPLAINING,
        "topic": version.topic,
        "lesson": Page.objects.filter(translation_key=version.study_key, live=True).first(),
        "again": "" if back.done_at else moment_in_words(back.due_at, now, request.user.zone),
        "more": returns_of(request.user, now).due(now).exists(),
    }
    return render(request, "quizzes/safety_answer.html", context)


def _page(request: OwnRequest, error: str = "", answer: Json = None, status: int = 200) -> HttpResponse:
    now = timezone.now()
    rows = list(with_topics(returns_of(request.user, now)))
    due = [row for row in rows if row.due_at <= now]
    context: dict[str, Any] = {"due": due, "error": error, "days": DAYS}
    context["later"] = [
        {"row": row, "when": moment_in_words(row.due_at, now, request.user.zone)} for row in rows if row.due_at > now
    ]
    if due:
        version = version_to_ask(due[0].question_id)
        context["first"] = due[0]
        item = AttemptItem(position=1, version=version, answer=answer, points_m=0)
        context["item"] = asked(item, error=error)
        context["stories"] = [asked(story) for story in story_of(due[0])]
    return render(request, "quizzes/safety.html", context, status=status)
