"""Regrading in the back office: choose, look at what would change, then apply exactly that."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.requests import OwnRequest
from core.access import visible
from core.validation import page_number, search_text
from quizzes import grading
from quizzes.admin.marking import staff_or_404
from quizzes.admin.regrading_forms import RegradeForm, initial_from, options_of
from quizzes.models import Attempt, AttemptItem, Question, QuizPage, Regrade
from quizzes.rules.regrading import KEPT
from quizzes.services.regrading import RegradeRefused, apply_regrade, dry_run

PER_PAGE = 25
SEES_ALL = "quizzes.view_attempt"


@require_safe
def index(request: OwnRequest) -> HttpResponse:
    """What was looked at and applied, and the questions that were asked."""
    staff_or_404(request)
    page = Paginator(_mine(request.user), PER_PAGE).get_page(page_number(request.GET.get("p")))
    search = search_text(request.GET.get("q", ""))
    context = {"page": page, "search": search, "questions": _asked(request.user, search) if search else []}
    return render(request, "quizzes/admin/regrade_index.html", context)


def _mine(user: Any) -> Any:
    """Regrades of quizzes whose results this person sees; those of all quizzes are for who sees all."""
    quizzes = visible(user, "results", QuizPage.objects.all())
    mine = Q(quiz__in=quizzes.values("pk"))
    found = Regrade.objects.filter(mine | Q(quiz=None) if user.has_perm(SEES_ALL) else mine)
    return found.select_related("question", "quiz", "created_by", "applied_by")


def _asked(user: Any, search: str) -> Any:
    """Questions that learners of this person have met, by title."""
    attempts = visible(user, "results", Attempt.objects.finished())
    met = AttemptItem.objects.filter(attempt__in=attempts).values("version__question")
    return Question.objects.filter(pk__in=met, title__icontains=search).order_by("title")[:PER_PAGE]


@never_cache
@require_http_methods(["GET", "POST"])
def new(request: OwnRequest) -> HttpResponse:
    """Choose what is done to one question. Nothing changes yet."""
    staff_or_404(request)
    question, quizzes, everywhere = _question(request)
    asked: dict[str, Any] = {"question": question, "quizzes": quizzes, "everywhere": everywhere}
    if request.method == "POST":
        form = RegradeForm(request.POST, **asked)
        if form.is_valid() and (made := _look(request, form)):
            return HttpResponseRedirect(reverse("regrade", args=[made.pk]), status=303)
    else:
        form = RegradeForm(initial=initial_from(request.GET), **asked)
    context = {"form": form, "question": question}
    return render(request, "quizzes/admin/regrade_new.html", context, status=422 if form.errors else 200)


def _look(request: OwnRequest, form: RegradeForm) -> Regrade | None:
    data = form.cleaned_data
    try:
        return dry_run(
            question=form.question,
            quiz=form.chosen_quiz,
            action=data["action"],
            params=form.params,
            may_lower=data["may_lower"],
            reason=data["reason"],
            by=request.user,
        )
    except RegradeRefused as refusal:
        form.add_error(None, str(refusal))
        return None


def _question(request: OwnRequest) -> tuple[Question, list[QuizPage], bool]:
    """The question, the quizzes of this person that asked it, and whether these are all that did."""
    raw = request.GET.get("question", "")
    if not raw.isdecimal() or len(raw) > 9:
        raise Http404
    asked = QuizPage.objects.filter(attempts__items__version__question=int(raw)).distinct()
    mine = list(visible(request.user, "results", asked).order_by("title"))
    if not mine:
        raise Http404
    everywhere = len(mine) > 1 and request.user.has_perm(SEES_ALL)
    return get_object_or_404(Question, pk=int(raw)), mine, everywhere


@dataclass(frozen=True)
class ShownLine:
    """One line of the table, in words."""

    attempt: str
    learner: str
    number: int
    before: str
    after: str
    turns: str


TURNS = {"to_pass": "Now passed", "to_fail": "No longer passed"}


@never_cache
@require_http_methods(["GET", "POST"])
def show(request: OwnRequest, regrade_id: int) -> HttpResponse:
    """What would change, line by line; POST applies exactly that, or says that it must be looked at again."""
    staff_or_404(request)
    regrade = get_object_or_404(_mine(request.user), pk=regrade_id)
    if request.method == "POST":
        was_draft = regrade.state == Regrade.State.DRAFT
        regrade = apply_regrade(regrade=regrade, by=request.user)
        if regrade.state == Regrade.State.STALE:
            messages.warning(request, "Nothing was changed: something is different from what you saw. Look again.")
        elif was_draft:
            messages.success(request, "Applied exactly as shown.")
        return HttpResponseRedirect(reverse("regrade", args=[regrade.pk]), status=303)
    table = regrade.table
    page = Paginator(table["rows"], PER_PAGE).get_page(page_number(request.GET.get("p")))
    context = {
        "regrade": regrade,
        "table": table,
        "page": page,
        "lines": _lines(list(page)),
        "kept": [(KEPT[reason], count) for reason, count in table["kept"].items()],
        "again": _again(regrade),
        "accepted": _accepted(regrade),
    }
    return render(request, "quizzes/admin/regrade_table.html", context)


def _accepted(regrade: Regrade) -> str:
    """The further answer, as one reads it."""
    if option := regrade.params.get("option"):
        return dict(options_of(regrade.question)).get(option, option)
    return " ± ".join(regrade.params.values())


def _again(regrade: Regrade) -> str:
    """The form with the same choices."""
    query = {"question": regrade.question_id, "action": regrade.action, "reason": regrade.reason[:200]}
    if regrade.quiz_id:
        query["quiz"] = regrade.quiz_id
    return f"{reverse('regrade_new')}?{urlencode(query | regrade.params)}"


def _lines(rows: list[dict[str, Any]]) -> list[ShownLine]:
    people = User.objects.in_bulk([row["user"] for row in rows])
    return [
        ShownLine(
            attempt=row["attempt"],
            learner=str(people.get(row["user"], "")),
            number=row["number"],
            before=_result(row["old"]),
            after=_result(row["new"]),
            turns=TURNS.get(row["turns"], ""),
        )
        for row in rows
    ]


def _result(outcome: dict[str, Any]) -> str:
    """A result in words: "74%, not yet"."""
    percent = f"{grading.percent(outcome['score_m'], outcome['max_m'])}%"
    if outcome["passed"] is None:
        return f"{percent} so far, being graded"
    return f"{percent}, {'passed' if outcome['passed'] else 'not yet'}"
