"""A question of a lesson, to be tried: judged and explained at once, stored nowhere."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.access import allowed_or_404
from courses.models import LessonPage
from quizzes.models import QuestionVersion
from quizzes.rules import review as matrix
from quizzes.services.practice import PracticeRefused, item_to_try, judge_practice, kept_back, question_of
from quizzes.views.feedback import feedback_on
from quizzes.views.paper import asked
from quizzes.views.posted import read_answers

SHOWN = frozenset({matrix.RIGHT_WRONG, matrix.REMARK, matrix.RIGHT_ANSWER, matrix.GENERAL})


@never_cache
@require_http_methods(["GET", "POST"])
def practice(request: HttpRequest, lesson_id: int, question_id: int) -> HttpResponse:
    """For whoever may read the lesson, while its live text shows the question."""
    lesson = get_object_or_404(LessonPage, pk=lesson_id)
    allowed_or_404(request.user, "view", lesson)
    version = question_of(lesson, question_id)
    if version is None:
        raise Http404
    context: dict[str, Any] = {"lesson": lesson}
    if reason := kept_back(version=version, user=request.user):
        return render(request, "quizzes/practice.html", {**context, "kept_back": reason})
    if request.method == "GET":
        return render(request, "quizzes/practice.html", {**context, "item": asked(item_to_try(version=version))})
    found, status = _judged(request, version)
    return render(request, "quizzes/practice.html", {**context, **found}, status=status)


def _judged(request: HttpRequest, version: QuestionVersion) -> tuple[dict[str, Any], int]:
    sent = read_answers(request, touched=True).get(1)
    try:
        answer, result = judge_practice(version=version, fields=sent.fields if sent else {})
    except PracticeRefused as refused:
        item = item_to_try(version=version, answer=refused.answer)
        return {"item": asked(item, error=str(refused))}, 422 if str(refused) else 200
    item = item_to_try(version=version, answer=answer)
    return {"item": asked(item), "feedback": feedback_on(version, answer, result.state, SHOWN)}, 200
