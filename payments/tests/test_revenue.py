"""Revenue by course and month: net of what went back, parted as the price was, per currency."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from courses.tests.factories import make_course
from payments.models import Offer, OfferPrice, Order, PaymentFact
from payments.services import give_back, save_offer, sync_order
from payments.services.ledger import Period
from payments.services.revenue import revenue
from payments.tests.conftest import Shop
from payments.tests.test_queue import staff_with
from stripe_sandbox.testing import APPROVED

pytestmark = pytest.mark.django_db
SPRING = Period(date(2026, 3, 1), date(2026, 5, 31))
MARCH, APRIL, MAY = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)


def buy_both(shop: Shop) -> Order:
    """Two courses for $90.01, paid on March 10."""
    bundle = save_offer(courses=[shop.course, make_course("Sacral hold")], unit_amount=9001, name="Both")
    shop.pay(shop.enroll(offer=str(bundle.pk)), APPROVED)
    order = sync_order(order=shop.order)
    PaymentFact.objects.update(happened_at=datetime(2026, 3, 10, 12, tzinfo=UTC))
    return order


def date_refunds(month: int) -> None:
    PaymentFact.objects.filter(kind="refund").update(happened_at=datetime(2026, month, 10, 12, tzinfo=UTC))


@pytest.mark.both_databases
def test_a_bundle_is_parted_and_a_refund_of_a_part_falls_on_it(shop: Shop) -> None:
    order = buy_both(shop)
    (found,) = revenue(period=SPRING)
    assert found.courses == {"Light touch": {MARCH: 4501}, "Sacral hold": {MARCH: 4500}}
    give_back(
        order=order, by=staff_with("refund_order"), reason="No.", items=[order.items.get(course__title="Sacral hold")]
    )
    PaymentFact.objects.exclude(kind="refund").update(happened_at=datetime(2026, 3, 10, 12, tzinfo=UTC))
    date_refunds(5)
    (found,) = revenue(period=SPRING)
    assert found.courses == {"Light touch": {MARCH: 4501}, "Sacral hold": {MARCH: 4500, MAY: -4500}}
    assert (found.months, found.total) == ([MARCH, APRIL, MAY], 4501)
    assert [found.of_month(month) for month in found.months] == [9001, 0, -4500]


def test_a_refund_of_no_part_is_borne_by_all_to_the_last_cent(shop: Shop) -> None:
    order = buy_both(shop)
    give_back(order=order, by=staff_with("refund_order"), reason="No.", amount=333)
    PaymentFact.objects.exclude(kind="refund").update(happened_at=datetime(2026, 3, 10, 12, tzinfo=UTC))
    date_refunds(3)
    (found,) = revenue(period=SPRING)
    assert found.total == 9001 - 333
    assert sorted(found.courses) == ["Light touch", "Sacral hold"]


def test_currencies_stand_apart(shop: Shop, offer: Offer) -> None:
    OfferPrice.objects.create(offer=offer, currency="jpy", unit_amount=7000)
    shop.pay(shop.enroll(pay_in="jpy"), APPROVED)
    sync_order(order=shop.order)
    buy_both(shop)
    assert [(one.currency, one.total) for one in revenue(period=SPRING)] == [("jpy", 7000), ("usd", 4500)]
    assert [one.currency for one in revenue(period=SPRING, currency="jpy")] == ["jpy"]


def test_the_page_has_table_plot_and_file(shop: Shop, client_of: Callable[[User], Client]) -> None:
    buy_both(shop)
    looker = client_of(staff_with("view_order"))
    door = f"{reverse('sales:revenue')}?first=2026-03-01&last=2026-05-31"
    page = looker.get(door).content.decode()
    for words in ("$90.01", "$45.01", '<svg class="plot"', "Revenue by month, USD"):
        assert words in page
    assert page.count('<rect class="plot-bar"') == 3
    rows = list(csv.reader(io.StringIO(looker.get(f"{door}&export=csv").getvalue().decode("utf-8-sig"))))
    assert rows[1:] == [["Light touch", "2026-03", "USD", "45.01"], ["Sacral hold", "2026-03", "USD", "45.00"]]


def test_the_table_begins_with_the_newest_month(shop: Shop, client_of: Callable[[User], Client]) -> None:
    """It is wide, and who opens it wants to see this month."""
    buy_both(shop)
    page = client_of(staff_with("view_order")).get(f"{reverse('sales:revenue')}?first=2026-03-01&last=2026-05-31")
    (table,) = page.context["tables"]
    assert (table["months"], table["sums"]) == (["May", "Apr", "Mar"], ["–", "–", "$90.01"])
    assert [(title, amounts) for title, amounts, _ in table["rows"]] == [
        ("Light touch", ["–", "–", "$45.01"]),
        ("Sacral hold", ["–", "–", "$45.00"]),
    ]


def test_a_month_that_gave_back_more_than_it_took_is_drawn_as_a_line(
    shop: Shop, client_of: Callable[[User], Client]
) -> None:
    order = buy_both(shop)
    give_back(order=order, by=staff_with("refund_order"), reason="No.")
    PaymentFact.objects.exclude(kind="refund").update(happened_at=datetime(2026, 3, 10, 12, tzinfo=UTC))
    date_refunds(5)
    page = client_of(staff_with("view_order")).get(f"{reverse('sales:revenue')}?first=2026-03-01&last=2026-05-31")
    words = page.content.decode()
    assert ("-$90.01" in words, '<polyline class="plot-line"' in words) == (True, True)


def test_nothing_is_said_plainly(shop: Shop, client_of: Callable[[User], Client]) -> None:
    page = client_of(staff_with("view_order")).get(reverse("sales:revenue")).content.decode()
    assert "No money moved in this time." in page
