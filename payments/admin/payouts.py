"""Payouts in the back office: what reached the school's bank, what each payout is made of, and as a file."""

from collections.abc import Iterator
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from core import money
from core.spreadsheets import exported
from core.validation import page_number
from payments.admin.periods import PeriodForm, may_see_money, query_without
from payments.services import StripeDownError, StripeRefusedError, is_set_up
from payments.services.payouts import MOST, Payout, Sum, opened, payouts_of, sums_of
from payments.services.stripe_api import live_mode

PER_PAGE = 20
"""Each payout on a page is one question to Stripe."""
HEAD = [
    *("Payout", "Arrives", "State", "Currency", "Paid out", "When (UTC)", "What", "Order", "For"),
    *("Gross", "Fee", "Net", "Number at Stripe"),
]


class PayoutForm(PeriodForm):
    """From and to. Stripe pays out in the school's currency, whatever buyers paid in."""

    def __init__(self, asked: QueryDict) -> None:
        super().__init__(asked)
        del self.fields["currency"]


@require_safe
def payouts_page(request: HttpRequest) -> HttpResponseBase:
    """Payouts of a period, newest first, each with its orders. The file holds what the page shows."""
    may_see_money(request)
    form = PayoutForm(request.GET)
    context: dict[str, Any] = {"form": form, "live": live_mode(), "period": form.period(), "set_up": is_set_up()}
    status = 200
    if context["set_up"]:
        try:
            found = _read(request, form)
        except (StripeDownError, StripeRefusedError) as problem:
            context, status = context | {"problem": _why(problem)}, 503
        else:
            name = f"payouts-{context['period'].first}-{context['period'].last}"
            if as_file := exported(request, name, _lines(found["shown"])):
                return as_file
            context |= found
    return render(request, "payments/admin/payouts.html", context, status=status)


def _read(request: HttpRequest, form: PayoutForm) -> dict[str, Any]:
    found = payouts_of(form.period())
    page = Paginator(found, PER_PAGE).get_page(page_number(request.GET.get("p")))
    shown = opened(page)
    rows = [(payout, Sum(payout.currency).add(payout)) for payout in shown]
    return {
        "page": page,
        "shown": shown,
        "rows": rows,
        "others": any(one.other for _, one in rows),
        "all": sums_of(found),
        "totals": sums_of(shown),
        "cut": MOST if len(found) == MOST else 0,
        "query": query_without(request, "export"),
        "pages_query": query_without(request, "p", "export"),
    }


def _why(problem: StripeDownError | StripeRefusedError) -> str:
    if isinstance(problem, StripeDownError):
        return f"Stripe gave no answer ({problem}). Nothing is lost: please look again later."
    return (
        f"Stripe answered and refused ({problem}). A restricted key needs the rights to read payouts, the balance, "
        "and balance transaction sources."
    )


def _lines(shown: list[Payout]) -> Iterator[list[Any]]:
    yield HEAD
    for payout in shown:
        currency = payout.currency
        head = [
            *(payout.stripe_id, f"{payout.arrives:%Y-%m-%d}", payout.said),
            *(currency.upper(), money.as_decimal(payout.amount, currency)),
        ]
        if not payout.bookings:
            yield [*head, *[None] * (len(HEAD) - len(head))]
        for one in payout.bookings:
            amounts = [money.as_decimal(value, currency) for value in (one.gross, one.fee, one.net)]
            yield [*head, f"{one.at:%Y-%m-%d %H:%M:%S}", one.what, one.number, one.title, *amounts, one.source]


urlpatterns: list[URLPattern] = [path("payouts/", payouts_page, name="payouts")]
