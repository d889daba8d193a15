"""The ledger in the back office: every payment, refund and dispute, with sums, fees by month, and as a file."""

from collections.abc import Iterator
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_safe

from core import money
from core.spreadsheets import exported
from core.validation import page_number
from payments.admin.periods import LedgerForm, may_see_money, query_without
from payments.services.ledger import Movement, by_month, movements, totals
from payments.services.stripe_api import live_mode

PER_PAGE = 50
HEAD = ["When (UTC)", "What", "Order", "For", "Currency", "Gross", "Fee and net in", "Fee", "Net", "Number at Stripe"]


@require_safe
def ledger_page(request: HttpRequest) -> HttpResponseBase:
    """Movements of a period, newest first."""
    may_see_money(request)
    form = LedgerForm(request.GET)
    period = form.period()
    found = movements(period=period, currency=form.chosen("currency"), kind=form.chosen("kind"))
    if as_file := exported(request, f"ledger-{period.first}-{period.last}", _lines(found)):
        return as_file
    context = {
        "form": form,
        "live": live_mode(),
        "period": period,
        "page": Paginator(found, PER_PAGE).get_page(page_number(request.GET.get("p"))),
        "totals": totals(found),
        "months": by_month(found),
        "query": query_without(request, "p", "export"),
    }
    return render(request, "payments/admin/ledger.html", context)


def _lines(found: list[Movement]) -> Iterator[list[Any]]:
    yield HEAD
    for one in found:
        yield [
            f"{timezone.localtime(one.at, timezone.get_fixed_timezone(0)):%Y-%m-%d %H:%M:%S}",
            one.what,
            one.number,
            one.title,
            one.currency.upper(),
            money.as_decimal(one.gross, one.currency),
            one.booked_currency.upper(),
            *(None if value is None else money.as_decimal(value, one.booked_currency) for value in (one.fee, one.net)),
            one.stripe_id,
        ]


urlpatterns: list[URLPattern] = [path("ledger/", ledger_page, name="ledger")]
