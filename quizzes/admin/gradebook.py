"""The gradebook in the back office: one course's learners by its quizzes, on the page and as a file."""

from collections.abc import Iterator
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.requests import OwnRequest
from core.access import visible
from core.records import as_text
from core.spreadsheets import exported
from core.validation import page_number, search_text
from courses.models import CoursePage
from quizzes.admin.marking import staff_or_404
from quizzes.models import QuizPage
from quizzes.services.gradebook import STATES, Gradebook, Row, gradebook_of, learners, quizzes_of

PER_PAGE = 25


@require_safe
def index(request: OwnRequest) -> HttpResponse:
    """The courses whose results one sees; with one course, its gradebook at once."""
    staff_or_404(request)
    courses = visible(request.user, "results", CoursePage.objects.all()).order_by("title")
    page = Paginator(courses, PER_PAGE).get_page(page_number(request.GET.get("p")))
    if page.paginator.count == 1:
        return redirect("gradebook", course_id=page[0].pk)
    return render(request, "quizzes/admin/gradebook_index.html", {"page": page})


@never_cache
@require_safe
def gradebook(request: OwnRequest, course_id: int) -> HttpResponseBase:
    """One course: who is where in which quiz."""
    # not pk: a link overflows where a number finds nothing
    course = get_object_or_404(visible(request.user, "results", CoursePage.objects.all()), id=course_id)
    quizzes = quizzes_of(course)
    chosen = next((quiz for quiz in quizzes if str(quiz.pk) == request.GET.get("quiz")), None)
    state, search = request.GET.get("state", ""), search_text(request.GET.get("q", ""))
    book = gradebook_of(course, quizzes=[chosen] if chosen else quizzes)
    found = learners(course, book.quizzes, search=search, state=state)
    if as_file := exported(request, f"gradebook-{course.slug}", _table(book, book.in_batches(found))):
        return as_file
    page = Paginator(found, PER_PAGE).get_page(page_number(request.GET.get("p")))
    kept = request.GET.copy()
    kept.pop("p", None)
    context = {
        "course": course,
        "quizzes": book.quizzes,
        "rows": book.rows(page),
        "page": page,
        "search": search,
        "query": kept.urlencode(),
        "filtered": bool(search or chosen or state in STATES),
        "filters": _filters(quizzes, chosen, state),
    }
    return render(request, "quizzes/admin/gradebook.html", context)


def _filters(quizzes: list[QuizPage], chosen: QuizPage | None, state: str) -> list[dict[str, Any]]:
    return [
        {
            "name": "quiz",
            "label": "Quiz",
            "chosen": str(chosen.pk) if chosen else "",
            "options": [(str(quiz.pk), quiz.title) for quiz in quizzes],
        },
        {"name": "state", "label": "Result", "chosen": state, "options": list(STATES.items())},
    ]


def _table(book: Gradebook, rows: Iterator[Row]) -> Iterator[list[Any]]:
    """The same as the page, with a line of names above. Whatever a person typed can be no formula."""
    heads = ["Learner", "E-mail address", "Enrolled", "Units done", "Units required", "Completed"]
    for quiz in book.quizzes:
        heads += [f"{quiz.title}: {what}" for what in ("result", "percent", "tries", "last handed in")]
    yield [as_text(head) for head in heads]
    for row in rows:
        one = row.enrollment
        line: list[Any] = [
            as_text(str(one.user)), as_text(one.user.email), _day(one.enrolled_at), one.done, row.required,
            one.completed_on.isoformat() if one.completed_on else "",
        ]  # fmt: skip
        for cell in row.cells:
            line += [cell.word, "" if cell.percent is None else cell.percent, cell.tries, _day(cell.at)]
        yield line


def _day(moment: Any) -> str:
    return timezone.localtime(moment).date().isoformat() if moment else ""
