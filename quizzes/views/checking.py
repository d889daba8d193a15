"""Asking for the feedback on one answer. Without a script the page comes back at that question; with one, in place."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.cache import never_cache

from quizzes.models import AttemptItem
from quizzes.services import SaveReport, check_answer
from quizzes.services.checking import shown_per_item
from quizzes.views.feedback import feedback_now
from quizzes.views.paper import clock
from quizzes.views.posted import read_answers, request_id, see_other, wants_json
from quizzes.views.relogin import knock
from quizzes.views.replies import answer_form, answer_script, time_left

NOT_ANSWERED = "Answer first, then check."


@never_cache
def check(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Save all that was sent, make one answer final, show what the quiz shows after a question."""
    if not request.user.is_authenticated:
        return knock(request, uuid)
    if request.method != "POST":
        return redirect("attempt", uuid=uuid)
    position = _position(request)
    report = check_answer(
        attempt_uuid=uuid,
        user=request.user,
        position=position,
        sent=read_answers(request, touched=wants_json(request)),
        request_id=request_id(request),
    )
    if report is None:
        raise Http404
    item = None if report.ended or report.by_result("stale") or report.by_result("refused") else _item(uuid, position)
    if wants_json(request):
        return _for_script(request, uuid, report, item)
    if item is None:
        return answer_form(request, uuid, report)
    if item.locked_at is None:
        return answer_form(request, uuid, report, errors={position: NOT_ANSWERED})
    return see_other(reverse("attempt", args=[uuid]) + f"#q{position}-feedback")


def _position(request: HttpRequest) -> int:
    text = request.POST.get("check", "")
    if not (text.isascii() and text.isdigit() and len(text) <= 3):
        raise Http404
    return int(text)


def _item(uuid: UUID, position: int) -> AttemptItem:
    items = AttemptItem.objects.filter(attempt__uuid=uuid, position=position)
    item = items.select_related("attempt__quiz_version", "version").first()
    if item is None or not shown_per_item(item.attempt.quiz_version.terms):
        raise Http404
    return item


def _for_script(request: HttpRequest, uuid: UUID, report: SaveReport, item: AttemptItem | None) -> HttpResponse:
    """The feedback as it stands in the page, or what keeps it back."""
    if item is None:
        return answer_script(request, uuid, report)
    body = time_left(item.attempt)
    if item.locked_at is None:
        return JsonResponse({**body, "message": NOT_ANSWERED}, status=422)
    words = {
        "id": f"q{item.position}",
        "feedback": feedback_now(item, shown_per_item(item.attempt.quiz_version.terms)),
    }
    html = render_to_string("quizzes/checked.html", words, request=request)
    return JsonResponse({**body, "feedback": html, "saved_at": clock(item.saved_at) if item.saved_at else ""})
