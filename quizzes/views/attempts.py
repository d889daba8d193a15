"""Starting, answering and handing in."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from accounts.requests import OwnRequest
from core.access import allowed_or_404
from courses.outline import course_of
from enrollments.standing import standing_of
from quizzes.models import Attempt, QuizPage
from quizzes.services import StartRefusedError, save_answers, settle, start_attempt, submit_attempt
from quizzes.views.posted import read_answers, request_id, see_other, wants_json
from quizzes.views.relogin import knock, to_compare
from quizzes.views.replies import answer_form, answer_script, compare, mine, outcomes_of, paper_context, time_for_script


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
            enrollment=enrollment, quiz=quiz, honor="honor" in request.POST, request_id=request_id(request)
        )
    except StartRefusedError:
        messages.warning(request, "Nothing was started. Please read below what is still missing or when you can begin.")
        return see_other(quiz.get_url(request))
    return see_other(reverse("attempt", args=[opened.uuid]))


@never_cache
@login_required
def attempt(request: OwnRequest, uuid: UUID) -> HttpResponse:
    """The paper, or with ?check the last look before handing in, which is all there is once the time is over."""
    found = settle(attempt=mine(request, uuid))
    if not found.is_open:
        return redirect("review_attempt", uuid=found.uuid)
    overdue = found.state == Attempt.State.OVERDUE
    held = to_compare(request, uuid)
    if held and not overdue and (stale := outcomes_of(found, held)):
        return compare(request, found, stale)
    template = "quizzes/hand_in.html" if overdue or "check" in request.GET else "quizzes/attempt.html"
    return render(request, template, paper_context(found))


@never_cache
def save(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Save whatever answers were sent: one by the script, all of them by the plain form."""
    if not request.user.is_authenticated:
        return knock(request, uuid)
    if request.method != "POST":
        return redirect("attempt", uuid=uuid)
    sent = read_answers(request, touched=wants_json(request))
    if wants_json(request) and not sent:
        return time_for_script(settle(attempt=mine(request, uuid)))
    report = save_answers(attempt_uuid=uuid, user=request.user, sent=sent, request_id=request_id(request))
    if report is None:
        raise Http404
    return (answer_script if wants_json(request) else answer_form)(request, uuid, report)


@never_cache
def submit(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Hand in, once; doing it again shows the same result."""
    if not request.user.is_authenticated:
        return knock(request, uuid, hand_in=True)
    if request.method != "POST":
        return redirect("attempt", uuid=uuid)
    submit_attempt(attempt=mine(request, uuid), request_id=request_id(request))
    return see_other(reverse("review_attempt", args=[uuid]))
