"""The pages of statistics: one's quizzes, one quiz, one question. Nobody is named on any of them."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Subquery, Sum
from django.db.models.functions import Length, Substr
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse, reverse_lazy
from django.utils.html import strip_tags
from django.views.decorators.http import require_safe
from wagtail.admin.menu import MenuItem

from accounts.requests import OwnRequest
from core.access import visible
from core.spreadsheets import exported
from core.validation import page_number, whole_number
from courses.models import CoursePage
from quizzes.admin.results_menu import ResultsItem
from quizzes.admin.statistics_plots import questions_plot, time_plot, totals_plot
from quizzes.admin.statistics_tables import (
    COLUMNS,
    file_lines,
    lines_of,
    number,
    option_line,
    percent,
    points,
    summary_of,
    times_100,
    written_often,
)
from quizzes.models import Population, QuizPage, QuizStat, StatDelta
from quizzes.models.quiz import PRACTICE
from quizzes.questions.freezing import in_language
from quizzes.services.stat_reading import (
    QuestionFigures,
    QuizFigures,
    counted_versions,
    quiz_figures,
    read_questions,
)
from quizzes.services.statistics import fold_statistics
from quizzes.statistics import papers, spread
from quizzes.statistics.advice import FEWEST, FEWEST_ALIKE, about_alpha, about_band, about_shape, too_few
from quizzes.statistics.sums import LONGEST_ANSWER

PER_PAGE = 25


def statistics_item() -> MenuItem:
    """How questions and quizzes do."""
    return ResultsItem("Statistics", reverse_lazy("quiz_statistics"), name="statistics", icon_name="order", order=250)


@require_safe
def index(request: OwnRequest) -> HttpResponse:
    """One's quizzes, with how many first tries count."""
    first = QuizStat.objects.filter(quiz_version__quiz=OuterRef("pk"), population=Population.FIRST).order_by()
    in_all = first.values("quiz_version__quiz")
    # A quiz stands in a module of its course: two steps of the tree above it.
    above = Substr(OuterRef("path"), 1, Length(OuterRef("path")) - 2 * QuizPage.steplen)
    quizzes = visible(request.user, "results", QuizPage.objects.all()).annotate(
        n=Subquery(in_all.annotate(sum=Sum("n")).values("sum")),
        passed=Subquery(in_all.annotate(sum=Sum("passed")).values("sum")),
        course_title=Subquery(CoursePage.objects.filter(path=above).values("title")[:1]),
    )
    page = Paginator(quizzes.order_by("path"), PER_PAGE).get_page(page_number(request.GET.get("p")))
    return render(request, "quizzes/admin/statistics_index.html", {"page": page, "fewest": FEWEST})


@require_safe
def quiz_page(request: OwnRequest, page_id: int) -> HttpResponseBase:
    """One quiz: what it says of itself, plots, and every question."""
    quiz, rows, found = _figures(request, page_id)
    if found is None:
        return render(request, "quizzes/admin/statistics_none.html", {"quiz": quiz})
    read_questions(found)
    if as_file := exported(request, f"statistics-{quiz.slug}-v{found.version.number}", file_lines(found)):
        return as_file
    order = request.GET.get("sort", "")
    context = {
        **_choice(request, quiz, rows, found),
        "summary": summary_of(found),
        "advice": _advice(found),
        "plots": [plot for plot in (totals_plot(found), questions_plot(found), time_plot(found)) if plot],
        "columns": _sortable(request, order),
        "lines": lines_of(found.questions, order),
        "flagged": [one for one in found.questions if one.flags],
    }
    return render(request, "quizzes/admin/statistics.html", context)


@require_safe
def question_page(request: OwnRequest, page_id: int, pool_id: int) -> HttpResponse:
    """One question: its figures, every option, and what was written."""
    quiz, rows, found = _figures(request, page_id)
    if found is not None:
        read_questions(found, pool=pool_id)
    if found is None or not found.questions:
        raise Http404
    context = {
        **_choice(request, quiz, rows, found),
        "parts": [_question(one, found) for one in found.questions],
        "fewest_alike": FEWEST_ALIKE,
    }
    return render(request, "quizzes/admin/statistics_question.html", context)


def _figures(request: OwnRequest, page_id: int) -> tuple[QuizPage, list[QuizStat], QuizFigures | None]:
    """The quiz, if its results are this person's to see, with what is waiting folded in first."""
    waiting = StatDelta.objects.filter(quiz_version__quiz=OuterRef("pk"), folded=False)
    quizzes = visible(request.user, "results", QuizPage.objects.filter(pk=page_id))
    quiz = quizzes.annotate(waiting=Exists(waiting)).first()
    if quiz is None:
        raise Http404
    if quiz.waiting:
        fold_statistics(quiz=quiz)
    rows = counted_versions(quiz)
    version, tries = whole_number(request.GET.get("version")), request.GET.get("tries", "")
    population = tries if tries in Population.values else Population.FIRST.value
    return quiz, rows, quiz_figures(rows, number=version, population=population)


def _choice(request: OwnRequest, quiz: QuizPage, rows: list[QuizStat], found: QuizFigures) -> dict[str, Any]:
    """What every page says of what it shows, and how to see the others."""
    versions = list(dict.fromkeys(row.quiz_version for row in rows))
    here = {"version": found.version.number, "tries": found.population}
    return {
        "quiz": quiz,
        "found": found,
        "versions": versions,
        "populations": [(value, label, value == found.population) for value, label in Population.choices],
        "practice": found.version.terms["mode"] == PRACTICE,
        "too_few": "" if found.enough else too_few(found.sums.n),
        "query": urlencode(here),
    }


def _advice(found: QuizFigures) -> list[str]:
    """What the figures mean, in sentences."""
    if not found.enough:
        return []
    sums = found.sums
    mean, error = spread.mean(sums.totals), papers.standard_error(sums)
    facility = mean / found.paper if mean is not None and found.paper else None
    said = [about_shape(spread.skewness(sums.totals), facility), about_alpha(papers.alpha(sums), drawn=found.drawn)]
    if error is not None:
        said.append(about_band(papers.within(sums.totals, found.pass_total, error), sums.n))
    if len(sums.papers) > 1:
        said.append("Not all papers had the same number of points: a question was changed or taken out meanwhile.")
    return [words for words in said if words]


def _sortable(request: OwnRequest, order: str) -> list[dict[str, str]]:
    """Each column's head: a link that sorts by it, the other way if it is sorted so already."""
    heads = []
    for column in COLUMNS:
        query = request.GET.copy()
        query.pop("export", None)
        query["sort"] = f"-{column.name}" if order == column.name else column.name
        way = {column.name: "ascending", f"-{column.name}": "descending"}.get(order, "")
        heads.append({"label": column.label, "query": query.urlencode(), "way": way})
    return heads


def _question(one: QuestionFigures, found: QuizFigures) -> dict[str, Any]:
    """A question's own page: the figures with what they mean, its options, its written answers."""
    public = in_language(one.version.public, settings.LANGUAGE_CODE)
    item = one.item
    often, rest = written_often(one) if found.population == Population.FIRST else ([], 0)
    figures = [
        ("Facility", percent(times_100(item.facility)), "Of its points, how much was earned."),
        ("Spread (SD)", points(item.sd), "In points."),
        ("Discrimination", percent(item.discrimination), "Correlation of the mark with the rest of the paper."),
        ("Efficiency", percent(item.efficiency), "The same, of what these marks could have reached."),
        ("Correlation with the total", number(item.item_total), "Uncorrected: the question itself is in the total."),
        ("Weight meant", percent(one.intended), "Its points, of all points."),
        ("Weight in effect", percent(one.effective), "How much it decides about the differences between totals."),
    ]
    return {
        "question": one,
        "text": strip_tags(public.get("stem", "")),
        "points": points(item.points),
        "too_few": "" if one.enough else too_few(item.n),
        "figures": figures if one.enough else [],
        "options": [(option, option_line(option, one)) for option in one.options],
        "written": [
            (option, option_line(option, one), _accept(one, option.text, option.figures.mean_mark)) for option in often
        ],
        "others": rest,
        "written_elsewhere": bool(one.written) and found.population != Population.FIRST,
    }


def _accept(one: QuestionFigures, text: str, mean_mark: Any) -> str:
    """Where an answer that earned nothing is accepted from now on: a regrade, looked at first."""
    if mean_mark or len(text) >= LONGEST_ANSWER:
        return ""
    wish = {"question": one.version.question_id, "action": "accept", "answer": text}
    return f"{reverse('regrade_new')}?{urlencode(wish)}"
