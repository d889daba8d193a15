"""What was reported is no longer so: tasks for a person, who mends it at the board, where nothing of ours can."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import OwnRequest
from accreditation.admin.report_rights import MAY_SEND, needs, page_of, to
from accreditation.models import ReportTask
from accreditation.services.reporting import ReportRefused, close_task, open_tasks

PER_PAGE = 20


@require_safe
@needs()
def tasks_page(request: HttpRequest) -> HttpResponse:
    """Open tasks, the oldest first; below them what was closed last."""
    return _page(request)


@require_POST
@needs(MAY_SEND)
def close(request: OwnRequest, pk: int) -> HttpResponse:
    """A person says what was done at the board."""
    task = get_object_or_404(ReportTask.objects.select_related("row__report"), pk=pk)
    outcome, again = request.POST.get("outcome", "")[:250], request.POST.get("report_again") == "on"
    try:
        close_task(task=task, by=request.user, outcome=outcome, report_again=again)
    except ReportRefused as refusal:
        if task.closed_at is None:
            return _page(request, refusal=str(refusal), refused=pk, again=again)
        messages.warning(request, str(refusal))
    else:
        messages.success(request, "Closed. It waits to be reported anew." if again else "Closed.")
    return to("report_tasks")


def _page(request: HttpRequest, *, refusal: str = "", refused: int = 0, again: bool = False) -> HttpResponse:
    closed = ReportTask.objects.exclude(closed_at=None).select_related("row__report__body", "closed_by")
    context = {
        "page": page_of(request, open_tasks(), PER_PAGE),
        "closed": closed.order_by("-closed_at", "-pk")[:PER_PAGE],
        "may_send": request.user.has_perm(MAY_SEND),
        "refusal": refusal,
        "refused": refused,
        "again": again,
    }
    return render(request, "accreditation/admin/report_tasks.html", context, status=422 if refusal else 200)


urlpatterns: list[URLPattern] = [
    path("reports/tasks/", tasks_page, name="report_tasks"),
    path("reports/tasks/<int:pk>/close/", close, name="close_report_task"),
]
