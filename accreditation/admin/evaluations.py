"""Course evaluations in the back office: what was answered, never by whom, and the questions."""

from datetime import date
from typing import Any, ClassVar

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column
from wagtail.snippets.views.snippets import SnippetViewSet

from accreditation.models import EvaluationQuestion
from accreditation.rules.evaluating import AGREEMENT, FEWEST
from accreditation.services.evaluation_results import counters_of, lines_of, results_of, with_counts
from core.spreadsheets import exported
from core.validation import page_number
from courses.models import CoursePage

MAY_SEE = "accreditation.view_courseevaluation"
PER_PAGE = 25


class EvaluationQuestionViewSet(SnippetViewSet):
    """The questions: ours, and those that a board prescribes."""

    model = EvaluationQuestion
    icon = "help"
    menu_label = "Evaluation questions"
    list_display: ClassVar[list[Any]] = [
        "text",
        Column("kind", label="Kind", accessor="get_kind_display", sort_key="kind"),
        Column("body", label="Asked for", accessor=lambda one: one.body or "Every course"),
        Column("order", label="Order", sort_key="order"),
        Column("is_active", label="Asked now", accessor=lambda one: "Yes" if one.is_active else "No"),
    ]
    list_filter: ClassVar[list[str]] = ["body", "kind", "is_active"]
    search_fields: ClassVar[list[str]] = ["text"]
    search_backend_name = None
    ordering = ("order", "pk")
    copy_view_enabled = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[EvaluationQuestion]:
        """With the board of each line."""
        return EvaluationQuestion.objects.select_related("body")


class EvaluationsItem(MenuItem):
    """Beside the other results, for those who see any."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Whoever runs the school, and whoever teaches."""
        user: Any = request.user
        return bool(user.has_perm(MAY_SEE) or user.teaches.exists())


def evaluations_item() -> MenuItem:
    """What learners think of the courses."""
    return EvaluationsItem("Evaluations", reverse_lazy("credit:evaluations"), icon_name="comment", order=275)


@never_cache
@require_safe
def evaluations(request: HttpRequest) -> HttpResponse:
    """The courses whose results one sees."""
    courses = with_counts(_seen_by(request.user)).order_by("title", "pk")
    page = Paginator(courses, PER_PAGE).get_page(page_number(request.GET.get("p")))
    return render(request, "accreditation/admin/evaluations.html", {"page": page, "fewest": FEWEST})


@never_cache
@require_safe
def evaluation_results(request: HttpRequest, course_id: int) -> HttpResponseBase:
    """One course: how many answered, each question's figures, the texts, each board's counter."""
    course: Any = get_object_or_404(with_counts(_seen_by(request.user)), id=course_id)
    results = results_of(course, first_month=_month(request.GET.get("months", "")))
    if as_file := exported(request, f"evaluation-{course.slug}", lines_of(course, results)):
        return as_file
    kept = request.GET.copy()
    kept.pop("export", None)
    context = {
        "course": course,
        "results": results,
        "counters": counters_of(course),
        "agreement": [word for _, word in AGREEMENT],
        "fewest": FEWEST,
        "query": kept.urlencode(),
    }
    return render(request, "accreditation/admin/evaluation_results.html", context)


def _seen_by(user: Any) -> QuerySet[CoursePage]:
    """All courses for who runs the school; their own for instructors; nobody else comes here."""
    if user.has_perm(MAY_SEE):
        return CoursePage.objects.all()
    if not user.teaches.exists():
        raise Http404
    return CoursePage.objects.filter(pk__in=user.teaches.values("course_id"))


def _month(asked: str) -> date | None:
    """2026-11 as its first day; anything else: all months."""
    try:
        return date.fromisoformat(f"{asked}-01")
    except ValueError:
        return None


urlpatterns: list[URLPattern] = [
    path("evaluations/", evaluations, name="evaluations"),
    path("evaluations/<int:course_id>/", evaluation_results, name="evaluation_results"),
]
