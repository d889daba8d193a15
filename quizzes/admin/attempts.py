"""Attempts in the back office: the list of one's own learners', and one with its log and what staff may do to it.

What a learner was granted beyond the quiz's terms is not shown here: who marks must not know.
"""

from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

import django_filters
from django.conf import settings
from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse, reverse_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permission_policies import ModelPermissionPolicy

from accounts.requests import OwnRequest
from core.access import Action, visible
from core.records import RecordIndexView
from courses.models import CoursePage
from quizzes import grading
from quizzes.admin.attempt_forms import FORMS
from quizzes.admin.results_menu import ResultsItem
from quizzes.models import Attempt, AttemptItem, Grade, QuizPage
from quizzes.questions import question_type
from quizzes.questions.freezing import in_language
from quizzes.rules.timing import is_hasty
from quizzes.services.attempt_log import log_of
from quizzes.services.supervision import SupervisionRefused
from quizzes.views.paper import points_in_words

RESULTS: Action = "results"
HASTY = "Passed faster than the questions can be read. It has no effect; ask the learner if you are in doubt."


class AttemptPermissions(ModelPermissionPolicy):
    """Who sees results of learners sees their attempts; what changes one is a service."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        """Seeing, of some."""
        sees = user.has_perm("quizzes.view_attempt") or user.teaches.filter(user__is_staff=True).exists()
        return action == "view" and bool(user.is_active and sees)

    def user_has_permission_for_instance(self, user: Any, action: str, instance: Attempt) -> bool:
        """Seeing, of this one."""
        return action == "view" and visible(user, RESULTS, Attempt.objects.filter(pk=instance.pk)).exists()

    def instances_user_has_any_permission_for(self, user: Any, actions: Any) -> QuerySet[Attempt]:
        """The list."""
        return visible(user, RESULTS, Attempt.objects.all()) if "view" in actions else Attempt.objects.none()


class AttemptFilterSet(WagtailFilterSet):
    """By course, quiz, state and day; the learner is searched for by name or address."""

    course = django_filters.ModelChoiceFilter(
        field_name="enrollment__course", queryset=CoursePage.objects.none(), label="Course"
    )
    started_at = django_filters.DateFromToRangeFilter(label="Started", widget=DateRangePickerWidget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = visible(self.request.user, RESULTS, Attempt.objects.all())
        courses = CoursePage.objects.filter(pk__in=mine.values("enrollment__course"))
        self.filters["course"].queryset = courses.order_by("title")
        self.filters["quiz"].queryset = QuizPage.objects.filter(pk__in=mine.values("quiz")).order_by("title")

    class Meta:
        model = Attempt
        fields: ClassVar[list[str]] = ["course", "quiz", "state", "started_at"]


class AttemptIndexView(RecordIndexView):
    """Attempts of one's own learners, newest first."""

    default_ordering = "-started_at"

    def get_base_queryset(self) -> Any:
        """One's own, with what each line shows."""
        mine = self.permission_policy.instances_user_has_any_permission_for(self.request.user, ["view"])
        asked = Count("items", filter=Q(items__points_m__gt=0))
        return mine.select_related("enrollment__user", "enrollment__course", "quiz").annotate(asked=asked)


def _learner(attempt: Attempt) -> str:
    return str(attempt.enrollment.user)


def _address(attempt: Attempt) -> str:
    return reverse("attempts:one", args=[attempt.uuid])


def _score(attempt: Attempt) -> str:
    return "" if attempt.score_m is None else f"{grading.percent(attempt.score_m, attempt.max_m)}%"


def _hasty(attempt: Any) -> bool:
    """A pass that was faster than reading; shown to staff, with no effect."""
    ended = attempt.submitted_at
    return bool(attempt.passed and ended and is_hasty(attempt.started_at, ended, attempt.asked))


class AttemptViewSet(ModelViewSet):
    """Who answered what, when."""

    model = Attempt
    icon = "history"
    menu_label = "Attempts"
    name = "attempts"
    url_prefix = "quizzes/attempts"
    index_view_class = AttemptIndexView
    filterset_class = AttemptFilterSet
    list_display: ClassVar[list[Any]] = [
        TitleColumn(
            "learner", label="Learner", accessor=_learner, sort_key="enrollment__user__legal_name", get_url=_address
        ),
        Column("quiz", label="Quiz", sort_key="quiz__title"),
        Column("number", label="Try", sort_key="number"),
        Column("state", label="State", accessor="get_state_display", sort_key="state"),
        Column("score", label="Score", accessor=_score),
        Column("passed", label="Passed", accessor=lambda one: {True: "Yes", False: "Not yet"}.get(one.passed, "")),
        DateColumn("started_at", label="Started", sort_key="started_at"),
        DateColumn("submitted_at", label="Handed in", sort_key="submitted_at"),
        Column("notes", label="Notes", accessor=lambda one: "Very fast" if _hasty(one) else ""),
    ]
    list_export: ClassVar[list[str]] = [
        *("enrollment.user.email", "enrollment.user.legal_name", "enrollment.course.title", "quiz.title", "number"),
        *("state", "score_m", "max_m", "passed", "critical_failed", "started_at", "submitted_at", "settled_by", "uuid"),
    ]
    list_per_page = 50
    export_filename = "attempts"
    search_fields: ClassVar[list[str]] = ["enrollment__user__email", "enrollment__user__legal_name", "quiz__title"]
    search_backend_name = None
    form_fields: ClassVar[list[str]] = []
    inspect_view_enabled = False
    copy_view_enabled = False
    add_to_reference_index = False

    def get_urlpatterns(self) -> list[URLPattern]:
        """The list and one attempt; nothing is added, edited or deleted here."""
        return [
            path("", self.index_view, name="index"),
            path("results/", self.index_results_view, name="index_results"),
            path("<uuid:uuid>/", one_attempt, name="one"),
        ]


@dataclass(frozen=True)
class StaffItem:
    """One question of the attempt, with its answer and every mark."""

    number: int
    item: AttemptItem
    answer: list[str]
    points: str
    grades: list[Grade]


@never_cache
@require_http_methods(["GET", "POST"])
def one_attempt(request: OwnRequest, uuid: UUID) -> HttpResponse:
    """The attempt as staff read it, with what they may do to it."""
    found = _of_mine(request, uuid)
    own = found.enrollment.user_id == request.user.pk
    name = request.POST.get("action", "") if request.method == "POST" else ""
    forms = {key: form(request.POST if key == name else None, prefix=key) for key, form in FORMS.items()}
    if name in forms and not own and forms[name].is_valid():
        try:
            forms[name].act(found, request.user)
        except SupervisionRefused as refused:
            forms[name].add_error(None, str(refused))
        else:
            messages.success(request, forms[name].done)
            return HttpResponseRedirect(reverse("attempts:one", args=[uuid]), status=303)
    context = {
        "attempt": found,
        "own": own,
        "forms": [form for form in forms.values() if form.fits(found)],
        "hasty": HASTY if _hasty(found) else "",
        "items": _items(found),
        "lines": log_of(found, for_staff=True),
        "score": _score(found),
    }
    return render(request, "quizzes/admin/attempt.html", context, status=422 if name else 200)


def _of_mine(request: HttpRequest, uuid: UUID) -> Any:
    rows = visible(request.user, RESULTS, Attempt.objects.filter(uuid=uuid))
    asked = Count("items", filter=Q(items__points_m__gt=0))
    found = rows.select_related("enrollment__user", "enrollment__course", "quiz", "quiz_version").annotate(asked=asked)
    attempt = found.first()
    if attempt is None:
        raise Http404
    return attempt


def _items(attempt: Attempt) -> list[StaffItem]:
    """The paper with its marks, in two queries."""
    items = attempt.items.select_related("version__question").defer("version__key").order_by("position")
    grades: dict[int, list[Grade]] = {}
    for grade in Grade.objects.filter(item__attempt=attempt).select_related("user").order_by("at", "pk"):
        grades.setdefault(grade.item_id, []).append(grade)
    asked = [item for item in items if question_type(item.version.kind).asks]
    return [
        StaffItem(
            number=number,
            item=item,
            answer=question_type(item.version.kind).in_words(
                in_language(item.version.public, settings.LANGUAGE_CODE), item.answer
            ),
            points=points_in_words(item.points_m),
            grades=grades.get(item.pk, []),
        )
        for number, item in enumerate(asked, start=1)
    ]


def attempts_item() -> MenuItem:
    """The list, for those who see results."""
    return ResultsItem("Attempts", reverse_lazy("attempts:index"), name="attempts", icon_name="history", order=150)
