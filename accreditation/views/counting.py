"""`/count/`: which courses count for a license. Anyone may ask; nothing is stored, not even in the session."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from accreditation.forms.counting import CountForm
from accreditation.services.asking import Asker, asker_of, school_bodies
from accreditation.services.counting import Answer, answer
from accreditation.services.course_credit import credit_of_courses
from core.access import visible
from core.validation import page_number, search_text
from courses.models import CoursePage

COURSES_PER_PAGE = 12
ASKED = ("state", "license", "renews", "first", "issued")


@require_safe
def count(request: HttpRequest) -> HttpResponse:
    """The form; with state and license the answer for every published course, or for the one that was asked about.

    What we cannot read is said above the form (422), and the page stands all the same: an address may be typed by hand.
    """
    asked = any(request.GET.get(name) for name in ASKED)
    slug = search_text(request.GET.get("course", ""))
    course = _courses(request).filter(slug=slug).first() if slug else None
    kept = {"course": course.slug if course else ""}
    form = CountForm(request.GET.dict() | kept) if asked else CountForm(initial=kept)
    context: dict[str, Any] = {"form": form, "course": course, "unknown_course": bool(slug) and course is None}
    if asked and form.is_valid():
        context |= _answers(request, form, course)
    return render(request, "accreditation/count.html", context, status=422 if asked and form.errors else 200)


def _answers(request: HttpRequest, form: CountForm, course: CoursePage | None) -> dict[str, Any]:
    """Verdicts for one page of courses, or for the one."""
    chosen = form.cleaned_data
    asker = asker_of(
        jurisdiction=form.jurisdictions[chosen["state"]],
        profession=form.professions[chosen["license"]],
        on=timezone.localdate(),
        renews_on=chosen["renews"],
        first_cycle=chosen["first"],
        issued_on=chosen["issued"],
    )
    courses = Paginator([course] if course else _courses(request), COURSES_PER_PAGE)
    page = courses.get_page(page_number(request.GET.get("page")))
    query = {name: form.data[name] for name in ASKED if form.data.get(name)}
    return {
        "asker": asker,
        "answers": _for(page, asker),
        "page": page,
        "query": urlencode(query),
    }


def _for(page: Page[CoursePage], asker: Asker) -> list[Answer]:
    found = credit_of_courses(list(page), on=asker.on, bodies=school_bodies([asker]))
    return [answer(one, asker) for one in found]


def _courses(request: HttpRequest) -> Any:
    """Published courses that the asker may open, by title."""
    live = CoursePage.objects.live().select_related("facts").defer_streamfields().order_by("title", "pk")
    return visible(request.user, "view", live)


urlpatterns = [path("count/", count, name="count")]
