"""The ledger: every movement with fee and net, sums per currency and month, and files that are safe to open."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import User
from courses.tests.factories import make_user
from payments.models import Offer, OfferPrice, Order, PaymentFact
from payments.services import give_back, sync_order
from payments.services.ledger import Period, by_month, last_months, movements, totals
from payments.tests.conftest import Shop
from payments.tests.factories import make_order
from payments.tests.test_queue import staff_with
from stripe_sandbox.testing import APPROVED

pytestmark = pytest.mark.django_db


def this_year() -> Period:
    return last_months(12, today=timezone.localdate() + timedelta(days=1))


def bought(shop: Shop, **form: str) -> Order:
    """A paid order as the ledger has it."""
    shop.pay(shop.enroll(**form), APPROVED)
    return sync_order(order=shop.order)


@pytest.fixture
def looker(client_of: Callable[[User], Client]) -> Client:
    """Somebody who may see orders."""
    return client_of(staff_with("view_order"))


@pytest.mark.both_databases
def test_a_payment_and_its_refund_stand_with_fee_and_net(shop: Shop) -> None:
    order = bought(shop)
    give_back(order=order, by=staff_with("refund_order"), reason="Kind.", amount=1000)
    found = movements(period=this_year())
    assert sorted((one.what, one.number, one.gross, one.fee, one.net) for one in found) == [
        ("Payment", order.number, 4800, 169, 4631),
        ("Refund", order.number, -1000, 0, -1000),
    ]
    (total,) = totals(found)
    assert (total.payments, total.refunds, total.disputes, total.gross) == (4800, -1000, 0, 3800)
    assert (total.fee, total.net, total.unbooked) == (169, 3631, 0)


@pytest.mark.both_databases
def test_a_dispute_takes_money_and_its_fee_and_gives_back_when_won(shop: Shop) -> None:
    order = bought(shop)
    dispute = shop.bank.dispute(shop.payment)
    sync_order(order=order)
    (total,) = totals(movements(period=this_year()))
    assert (total.disputes, total.net) == (-4800, 4631 - 4800 - 1500)
    shop.bank.decide(dispute, "won")
    sync_order(order=order)
    found = movements(period=this_year())
    assert sorted(one.gross for one in found if one.what == "Dispute") == [-4800, 4800]
    (total,) = totals(found)
    assert (total.disputes, total.fee, total.net) == (0, 169 + 1500, 4631 - 1500)


def test_an_inquiry_and_a_refund_that_came_back_move_nothing(shop: Shop) -> None:
    order = bought(shop)
    shop.bank.dispute(shop.payment, inquiry=True)
    refund = shop.bank.refund(shop.payment, 500)
    shop.bank.finish_refund(refund, ok=False)
    sync_order(order=order)
    assert [one.what for one in movements(period=this_year())] == ["Payment"]


def test_currencies_are_never_added_up(shop: Shop, offer: Offer) -> None:
    for currency, amount in (("jpy", 7000), ("bhd", 18123)):
        OfferPrice.objects.create(offer=offer, currency=currency, unit_amount=amount)
    bought(shop, pay_in="bhd")
    give_back(order=shop.order, by=staff_with("refund_order"), reason="Kind.")
    bought(shop, pay_in="jpy")
    found = {total.currency: total for total in totals(movements(period=this_year()))}
    assert sorted(found) == ["bhd", "jpy"]
    assert (found["jpy"].payments, found["bhd"].payments, found["bhd"].refunds) == (7000, 18123, -18123)


@pytest.mark.both_databases
def test_what_stripe_books_in_another_currency_is_summed_there(shop: Shop) -> None:
    bought(shop)
    charge = PaymentFact.objects.get(kind="charge")
    charge.raw["balance_transaction"]["currency"] = "eur"
    charge.save()
    euro, dollar = totals(movements(period=this_year()))
    assert (euro.currency, euro.gross, euro.fee, euro.net) == ("eur", 0, 169, 4631)
    assert (dollar.currency, dollar.gross, dollar.fee, dollar.net) == ("usd", 4800, 0, 0)


def test_what_is_not_booked_yet_is_said(shop: Shop, looker: Client) -> None:
    bought(shop)
    PaymentFact.objects.filter(kind="charge").update(fee=None, net=None)
    (total,) = totals(movements(period=this_year()))
    assert (total.gross, total.net, total.unbooked) == (4800, 0, 1)
    assert "1 not booked yet" in looker.get(reverse("sales:ledger")).content.decode()


def test_test_money_does_not_stand_among_real_money(shop: Shop) -> None:
    bought(shop)
    Order.objects.update(livemode=True)
    assert movements(period=this_year()) == []


def test_a_period_holds_its_first_and_its_last_day(shop: Shop, settings: Any) -> None:
    bought(shop)
    settings.TIME_ZONE = "America/New_York"
    timezone.get_default_timezone.cache_clear()
    try:
        for moment, month in (
            (datetime(2026, 3, 1, 4, 59, tzinfo=UTC), date(2026, 2, 1)),
            (datetime(2026, 3, 1, 5, 0, tzinfo=UTC), date(2026, 3, 1)),
        ):
            PaymentFact.objects.update(happened_at=moment)
            march = movements(period=Period(date(2026, 3, 1), date(2026, 3, 31)))
            assert len(march) == (month.month == 3)
            found = movements(period=Period(date(2026, 2, 1), date(2026, 3, 31)))
            assert [line[0] for line in by_month(found)] == [month]
    finally:
        timezone.get_default_timezone.cache_clear()


@pytest.mark.parametrize(
    ("today", "first"), [(date(2026, 11, 20), date(2025, 12, 1)), (date(2026, 12, 31), date(2026, 1, 1))]
)
def test_twelve_months_end_with_this_one(today: date, first: date) -> None:
    assert last_months(12, today=today) == Period(first, today)


def test_the_files_hold_exact_amounts_and_no_formulas(shop: Shop, looker: Client) -> None:
    order = bought(shop)
    Order.objects.update(title="=HYPERLINK(1)")
    give_back(order=order, by=staff_with("refund_order"), reason="Kind.", amount=1)
    door = reverse("sales:ledger")
    rows = list(csv.DictReader(io.StringIO(looker.get(f"{door}?export=csv").getvalue().decode("utf-8-sig"))))
    assert [(row["What"], row["Gross"], row["Net"], row["For"]) for row in rows] == [
        ("Refund", "-0.01", "-0.01", "'=HYPERLINK(1)"),
        ("Payment", "48.00", "46.31", "'=HYPERLINK(1)"),
    ]
    answer = looker.get(f"{door}?export=xlsx")
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    assert sheet is not None
    cells = list(sheet.iter_rows(min_row=2))
    assert [(row[3].value, row[3].data_type) for row in cells] == [("=HYPERLINK(1)", "s")] * 2
    assert [Decimal(str(row[5].value)) for row in cells] == [Decimal("-0.01"), Decimal(48)]


def test_filters(shop: Shop, looker: Client) -> None:
    order = bought(shop)
    give_back(order=order, by=staff_with("refund_order"), reason="Kind.", amount=1000)
    door = reverse("sales:ledger")
    for query, expected in (
        ("", 2),
        ("kind=refund", 1),
        ("currency=usd", 2),
        ("first=2020-01-01&last=2020-12-31", 0),
        ("first=2020-01-01", 2),
        ("first=nonsense", 2),
        ("first=2026-12-31&last=2020-01-01", 2),
        ("first=0001-01-01&last=9999-12-31", 2),
        ("kind=nonsense", 2),
    ):
        page = looker.get(f"{door}?{query}")
        assert (page.status_code, page.context["page"].paginator.count) == (200, expected), query


@pytest.mark.parametrize("door", ["sales:ledger", "sales:revenue"])
def test_queries_do_not_grow(shop: Shop, looker: Client, door: str) -> None:
    def queries(number: int) -> int:
        for _ in range(number):
            order = make_order(make_user(), shop_order.offer)
            Order.objects.filter(pk=order.pk).update(livemode=False)
            PaymentFact.objects.create(
                order=order,
                kind="charge",
                stripe_id=f"ch_{order.pk}",
                amount=4800,
                currency="usd",
                status="succeeded",
                happened_at=timezone.now(),
                observed_at=timezone.now(),
            )
        looker.get(reverse(door))
        with CaptureQueriesContext(connection) as caught:
            looker.get(reverse(door))
        return len(caught)

    shop_order = bought(shop)
    assert queries(1) == queries(12)


MONEY = ["review", "disputes", "ledger", "payouts", "revenue", "reconciliation", "health"]


@pytest.mark.parametrize("page", MONEY)
def test_people_and_doors(shop: Shop, client_of: Callable[[User], Client], instructor: User, page: str) -> None:
    bought(shop)
    door = reverse(f"sales:{page}")
    people = [
        Client(),
        shop.browser,
        client_of(instructor),
        client_of(staff_with()),
        client_of(staff_with("view_order")),
    ]
    assert [one.get(door).status_code for one in people] == [302, 404, 302, 302, 200]
    assert people[-1].post(door).status_code == 405


def test_the_menu_names_the_pages_for_those_who_may_see_them(shop: Shop, client_of: Callable[[User], Client]) -> None:
    shop.enroll()
    home = reverse("wagtailadmin_home")
    seen = client_of(staff_with("view_order")).get(home).content.decode()
    hidden = client_of(staff_with()).get(home).content.decode()
    addresses = [reverse(f"sales:{page}") for page in MONEY]
    assert [address in seen for address in addresses] == [True] * len(MONEY)
    assert [address in hidden for address in addresses] == [False] * len(MONEY)
