"""Starting, answering and handing in."""

import re
import secrets
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from accounts.requests import OwnRequest
from core.access import allowed_or_404, visible
from courses.outline import course_of
from enrollments.standing import standing_of
from quizzes.models import Attempt, QuizPage
from quizzes.rules.timing import in_words
from quizzes.services import (
    SaveReport,
    SentItem,
    StartRefusedError,
    save_answers,
    settle,
    start_attempt,
    submit_attempt,
)
from quizzes.services.answers import token_of
from quizzes.views.paper import asked, asked_items, both_texts, clock, seconds_left

FIELD = re.compile(r"q([1-9][0-9]{0,2})-([a-z]+(?:\.[A-Za-z0-9_-]{1,64})?)")
"""`q3-c`, or with the part that it belongs to: `q3-m.<stem>`."""


@never_cache
@login_required
def start(request: OwnRequest, page_id: int) -> HttpResponse:
    """Begin or resume, and go to the one open attempt."""
    quiz = QuizPage.objects.live().filter(id=page_id).first()  # not pk: a link overflows where a number finds nothing
    allowed_or_404(request.user, "attempt", quiz)
    course = course_of(quiz)
    enrollment = standing_of(request.user, course.pk).enrollment if course else None
    if quiz is None or enrollment is None:
        raise Http404
    if request.method != "POST":
        return redirect(quiz.get_url(request))
    try:
        opened = start_attempt(
            enrollment=enrollment, quiz=quiz, honor="honor" in request.POST, request_id=_request_id(request)
        )
    except StartRefusedError:
        messages.warning(request, "Nothing was started. Please read below what is still missing or when you can begin.")
        return see_other(quiz.get_url(request))
    return see_other(reverse("attempt", args=[opened.uuid]))


@never_cache
@login_required
def attempt(request: OwnRequest, uuid: UUID) -> HttpResponse:
    """The paper, or with ?check the last look before handing in."""
    found = settle(attempt=mine(request, uuid))
    if not found.is_open:
        return redirect("review_attempt", uuid=found.uuid)
    template = "quizzes/hand_in.html" if "check" in request.GET else "quizzes/attempt.html"
    return render(request, template, paper_context(found))


@never_cache
@login_required
def save(request: OwnRequest, uuid: UUID) -> HttpResponse:
    """Save whatever answers were sent: one by the script, all of them by the plain form."""
    if request.method != "POST":
        return redirect("attempt", uuid=uuid)
    as_json = "application/json" in request.headers.get("Accept", "")
    sent = read_answers(request, touched=as_json)
    if as_json and not sent:
        return _time_for_script(settle(attempt=mine(request, uuid)))
    report = save_answers(attempt_uuid=uuid, user=request.user, sent=sent, request_id=_request_id(request))
    if report is None:
        raise Http404
    if as_json:
        return _answer_script(request, uuid, report)
    if report.ended:
        messages.warning(request, "The time had ended before this arrived. What was saved until then counts.")
        return see_other(reverse("attempt", args=[uuid]))
    if report.by_result("stale"):
        context = {
            "attempt": mine(request, uuid),
            "conflicts": [both_texts(one.item, one.sent) for one in report.by_result("stale")],
        }
        return render(request, "quizzes/conflict.html", context, status=409)
    if refused := report.by_result("refused"):
        errors = {outcome.item.position: outcome.message for outcome in refused}
        return render(request, "quizzes/attempt.html", paper_context(mine(request, uuid), errors), status=422)
    return see_other(reverse("attempt", args=[uuid]) + _where_to(request))


@never_cache
@login_required
def submit(request: OwnRequest, uuid: UUID) -> HttpResponse:
    """Hand in, once; doing it again shows the same result."""
    if request.method != "POST":
        return redirect("attempt", uuid=uuid)
    submit_attempt(attempt=mine(request, uuid), request_id=_request_id(request))
    return see_other(reverse("review_attempt", args=[uuid]))


def mine(request: OwnRequest, uuid: UUID) -> Attempt:
    """This learner's own attempt, with access to the course; anything else is unknown."""
    rows = visible(request.user, "attempt", Attempt.objects.filter(uuid=uuid))
    found = rows.select_related("enrollment__user", "quiz", "quiz_version").first()
    if found is None:
        raise Http404
    return found


def paper_context(found: Attempt, errors: dict[int, str] | None = None) -> dict[str, Any]:
    """What the paper's pages show."""
    items = asked_items(found, errors)
    left = seconds_left(found, timezone.now())
    return {
        "attempt": found,
        "quiz": found.quiz,
        "page_key": secrets.token_hex(8),
        "items": items,
        "total": sum(item.asks for item in items),
        "unanswered": [item for item in items if item.asks and not item.answered],
        "unreadable": [item for item in items if item.answered and item.error],
        "flagged": [item for item in items if item.flagged],
        "seconds_left": left,
        "seconds_total": int((found.deadline_at - found.started_at).total_seconds()) if found.deadline_at else None,
        "time_left": f"{in_words(left)} left" if left is not None else "",
        "ends_at": clock(found.deadline_at) if found.deadline_at else "",
    }


def read_answers(request: HttpRequest, *, touched: bool) -> dict[int, SentItem]:
    """The questions that a form holds: `q3-rev` marks that question 3 was on the page."""
    fields: dict[int, dict[str, list[str]]] = {}
    for name, values in request.POST.lists():
        if match := FIELD.fullmatch(name):
            fields.setdefault(int(match[1]), {})[match[2]] = [str(value) for value in values]
    return {
        position: SentItem(fields=found, token=found["rev"][0], flagged="flag" in found, touched=touched)
        for position, found in fields.items()
        if "rev" in found
    }


def _answer_script(request: OwnRequest, uuid: UUID, report: SaveReport) -> JsonResponse:
    """What the page shows beside one question: when it was saved, its new revision, the time left."""
    if report.ended:
        return _time_for_script(settle(attempt=mine(request, uuid)))
    outcome = report.outcomes[0] if report.outcomes else None
    if outcome is None:
        raise Http404
    left = seconds_left(outcome.item.attempt, timezone.now())
    body: dict[str, Any] = {} if left is None else {"seconds_left": left}
    if outcome.result == "refused":
        return JsonResponse({**body, "message": outcome.message}, status=422)
    if outcome.result == "stale":
        message = "Another window holds a newer answer. Reload the page to see it; this one is kept in the log."
        return JsonResponse({**body, "message": message}, status=409)
    item = outcome.item
    body |= {"rev": token_of(item), "message": asked(item).error}
    return JsonResponse({**body, "saved_at": clock(item.saved_at)} if item.saved_at else body)


def _time_for_script(found: Attempt) -> JsonResponse:
    """The time left by the server's clock, asked for when the page comes to the front again."""
    if not found.is_open:
        return JsonResponse({"message": "The time has ended. What was saved until then counts."}, status=409)
    left = seconds_left(found, timezone.now())
    return JsonResponse({} if left is None else {"seconds_left": left})


def _where_to(request: HttpRequest) -> str:
    """To the question named by the button that was pressed, or to the last look."""
    if "finish" in request.POST:
        return "?check=1"
    target = request.POST.get("go", "")
    return f"#{target}" if re.fullmatch(r"q[0-9]{1,4}", target) else ""


def _request_id(request: HttpRequest) -> str:
    return request.POST.get("key", "")[:64].replace("\x00", "")


def see_other(url: str) -> HttpResponseRedirect:
    """303: the answer to a POST is another page."""
    response = HttpResponseRedirect(url)
    response.status_code = 303
    return response
