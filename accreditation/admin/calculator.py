"""The CE calculator in the back office: a page of its own, and in the editor while an author types. Nothing is stored.

Open to whoever may edit the course. What is awarded is what was approved; a difference is a warning.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin.widgets.button import Button
from wagtail.models import Page
from wagtail.permissions import policy_registry

from accreditation.forms.calculator import WorkForm, typed
from accreditation.models import CreditSettings
from accreditation.rules.calculator import Work
from accreditation.services.hours import (
    BoardCount,
    agenda_lines,
    boards_without_figures,
    count_for_boards,
    latest,
    work_of,
    work_of_draft,
    work_of_page,
    work_of_unit,
    work_of_units,
)
from core.validation import whole_number
from courses.models import CoursePage, LessonPage, ModulePage
from courses.outline import course_of
from courses.services import current_edition

COUNTS_HERE = (CoursePage, ModulePage, LessonPage)
NOT_COUNTABLE = "This cannot be counted as it stands. Save the draft, and it is counted from there."


class Section(NamedTuple):
    """One piece of work and every board's count of it."""

    title: str
    work: Work
    counts: list[BoardCount]

    def __str__(self) -> str:
        work, minutes = self.work, f"{self.work.media_seconds / 60:,.1f}".removesuffix(".0")
        lines = "1 line" if len(work.agenda) == 1 else f"{len(work.agenda)} lines"
        return (
            f"{work.words:,} words, {minutes} minutes of recordings, {lines} of agenda, "
            f"{work.assignment_minutes:,} minutes of verified assignments."
        )


@never_cache
@require_safe
def calculator(request: HttpRequest) -> HttpResponse:
    """The draft and the newest edition of a course by every board's rule, and a form for figures of one's own."""
    courses = _editable(request.user)
    course = _chosen(courses, request.GET.get("course"))
    draft = work_of_draft(course) if course else Work()
    is_typed = any(name in request.GET for name in WorkForm.base_fields)
    form = WorkForm(request.GET) if is_typed else WorkForm(initial=typed(draft) if course else None)
    refused = is_typed and not form.is_valid()
    sections = [_section(request, "As typed below", form.work(), course)] if is_typed and not refused else []
    if course:
        sections += _sections_of(request, course, draft)
    context = {
        "courses": courses.order_by("title"),
        "course": course,
        "form": form,
        "sections": sections,
        "unknown": boards_without_figures(),
    }
    return render(request, "accreditation/admin/calculator.html", context, status=422 if refused else 200)


@never_cache
@require_POST
def in_the_editor(request: HttpRequest, page_id: int) -> HttpResponse:
    """The course's hours with what is typed in the editor now; `new` names the kind of a page that is being added.

    204: nothing on this page is counted.
    """
    page = Page.objects.filter(pk=page_id).first()
    page = page.specific if page else None
    new = request.POST.get("new", "")
    if page is None or not _may(request.user, page, new):
        raise Http404
    kind, course = new or page._meta.model_name, course_of(page)
    if kind not in {"coursepage", "lessonpage"}:
        return HttpResponse(status=204)
    try:
        if kind == "coursepage":
            work, unfinished = _typed_course(request)
        else:
            work, unfinished = _typed_lesson(request, LessonPage() if new else page), 0
    except (KeyError, ValueError, TypeError):
        return HttpResponse(NOT_COUNTABLE, status=422, content_type="text/plain; charset=utf-8")
    if course:
        work += work_of_units(course, but=page)
        work += work_of_page(latest(course)) if kind == "lessonpage" else Work()
    context = {
        "section": _section(request, "With what is typed here", work, course, only_approving=True),
        "course": course,
        "unfinished": unfinished,
    }
    return render(request, "accreditation/admin/hours_in_the_editor.html", context)


def calculator_button(page: Page, user: Any, view_name: str, next_url: str | None = None) -> Iterator[Button]:
    """Beside the editor's title: the calculator's page, which needs no script."""
    if issubclass(page.specific_class or Page, COUNTS_HERE) and page.permissions_for_user(user).can_edit():
        course = course_of(page)
        if course:
            address = f"{reverse('credit:calculator')}?course={course.pk}"
            yield Button("Count CE hours", address, icon_name="time", priority=60)


def _typed_course(request: HttpRequest) -> tuple[Work, int]:
    """Agenda and assignments as typed; lines that are not complete yet are left out, and how many they are."""
    values, unfinished = [], 0
    block = CoursePage.agenda.field.stream_block
    for line in block.value_from_datadict(request.POST, request.FILES, "agenda"):
        try:
            values.append(line.block.clean(line.value))
        except ValidationError:
            unfinished += 1
    minutes = whole_number(request.POST.get("assignment_minutes")) or 0
    return Work(agenda=agenda_lines(values), assignment_minutes=minutes), unfinished


def _typed_lesson(request: HttpRequest, lesson: LessonPage) -> Work:
    """The words and recordings of the body as typed, by the count that an edition is frozen with."""
    lesson.body = LessonPage.body.field.stream_block.value_from_datadict(request.POST, request.FILES, "body")
    return work_of_unit(lesson)


def _may(user: Any, page: Page, new: str) -> bool:
    """Whoever may edit the page, or add one below it."""
    allowed = page.permissions_for_user(user)
    return bool(allowed.can_add_subpage() if new else allowed.can_edit())


def _editable(user: Any) -> QuerySet[CoursePage]:
    """The courses that this person may change; none: the page is not for this person."""
    pages = policy_registry.get_by_type(Page).instances_user_has_permission_for(user, "change")
    courses: QuerySet[CoursePage] = CoursePage.objects.filter(pk__in=pages.order_by().values("pk"))
    if not courses.exists():
        raise Http404
    return courses


def _chosen(courses: QuerySet[CoursePage], asked: str | None) -> CoursePage | None:
    if not asked:
        return None
    course = courses.filter(pk=whole_number(asked) or 0).first()
    if course is None:
        raise Http404
    return course


def _sections_of(request: HttpRequest, course: CoursePage, draft: Work) -> list[Section]:
    """Draft and newest edition; one of them where they are alike."""
    edition = current_edition(course)
    if edition is None:
        return [_section(request, "As last saved, drafts included", draft, course)]
    published = work_of(edition)
    title = f"Edition {edition.number}, as published"
    if published == draft:
        return [_section(request, f"{title}; nothing has changed since", published, course)]
    return [
        _section(request, "As last saved, drafts included", draft, course),
        _section(request, title, published, course),
    ]


def _section(
    request: HttpRequest, title: str, work: Work, course: CoursePage | None, *, only_approving: bool = False
) -> Section:
    counts = count_for_boards(
        work,
        course=course,
        on=timezone.localdate(),
        trusted_months=CreditSettings.for_request(request).trusted_months,
        only_approving=only_approving,
    )
    return Section(title, work, counts)


urlpatterns: list[URLPattern] = [
    path("calculator/", calculator, name="calculator"),
    path("calculator/editor/<int:page_id>/", in_the_editor, name="hours_in_the_editor"),
]
