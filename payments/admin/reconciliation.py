"""What every reconciliation found, in the back office."""

import re

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from core.validation import page_number
from payments.admin.periods import may_see_money, query_without
from payments.models import Order, ReconcileRun

PER_PAGE = 25
NUMBER = re.compile(r"SP-[0-9A-Z]{8}")


@require_safe
def runs_page(request: HttpRequest) -> HttpResponse:
    """Newest first; with `show=differences` those that repaired something or met an error."""
    may_see_money(request)
    only = request.GET.get("show") == "differences"
    runs = ReconcileRun.objects.exclude(Q(differences=[]) & Q(error="")) if only else ReconcileRun.objects.all()
    page = Paginator(runs, PER_PAGE).get_page(page_number(request.GET.get("p")))
    numbers = {number for run in page for line in run.differences for number in NUMBER.findall(line)}
    known = dict(Order.objects.filter(number__in=numbers).values_list("number", "pk"))
    shown = [(run, _took(run), [(line, _order_of(line, known)) for line in run.differences]) for run in page]
    context = {"page": page, "runs": shown, "only": only, "query": query_without(request, "p")}
    return render(request, "payments/admin/reconciliation.html", context)


def _took(run: ReconcileRun) -> str:
    return f"{(run.ended_at - run.started_at).total_seconds():.0f} seconds" if run.ended_at else "not ended"


def _order_of(line: str, known: dict[str, int]) -> int | None:
    found = NUMBER.search(line)
    return known.get(found[0]) if found else None


urlpatterns: list[URLPattern] = [path("reconciliation/", runs_page, name="reconciliation")]
