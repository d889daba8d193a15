"""The learner's ledger: every award with its lines and what became of its report, and credit from elsewhere."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import OwnRequest
from accreditation.forms.credits import ExternalCreditForm, LedgerFilterForm
from accreditation.models import CreditAward, ExternalCredit, ProfessionalLicense
from accreditation.services.award_words import lines_in_words
from accreditation.services.external import add_external, change_external, remove_external
from accreditation.services.reporting.states import report_state_of
from accreditation.services.uncredited import reasons_of
from accreditation.views.evidence import sent
from core.access import allowed_or_404, can
from core.spreadsheets import exported
from core.validation import page_number
from enrollments.models import Enrollment

PER_PAGE = 20
HEAD = [
    *("Title", "Hours", "Counted as", "Subjects", "Board", "Course number", "License", "Completed on", "Status"),
    *("Report", "Where"),
]


@require_safe
@login_required
def my_credits(request: OwnRequest) -> HttpResponseBase:
    """All of it, by license and year; as a page or as a file."""
    filters = LedgerFilterForm(request.GET, **_choices(request))
    chosen = filters.chosen()
    awards, external = _narrowed(request, chosen)
    if as_file := exported(request, "credit", _lines(awards, external)):
        return as_file
    page = Paginator(awards, PER_PAGE).get_page(page_number(request.GET.get("page")))
    context = {
        "page": page,
        "rows": _rows(list(page.object_list)),
        "external": external,
        "owns_any": bool(chosen) or page.paginator.count or external,
        "filters": filters,
        "active": _active(filters, chosen),
        "query": urlencode(chosen),
        "uncredited": _uncredited(request) if page.number == 1 and not chosen else [],
    }
    return render(request, "accreditation/my_credits.html", context)


def _choices(request: OwnRequest) -> dict[str, Any]:
    """The licenses and years that there are."""
    licenses = ProfessionalLicense.objects.filter(user=request.user).select_related("jurisdiction", "profession")
    mine = CreditAward.objects.of(request.user).values_list("completed_on", flat=True)
    elsewhere = ExternalCredit.objects.filter(user=request.user).values_list("completed_on", flat=True)
    years = {str(day.year) for day in [*mine.order_by(), *elsewhere.order_by()]}
    return {
        "licenses": [(str(one.pk), f"{one}, {one.number}") for one in licenses],
        "years": sorted(years, reverse=True),
    }


def _narrowed(request: OwnRequest, chosen: dict[str, str]) -> tuple[QuerySet[CreditAward], QuerySet[ExternalCredit]]:
    awards = CreditAward.objects.of(request.user).select_related("superseded_by")
    external = ExternalCredit.objects.filter(user=request.user).prefetch_related("licenses__jurisdiction")
    if year := chosen.get("year"):
        awards, external = awards.filter(completed_on__year=year), external.filter(completed_on__year=year)
    if license := chosen.get("license"):
        wanted = None if license == "none" else int(license)
        awards, external = awards.filter(license=wanted), external.filter(licenses=wanted)
    return awards, external


def _rows(awards: list[CreditAward]) -> list[dict[str, Any]]:
    """Each award with its lines in words and its report's state."""
    states = report_state_of(awards)
    return [{"award": one, "lines": lines_in_words(one.lines), "report": states.get(one.pk)} for one in awards]


def _uncredited(request: OwnRequest) -> list[Any]:
    """Completed, with an approval of the course, and nothing given: why."""
    completed = (
        Enrollment.objects.filter(user=request.user, completed_on__isnull=False, course__approvals__isnull=False)
        .exclude(credit_awards__status=CreditAward.Status.EARNED)
        .select_related("edition", "user", "course")
        .order_by("-completed_on", "-pk")
        .distinct()[:PER_PAGE]
    )
    return [one for one in reasons_of(list(completed)) if one.reasons]


def _active(filters: LedgerFilterForm, chosen: dict[str, str]) -> list[dict[str, str]]:
    return [
        {
            "label": f"{filters.fields[name].label}: {filters.words[name][value]}",
            "remove_url": "?" + urlencode({other: kept for other, kept in chosen.items() if other != name}),
        }
        for name, value in chosen.items()
    ]


def _lines(awards: QuerySet[CreditAward], external: QuerySet[ExternalCredit]) -> Iterator[list[Any]]:
    """Every award and every credit from elsewhere, as a table for people."""
    yield HEAD
    rows = list(awards)
    states = report_state_of(rows)
    for one in rows:
        license, state = one.facts["license"] or {}, states.get(one.pk)
        yield [
            one.facts["title_as_approved"],
            one.hours,
            one.facts["hour_label"],
            "; ".join(lines_in_words(one.lines)),
            one.facts["body_name"],
            one.facts["course_number"],
            " ".join(filter(None, [license.get("jurisdiction", ""), license.get("number", "")])),
            one.completed_on.isoformat(),
            one.get_status_display(),
            state.label if state else "",
            one.facts["provider_name"],
        ]
    for other in external:
        kind = f"{other.hours} {other.get_subject_display()}, {other.get_mode_display()}"
        licenses = "; ".join(str(license.jurisdiction) for license in other.licenses.all())
        row = [other.title, other.hours, "hours", kind, "", "", licenses, other.completed_on.isoformat()]
        yield [*row, "Entered by you", "", other.provider]


@require_http_methods(["GET", "POST"])
@login_required
def external(request: OwnRequest, pk: int | None = None) -> HttpResponse:
    """Enter credit from elsewhere, or change it."""
    credit = None if pk is None else ExternalCredit.objects.filter(pk=pk).first()
    if pk is not None and (credit is None or not can(request.user, "edit", credit)):
        raise Http404
    form = ExternalCreditForm(request.POST or None, request.FILES or None, user=request.user, credit=credit)
    if request.method == "POST" and form.is_valid():
        if credit is None:
            add_external(user=request.user, **form.said())
        else:
            change_external(credit=credit, drop_file=form.cleaned_data.get("drop_file", False), **form.said())
        messages.success(request, "Saved.")
        return HttpResponseRedirect(reverse("my_credits"), status=303)
    context = {"form": form, "credit": credit}
    return render(request, "accreditation/external_credit.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def external_remove(request: OwnRequest, pk: int) -> HttpResponse:
    """Take it out of the own view."""
    credit = ExternalCredit.objects.filter(pk=pk).first()
    if credit is None or not can(request.user, "edit", credit):
        raise Http404
    remove_external(credit=credit)
    messages.success(request, "Taken out.")
    return HttpResponseRedirect(reverse("my_credits"), status=303)


@require_safe
@login_required
def external_file(request: OwnRequest, pk: int) -> HttpResponseBase:
    """The file, for its owner."""
    credit = ExternalCredit.objects.filter(pk=pk).first()
    allowed_or_404(request.user, "download", credit)
    assert credit is not None  # noqa: S101 - for the type checker
    return sent(credit.file, "credit")


urlpatterns: list[URLPattern] = [
    path("my/credits/", my_credits, name="my_credits"),
    path("my/credits/external/", external, name="external_credit_add"),
    path("my/credits/external/<int:pk>/", external, name="external_credit"),
    path("my/credits/external/<int:pk>/remove/", external_remove, name="external_credit_remove"),
    path("my/credits/external/<int:pk>/file/", external_file, name="external_credit_file"),
]
