"""The door of the course evaluation: for those who have completed the course, once, and not by force."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.requests import OwnRequest
from accreditation.forms.evaluations import EvaluationForm
from accreditation.models import EvaluationGiven
from accreditation.services.evaluations import boards_waiting, decline, give_evaluation, questions_for
from enrollments.models import Enrollment

THANKS = "Thank you. Your answers were kept without your name."
DECLINED = "Nothing was sent. You can still answer later."


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def evaluation(request: OwnRequest, slug: str) -> HttpResponse:
    """The questions; before completion, when they open; afterwards, that they were answered."""
    enrollment = _enrollment_or_404(request.user, slug)
    given = EvaluationGiven.objects.filter(enrollment=enrollment).first()
    answered = given is not None and not given.declined
    if request.method == "POST" and enrollment.completed_on and not answered:
        return _take(request, enrollment)
    return _page(request, enrollment, given=given)


def _take(request: OwnRequest, enrollment: Enrollment) -> HttpResponse:
    if "decline" in request.POST:
        decline(enrollment=enrollment)
        messages.info(request, DECLINED)
        return _back(enrollment)
    form = EvaluationForm(questions_for(enrollment), request.POST)
    if not form.questions:
        return _back(enrollment)
    if not form.is_valid():
        return _page(request, enrollment, form=form, status=422)
    if give_evaluation(enrollment=enrollment, answers=form.answers()):
        messages.success(request, THANKS)
    return _back(enrollment)


def _page(
    request: OwnRequest,
    enrollment: Enrollment,
    *,
    given: EvaluationGiven | None = None,
    form: EvaluationForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {"enrollment": enrollment, "course": enrollment.course, "given": given}
    if enrollment.completed_on and (given is None or given.declined):
        context["form"] = form or EvaluationForm(questions_for(enrollment))
        context["boards"] = boards_waiting(enrollment)
    return render(request, "accreditation/evaluation.html", context, status=status)


def _back(enrollment: Enrollment) -> HttpResponse:
    answer = redirect("course_evaluation", slug=enrollment.course.slug)
    answer.status_code = 303
    return answer


def _enrollment_or_404(user: User, slug: str) -> Enrollment:
    """One's own: of several, the one that is completed, the newest first. Unknown courses and strangers look alike."""
    mine = Enrollment.objects.filter(user=user, course__slug=slug).select_related("course", "edition", "user")
    found = list(mine.order_by("-enrolled_at", "-pk"))
    completed = [one for one in found if one.completed_on]
    current = [one for one in found if one.closed_at is None]
    if not completed + current:
        raise Http404
    return (completed + current)[0]


urlpatterns: list[URLPattern] = [path("courses/<slug:slug>/evaluation/", evaluation, name="course_evaluation")]
