"""One report: its rows, its files, what a person does with it, and who did what when."""

from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.storage import storages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import OwnRequest
from accreditation.admin.report_rights import MAY_SEND, needs, page_of, query_of, to
from accreditation.models import BoardReport, BoardReportRow, ReportFormat
from accreditation.rules.cebroker import MOST_BYTES
from accreditation.services.reporting import (
    OneAnswer,
    ReportRefused,
    answer_rows,
    mark_sent,
    note_download,
    read_receipt,
    release,
    review,
    why_not_sendable,
    withdraw,
)
from accreditation.services.reporting.writing import SUFFIXES
from core.access import allowed_or_404

PER_PAGE = 50
Row, State = BoardReportRow.State, BoardReport.State
TYPES = {"xls": "application/vnd.ms-excel", "xml": "application/xml", "csv": "text/csv; charset=utf-8"}
VERDICTS = {"accepted": True, "refused": False}
Act = Callable[[OwnRequest, BoardReport], str]


@never_cache
@require_safe
@needs()
def report_page(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What is in it, and what can be done now."""
    return _page(request, _report(uuid))


@never_cache
@require_safe
@needs()
def report_file(request: OwnRequest, uuid: UUID, which: str) -> HttpResponse:
    """The file as it goes out, or its copy for people. Who took it is written down: it names people and licenses."""
    report = _report(uuid)
    allowed_or_404(request.user, "download", report)
    names = {"file": (report.file, SUFFIXES[ReportFormat.Writer(report.format.writer)]), "copy": (report.twin, "csv")}
    if which not in names or not names[which][0]:
        raise Http404
    stored, suffix = names[which]
    name = f"{file_name(report)}{'-copy' if which == 'copy' else ''}.{suffix}"
    with storages["private"].open(stored) as file:
        response = HttpResponse(file.read(), content_type=TYPES[suffix])
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    note_download(report=report, by=request.user, name=name)
    return response


@require_POST
@needs(MAY_SEND)
def act_on_report(request: OwnRequest, uuid: UUID, act: str) -> HttpResponse:
    """One act of one person. Where it is refused nothing has changed, and what was typed is kept."""
    if act not in ACTS:
        raise Http404
    report = _report(uuid)
    try:
        done = ACTS[act](request, report)
    except ReportRefused as refusal:
        if act in WITH_WORDS:
            return _page(request, _report(uuid), refusal=str(refusal), refused=act)
        messages.warning(request, str(refusal))
    else:
        messages.success(request, done)
    return to("report", report.uuid)


def file_name(report: BoardReport) -> str:
    """Board, day and a piece of its number; a sample says so first."""
    mark = "SAMPLE-" if report.body.is_sample else ""
    return f"{mark}{report.body.code}-{timezone.localdate(report.made_at):%Y%m%d}-{str(report.uuid)[:8]}"


def _review(request: OwnRequest, report: BoardReport) -> str:
    review(report=report, by=request.user)
    return "Reviewed. Hand the file in, then mark the report as sent."


def _mark_sent(request: OwnRequest, report: BoardReport) -> str:
    mark_sent(report=report, by=request.user)
    return "Marked as sent. It waits for the board's answer now."


def _release(request: OwnRequest, report: BoardReport) -> str:
    release(report=report, by=request.user)
    return "On its way. What becomes of it stands here."


def _withdraw(request: OwnRequest, report: BoardReport) -> str:
    withdraw(report=report, by=request.user, reason=request.POST.get("reason", ""))
    return "Withdrawn. What was in it waits again."


def _receipt(request: OwnRequest, report: BoardReport) -> str:
    file = request.FILES.get("receipt")
    if file is None or not file.size:
        raise ReportRefused("Choose the file that came back.")
    if file.size > MOST_BYTES:
        raise ReportRefused("The file is longer than 16 MB.")
    return f"Read: {read_receipt(report=report, content=file.read(), by=request.user)}."


def _answers(request: OwnRequest, report: BoardReport) -> str:
    """Row by row, or one answer for all that wait."""
    typed = request.POST
    waiting = report.rows.filter(state=Row.WAITING).values_list("pk", flat=True)
    answers = [
        OneAnswer(pk, VERDICTS[verdict], typed.get(f"message-{pk}", ""), typed.get(f"number-{pk}", "").strip())
        for pk in waiting
        if (verdict := typed.get(f"answer-{pk}", "")) in VERDICTS
    ]
    if (all_of_them := typed.get("all", "")) in VERDICTS:
        answers = [OneAnswer(pk, VERDICTS[all_of_them], typed.get("all-message", "")) for pk in waiting]
    if not answers:
        raise ReportRefused("Choose accepted or refused for at least one row.")
    return f"Written: {answer_rows(report=report, answers=answers, by=request.user)}."


ACTS: dict[str, Act] = {
    "review": _review,
    "sent": _mark_sent,
    "send": _release,
    "withdraw": _withdraw,
    "receipt": _receipt,
    "answers": _answers,
}
WITH_WORDS = ("withdraw", "receipt", "answers")
"""Acts to which a person writes something: a refusal keeps it."""


def _report(uuid: UUID) -> BoardReport:
    return get_object_or_404(BoardReport.objects.select_related("body", "format"), uuid=uuid)


def _page(request: HttpRequest, report: BoardReport, *, refusal: str = "", refused: str = "") -> HttpResponse:
    typed: Any = request.POST
    page = page_of(request, report.rows.select_related("award"), PER_PAGE)
    counts = Counter(report.rows.values_list("state", flat=True))
    context = {
        "report": report,
        "page": page,
        "rows": [
            {
                "row": row,
                "answer": typed.get(f"answer-{row.pk}", ""),
                "message": typed.get(f"message-{row.pk}", ""),
                "number": typed.get(f"number-{row.pk}", ""),
            }
            for row in page
        ],
        "counts": [(label, counts[state]) for state, label in Row.choices if counts[state]],
        "events": report.events.select_related("by"),
        "all": typed.get("all", ""),
        "all_message": typed.get("all-message", ""),
        "reason": typed.get("reason", ""),
        "refusal": refusal,
        "refused": refused,
        "query": query_of(request),
        "may_send": request.user.has_perm(MAY_SEND),
        "draft": report.state == State.DRAFT,
        "reviewed": report.state == State.REVIEWED,
        "unsent": report.state in (State.DRAFT, State.REVIEWED),
        "answerable": report.state in (State.SENT, State.PARTLY_FAILED) and counts[Row.WAITING] > 0,
        "not_sendable": why_not_sendable(report),
        "is_xml": report.format.writer == ReportFormat.Writer.CEBROKER_XML,
    }
    status = 422 if refusal else 200
    return render(request, "accreditation/admin/report.html", context, status=status)


urlpatterns: list[URLPattern] = [
    path("reports/<uuid:uuid>/", report_page, name="report"),
    path("reports/<uuid:uuid>/files/<slug:which>/", report_file, name="report_file"),
    path("reports/<uuid:uuid>/<slug:act>/", act_on_report, name="report_act"),
]
