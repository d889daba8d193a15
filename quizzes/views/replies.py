"""What a save is answered with: the paper, the two answers to compare, or a few words for the page's script."""

import re
import secrets
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from core.access import visible
from quizzes.models import Attempt, AttemptItem
from quizzes.questions import question_type
from quizzes.questions.base import AnswerError
from quizzes.questions.freezing import in_language
from quizzes.rules.timing import in_words
from quizzes.services import SaveReport, SentItem, settle
from quizzes.services.answers import ItemOutcome, token_of
from quizzes.views.paper import asked, asked_items, both_texts, clock, seconds_left
from quizzes.views.posted import see_other

TOO_LATE = "The time had ended before this arrived. What was saved until then counts."


def mine(request: HttpRequest, uuid: UUID) -> Attempt:
    """This learner's own attempt, with access to the course; anything else is unknown."""
    rows = visible(request.user, "attempt", Attempt.objects.filter(uuid=uuid))
    found = rows.select_related("enrollment__user", "quiz", "quiz_version").first()
    if found is None:
        raise Http404
    return found


def paper_context(found: Attempt, errors: dict[int, str] | None = None) -> dict[str, Any]:
    """What the paper's pages show."""
    items = asked_items(found, errors)
    overdue = found.state == Attempt.State.OVERDUE
    ends = found.grace_until if overdue else found.deadline_at
    left = seconds_left(ends, timezone.now())
    return {
        "attempt": found,
        "quiz": found.quiz,
        "terms": found.quiz_version.terms,
        "overdue": overdue,
        "page_key": secrets.token_hex(8),
        "items": items,
        "total": sum(item.asks for item in items),
        "unanswered": [item for item in items if item.asks and not item.answered],
        "unreadable": [item for item in items if item.answered and item.error],
        "flagged": [item for item in items if item.flagged],
        "seconds_left": left,
        "seconds_total": int((ends - found.started_at).total_seconds()) if ends else None,
        "time_left": f"{in_words(left)} left" if left is not None else "",
        "ends_at": clock(ends) if ends else "",
    }


def answer_form(
    request: HttpRequest, uuid: UUID, report: SaveReport, errors: Mapping[int, str] | None = None
) -> HttpResponse:
    """After a save by the plain form: on to where the pressed button leads, or back to what needs a look."""
    if report.ended:
        messages.warning(request, TOO_LATE)
        return see_other(reverse("attempt", args=[uuid]))
    refused = {outcome.item.position: outcome.message for outcome in report.by_result("refused")}
    if stale := report.by_result("stale"):
        return compare(request, mine(request, uuid), stale, refused)
    if found := {**refused, **(errors or {})}:
        return render(request, "quizzes/attempt.html", paper_context(mine(request, uuid), found), status=422)
    return see_other(reverse("attempt", args=[uuid]) + where_to(request))


def compare(
    request: HttpRequest, found: Attempt, stale: list[ItemOutcome], refused: Mapping[int, str] | None = None
) -> HttpResponse:
    """Two answers to one question: both are shown, and the newer text can be changed before it is kept."""
    numbers = {item.position: item.number for item in asked_items(found)}
    context = {
        "attempt": found,
        "conflicts": [{**both_texts(one.item, one.sent), "number": numbers[one.item.position]} for one in stale],
        "total": len(numbers),
        "page_key": secrets.token_hex(8),
        "refused": [(numbers[position], message) for position, message in (refused or {}).items()],
    }
    return render(request, "quizzes/conflict.html", context, status=409)


def outcomes_of(found: Attempt, sent: Mapping[int, SentItem]) -> list[ItemOutcome]:
    """Answers that were held and still differ from what stands, as the comparison takes them."""
    items = AttemptItem.objects.filter(attempt=found, position__in=sent, locked_at=None)
    outcomes = []
    for item in items.select_related("attempt", "version").defer("version__key"):
        kept, public = question_type(item.version.kind), in_language(item.version.public, settings.LANGUAGE_CODE)
        try:
            answer = kept.clean(public, kept.answer_from_form(sent[item.position].fields))
        except AnswerError:
            continue
        if answer != item.answer:
            outcomes.append(ItemOutcome(item, "stale", sent=answer))
    return outcomes


def answer_script(request: HttpRequest, uuid: UUID, report: SaveReport) -> JsonResponse:
    """What the page shows beside one question: when it was saved, its new revision, the time left."""
    if report.ended:
        return time_for_script(settle(attempt=mine(request, uuid)))
    outcome = report.outcomes[0] if report.outcomes else None
    if outcome is None:
        raise Http404
    body = time_left(outcome.item.attempt)
    if outcome.result == "refused":
        return JsonResponse({**body, "message": outcome.message}, status=422)
    if outcome.result == "stale":
        message = "Another window holds a newer answer. Nothing is lost: compare the two."
        return JsonResponse({**body, "message": message, "compare": True}, status=409)
    item = outcome.item
    body |= {"rev": token_of(item), "message": asked(item).error}
    return JsonResponse({**body, "saved_at": clock(item.saved_at)} if item.saved_at else body)


def time_for_script(found: Attempt) -> JsonResponse:
    """The time left by the server's clock, asked for when the page comes to the front again."""
    if found.state != Attempt.State.IN_PROGRESS:
        message = "The time has ended. What was saved until then counts."
        return JsonResponse({"message": message, "ended": True}, status=409)
    return JsonResponse(time_left(found))


def time_left(found: Attempt) -> dict[str, Any]:
    """Seconds, and the time of day: staff may have moved the end since the page was loaded."""
    left = seconds_left(found.deadline_at, timezone.now())
    if left is None or found.deadline_at is None:
        return {}
    return {"seconds_left": left, "ends_at": clock(found.deadline_at)}


def where_to(request: HttpRequest) -> str:
    """To the question named by the button that was pressed, or to the last look."""
    if "finish" in request.POST:
        return "?check=1"
    if step := next((name for name in request.POST if re.fullmatch(r"q[0-9]{1,3}-step", name)), ""):
        return f"#{step.removesuffix('-step')}-now"  # a reply in a dialogue: to the step that it led to
    target = request.POST.get("go", "")
    return f"#{target}" if re.fullmatch(r"q[0-9]{1,4}", target) else ""
