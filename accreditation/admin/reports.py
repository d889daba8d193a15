"""The outbox in the back office: what waits for each board, by when, and the reports that were made."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import OwnRequest
from accreditation.admin.report_rights import MAY_ADD, needs, page_of, query_of, to
from accreditation.models import ApprovalBody, BoardReport, BoardReportRow
from accreditation.rules.reporting import countdown
from accreditation.services.reporting import ReportRefused, make_report, open_tasks, prepared_rows, waiting_awards
from accreditation.services.reporting.alarms import countdown_of, license_alarm_days, reported_bodies
from accreditation.services.reporting.rows import BODY, Prepared, expiring_first, waiting_everywhere
from core.dossier import instant
from core.spreadsheets import Line, exported

PER_PAGE = 50
MOST = 10_000
"""Lines of the file of what waits."""
Row, State = BoardReportRow.State, BoardReport.State
UNDER_WAY = (State.DRAFT, State.REVIEWED, State.SENT)
WAITING_HEAD = [
    *("Name", "License", "State", "Course", "Completed", "Hours", "Due by", "Days left", "Alarm", "Held back"),
    "Refused before",
]
REPORTS_HEAD = ["Board", "Made", "State", "Rows", "Accepted", "Refused", "No answer", "Format", "SHA-256"]


@require_safe
@needs()
def outbox(request: HttpRequest) -> HttpResponse:
    """Every board to which something is reported: what waits, what is urgent, what is on its way."""
    boards: dict[int, dict[str, Any]] = {
        body.pk: {"body": body, "waiting": 0, "alarms": 0, "reports": []} for body in reported_bodies()
    }
    today, days = timezone.localdate(), license_alarm_days()
    for pk, completed_on, expires_on in waiting_everywhere().values_list(BODY, "completed_on", "license__expires_on"):
        body = boards[pk]["body"]
        left = countdown(
            completed_on,
            within_days=body.report_within_days,
            alarm_days=body.report_alarm_days,
            expires_on=expires_on,
            license_alarm_days=days,
            today=today,
        )
        boards[pk]["waiting"] += 1
        boards[pk]["alarms"] += bool(left.alarm)
    for report in counted(BoardReport.objects.filter(state__in=UNDER_WAY, body__in=boards)):
        boards[report.body_id]["reports"].append(report)
    context = {"boards": boards.values(), "tasks": open_tasks().count(), "may_add": request.user.has_perm(MAY_ADD)}
    return render(request, "accreditation/admin/reports_outbox.html", context)


@require_safe
@needs()
def board_page(request: HttpRequest, code: str) -> HttpResponseBase:
    """What waits for one board, the oldest completion first, with its countdown and what holds it back."""
    body = get_object_or_404(reported_bodies(), code=code)
    found = expiring_first(waiting_awards(body))
    if as_file := exported(request, f"waiting-{body.code}", _waiting_lines(body, found)):
        return as_file
    page = page_of(request, found, PER_PAGE)
    context = {
        "body": body,
        "page": page,
        "rows": _with_countdown(body, page.object_list),
        "may_add": request.user.has_perm(MAY_ADD),
        "query": query_of(request),
    }
    return render(request, "accreditation/admin/reports_board.html", context)


@require_POST
@needs(MAY_ADD)
def make_draft(request: OwnRequest, code: str) -> HttpResponse:
    """A draft of all that can go out; then the person reads it."""
    body = get_object_or_404(reported_bodies(), code=code)
    try:
        report = make_report(body=body, by=request.user)
    except ReportRefused as refusal:
        messages.warning(request, str(refusal))
        return to("report_board", body.code)
    messages.success(request, "The draft is made. Compare its rows, then say that it is reviewed.")
    return to("report", report.uuid)


class ReportFilters(forms.Form):
    """Which reports are listed. A choice that is none asks for nothing."""

    board = forms.ChoiceField(label="Board", required=False)
    state = forms.ChoiceField(label="State", choices=[("", "All"), *State.choices], required=False)
    first = forms.DateField(label="From", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label="To", required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, asked: QueryDict) -> None:
        super().__init__(asked)
        board: Any = self.fields["board"]
        board.choices = [("", "All"), *ApprovalBody.objects.values_list("code", "name")]

    def found(self) -> QuerySet[BoardReport]:
        """The reports asked for, newest first."""
        self.is_valid()
        lookups = {"board": "body__code", "state": "state", "first": "made_at__date__gte", "last": "made_at__date__lte"}
        asked = {lookup: self.cleaned_data.get(name) for name, lookup in lookups.items()}
        return counted(BoardReport.objects.filter(**{name: value for name, value in asked.items() if value}))


@require_safe
@needs()
def all_reports(request: HttpRequest) -> HttpResponseBase:
    """Every report that was ever made."""
    form = ReportFilters(request.GET)
    found = form.found()
    if as_file := exported(request, "board-reports", _report_lines(found)):
        return as_file
    context = {"form": form, "page": page_of(request, found, PER_PAGE), "query": query_of(request)}
    return render(request, "accreditation/admin/reports_all.html", context)


def counted(reports: QuerySet[BoardReport]) -> QuerySet[BoardReport]:
    """With the number of rows, and what became of them."""
    return (
        reports.select_related("body", "format")
        .annotate(
            total=Count("rows"),
            accepted=Count("rows", filter=Q(rows__state=Row.ACCEPTED)),
            refused=Count("rows", filter=Q(rows__state=Row.REFUSED)),
            open=Count("rows", filter=Q(rows__state=Row.WAITING)),
        )
        .order_by("-made_at", "-pk")
    )


def _with_countdown(body: ApprovalBody, awards: Any) -> list[dict[str, Any]]:
    assert body.report_format is not None  # noqa: S101 - `reported_bodies`; for the type checker
    today, days = timezone.localdate(), license_alarm_days()
    rows: list[Prepared] = prepared_rows(awards, body=body, writer=body.report_format.writer)
    refused = BoardReportRow.objects.filter(award__in=[row.award.pk for row in rows], state=Row.REFUSED)
    before = dict(refused.order_by("pk").values_list("award", "message"))
    return [
        {
            "row": row,
            "fields": row.fields,
            "left": countdown_of(row.award, body, today=today, license_days=days),
            "refused": before.get(row.award.pk, ""),
        }
        for row in rows
    ]


def _waiting_lines(body: ApprovalBody, found: Any) -> Iterator[Line]:
    yield WAITING_HEAD
    for one in _with_countdown(body, found[:MOST]):
        fields, left = one["fields"], one["left"]
        yield [
            *(fields[name] for name in ("learner_name", "license_number", "state", "course_title", "completed_on")),
            *(fields["hours"], left.due_by, left.days_left, left.alarm, " ".join(one["row"].obstacles), one["refused"]),
        ]


def _report_lines(found: QuerySet[Any]) -> Iterator[Line]:
    yield REPORTS_HEAD
    for one in found:
        yield [
            *(str(one.body), instant(one.made_at), one.get_state_display()),
            *(one.total, one.accepted, one.refused, one.open, str(one.format), one.sha256),
        ]


urlpatterns: list[URLPattern] = [
    path("reports/", outbox, name="reports"),
    path("reports/all/", all_reports, name="all_reports"),
    path("reports/boards/<slug:code>/", board_page, name="report_board"),
    path("reports/boards/<slug:code>/draft/", make_draft, name="make_report"),
]
