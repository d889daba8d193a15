"""One mark put right by a person, with a reason for the learner."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.requests import OwnRequest
from core.access import visible
from quizzes import grading
from quizzes.admin.marking_forms import OverrideForm, percent_of_ppm
from quizzes.models import Attempt, AttemptItem
from quizzes.questions import question_type
from quizzes.questions.freezing import in_language
from quizzes.services.grades import VOID
from quizzes.services.marking import MarkingRefused, override_mark
from quizzes.views.paper import points_in_words


@never_cache
@require_http_methods(["GET", "POST"])
def override(request: OwnRequest, item_id: int) -> HttpResponse:
    """Put one mark right, with a reason for the learner."""
    rows = AttemptItem.objects.filter(attempt__in=visible(request.user, "results", Attempt.objects.finished()))
    rows = rows.select_related("version", "attempt__quiz", "attempt__enrollment__user", "attempt__enrollment__course")
    item = get_object_or_404(rows, pk=item_id)
    kept = question_type(item.version.kind)
    if not kept.asks:
        raise Http404
    initial = {"percent": percent_of_ppm(item.fraction_ppm or 0)}
    form = OverrideForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            override_mark(
                item=item, fraction_ppm=form.fraction_ppm, reason=form.cleaned_data["reason"], by=request.user
            )
        except MarkingRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "The mark is changed, and the result with it.")
            return HttpResponseRedirect(reverse("override_mark", args=[item.pk]), status=303)
    public = in_language(item.version.public, settings.LANGUAGE_CODE)
    context = {
        "form": form,
        "item": item,
        "attempt": item.attempt,
        "text": mark_safe(public["stem"]),  # noqa: S308 - cleaned when the version was frozen
        "lines": kept.in_words(public, item.answer),
        "points": points_in_words(item.points_m),
        "earned": points_in_words(item.score_m or 0),
        "by_hand": grading.grade(item.version.kind, public, item.version.key, item.answer, None).needs_human,
        "void": item.grade_state == VOID,
        "grades": item.grades.select_related("user").order_by("at", "pk"),
    }
    return render(request, "quizzes/admin/marking_override.html", context, status=422 if form.errors else 200)
