"""What each course brought in by month, in the back office: a table, a plot and a file for each currency."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from core import money, plots
from core.spreadsheets import exported
from payments.admin.periods import PeriodForm, may_see_money, query_without
from payments.services.ledger import Period
from payments.services.revenue import Revenue, revenue
from payments.services.stripe_api import live_mode


@require_safe
def revenue_page(request: HttpRequest) -> HttpResponseBase:
    """Revenue of a period, net of what went back."""
    may_see_money(request)
    form = PeriodForm(request.GET)
    period = form.period()
    found = revenue(period=period, currency=form.chosen("currency"))
    if as_file := exported(request, f"revenue-{period.first}-{period.last}", _lines(found)):
        return as_file
    context = {
        "form": form,
        "live": live_mode(),
        "period": period,
        "tables": [_table(one, period) for one in found],
        "query": query_without(request, "export"),
    }
    return render(request, "payments/admin/revenue.html", context)


def _table(found: Revenue, period: Period) -> dict[str, Any]:
    """As the page shows it: amounts in words, months as short names, the newest first since the table is wide."""
    months = found.months[::-1]
    rows = [
        (title, [_say(found, amounts.get(month, 0)) for month in months], _say(found, sum(amounts.values())))
        for title, amounts in found.courses.items()
    ]
    return {
        "currency": found.currency.upper(),
        "months": [_short(month, months) for month in months],
        "rows": rows,
        "sums": [_say(found, found.of_month(month)) for month in months],
        "total": _say(found, found.total),
        "plot": _plot(found),
    }


def _plot(found: Revenue) -> plots.Plot:
    """Bars by month; a line where a month gave back more than it took, since a bar has no place below nothing."""
    amounts = [(_short(month, found.months), found.of_month(month)) for month in found.months]
    lowest, highest = min(amount for _, amount in amounts), max(amount for _, amount in amounts)
    code = found.currency
    axis = plots.Axis(
        code.upper(), _unit(min(0, lowest), code), _unit(max(highest, 10 ** money.exponent(code)), code), _thousands
    )
    about: dict[str, Any] = {
        "ident": f"revenue-{code}",
        "title": f"Revenue by month, {code.upper()}",
        "description": f"{_say(found, found.total)} in all; the best month brought {_say(found, highest)}.",
        "x": "Month",
        "y": axis,
    }
    if lowest < 0:
        return plots.line_chart(**about, points=[(name, _unit(amount, code)) for name, amount in amounts])
    return plots.bar_chart(**about, bars=[plots.Bar(name, _unit(amount, code)) for name, amount in amounts])


def _unit(amount: int, currency: str) -> float:
    """For drawing alone; no sum is made of it."""
    return float(money.as_decimal(amount, currency))


def _thousands(value: float) -> str:
    """As an axis has room for: 12k."""
    return f"{value / 1000:g}k" if abs(value) >= 10_000 else f"{value:,.10g}"


def _short(month: date, months: list[date]) -> str:
    """Jan; with the year where there are several."""
    return f"{month:%b}" if months[0].year == months[-1].year else f"{month:%b} ’{month:%y}"


def _say(found: Revenue, amount: int) -> str:
    return money.display(amount, found.currency) if amount else "–"


def _lines(found: list[Revenue]) -> Iterator[list[Any]]:
    yield ["Course", "Month", "Currency", "Revenue, net of refunds and disputes"]
    for one in found:
        for title, amounts in one.courses.items():
            for month in sorted(amounts):
                yield [title, f"{month:%Y-%m}", one.currency.upper(), money.as_decimal(amounts[month], one.currency)]


urlpatterns: list[URLPattern] = [path("revenue/", revenue_page, name="revenue")]
