"""Payouts as Stripe tells them: what each is made of, whose orders are in it, and what is said when it cannot be read.

The bank of these tests answers two addresses with prepared lists, so that it can pay out what no shop of ours sold.
"""

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import User
from courses.tests.factories import make_user
from payments.admin.payouts import PER_PAGE
from payments.models import Offer, Order, PaymentFact
from payments.services import give_back
from payments.services.ledger import Period
from payments.services.payouts import payouts_of, sums_of
from payments.tests.conftest import Shop
from payments.tests.factories import make_order
from payments.tests.test_queue import staff_with
from stripe_sandbox.testing import APPROVED

pytestmark = pytest.mark.django_db
DOOR = "/admin/sales/payouts/"
DAYS = "first=2026-10-01&last=2026-10-31"
OCTOBER = Period(date(2026, 10, 1), date(2026, 10, 31))
NOON = int(datetime(2026, 10, 18, 12, tzinfo=UTC).timestamp())
Json = dict[str, Any]


class Bank:
    """Stripe's two lists, paged as Stripe pages them, and what it was asked."""

    def __init__(self) -> None:
        self.payouts: list[Json] = []
        self.bookings: dict[str, list[Json]] = {}
        self.status = 200
        self.asked: list[str] = []

    def pays_out(self, ident: str, amount: int, *bookings: Json, day: int = 20, **more: Any) -> None:
        """A payout that arrives on a day of October, with its lines and the one that empties the balance."""
        arrives = int(datetime(2026, 10, day, tzinfo=UTC).timestamp())
        payout = {"id": ident, "object": "payout", "amount": amount, "currency": "usd", "arrival_date": arrives}
        self.payouts.append(payout | {"status": "paid", "automatic": True, "failure_message": None, **more})
        own = booking("payout", -amount, {"id": ident, "object": "payout"})
        self.bookings[ident] = [own, *bookings]

    def answer(self, path: str, asked: dict[str, list[str]]) -> Any:
        """The page of a list, newest first."""
        if path == "/v1/payouts":
            begin, end = (int(asked[f"arrival_date[{name}]"][0]) for name in ("gte", "lt"))
            found = [one for one in self.payouts if begin <= one["arrival_date"] < end]
        else:
            assert asked["expand[0]"] == ["data.source"]
            found = self.bookings[asked["payout"][0]]
        after = [number for number, one in enumerate(found, 1) if one["id"] == asked.get("starting_after", [""])[0]]
        first, limit = (after or [0])[0], int(asked["limit"][0])
        return {
            "object": "list",
            "url": path,
            "data": found[first : first + limit],
            "has_more": first + limit < len(found),
        }


def booking(category: str, gross: int, source: Json | str | None, *, fee: int = 0) -> Json:
    ident = source["id"] if isinstance(source, dict) else source
    line = {"id": f"txn_{category}_{ident}", "object": "balance_transaction", "reporting_category": category}
    return line | {
        "amount": gross,
        "fee": fee,
        "net": gross - fee,
        "created": NOON,
        "currency": "usd",
        "source": source,
    }


@pytest.fixture
def bank(settings: Any) -> Iterator[Bank]:
    """A server that the shop takes for Stripe."""
    bank = Bank()

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """One list."""
            url = urlsplit(self.path)
            bank.asked.append(url.path)
            good = {"error": {"type": "invalid_request_error", "code": "more_permissions_required", "message": "No."}}
            body = bank.answer(url.path, parse_qs(url.query)) if bank.status == 200 else good
            text = json.dumps(body).encode()
            self.send_response(bank.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *args: Any) -> None:
            """Tests say what matters."""

    server = ThreadingHTTPServer(("localhost", 0), Door)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRETS = f"sk_test_of_{server.server_port}", ["whsec_x"]
    settings.STRIPE_API_BASE, settings.PAYMENTS = f"http://localhost:{server.server_port}", True
    yield bank
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def looker(client_of: Callable[[User], Client]) -> Client:
    return client_of(staff_with("view_order"))


def sold(offer: Offer, charge: str, kind: str = "charge") -> Order:
    """An order whose charge (refund, dispute) Stripe has told us of."""
    order = make_order(make_user(), offer)
    now = timezone.now()
    PaymentFact.objects.create(
        order=order, kind=kind, stripe_id=charge, amount=4800, status="succeeded", observed_at=now, happened_at=now
    )
    return order


def test_a_payout_is_taken_apart_and_leads_to_its_orders(bank: Bank, looker: Client, offer: Offer) -> None:
    bought, refunded, disputed = (sold(offer, name, kind) for name, kind in (
        ("ch_1", "charge"), ("re_1", "refund"), ("dp_1", "dispute")))  # fmt: skip
    bank.pays_out(
        "po_1",
        4631 - 1000 - 6300 + 4800 - 25 + 7,
        booking("charge", 4800, {"id": "ch_1", "object": "charge", "payment_intent": "pi_1"}, fee=169),
        booking("refund", -1000, {"id": "re_1", "object": "refund", "charge": "ch_elsewhere"}),
        booking("dispute", -4800, {"id": "dp_1", "object": "dispute", "charge": "ch_9"}, fee=1500),
        booking("dispute_reversal", 4800, {"id": "dp_1", "object": "dispute", "charge": "ch_9"}),
        booking("fee", -25, None),
        booking("other_adjustment", 7, "adj_1"),
    )
    page = looker.get(f"{DOOR}?{DAYS}")
    ((payout, line),) = page.context["rows"]
    assert page.status_code == 200
    assert (payout.arrives, payout.said, payout.amount, payout.unexplained) == (date(2026, 10, 20), "Paid", 2113, 0)
    assert (line.payments, line.refunds, line.disputes, line.other, line.fees) == (4800, -1000, 0, 7, 1694)
    assert line.payments + line.refunds + line.disputes + line.other - line.fees == line.net == 2113
    assert payout.orders == {order.pk: order.number for order in (bought, refunded, disputed)}
    text = page.content.decode()
    assert [f'href="{reverse("orders:inspect", args=[pk])}"' in text for pk in payout.orders] == [True] * 3
    assert ("3 orders" in text, "$21.13</strong> in 1 payout" in text) == (True, True)


def test_a_refund_leads_to_its_order_by_its_payment(bank: Bank, looker: Client, offer: Offer) -> None:
    """The refund itself was not read yet, or Stripe's dashboard gave it back a moment ago."""
    order = sold(offer, "pi_1", "payment_intent")
    bank.pays_out("po_1", -1000, booking("refund", -1000, {"id": "re_new", "charge": "ch_x", "payment_intent": "pi_1"}))
    ((payout, _),) = looker.get(f"{DOOR}?{DAYS}").context["rows"]
    assert payout.orders == {order.pk: order.number}


def test_what_was_not_sold_here_is_in_no_order(bank: Bank, looker: Client) -> None:
    bank.pays_out("po_1", 900, booking("charge", 1000, "ch_of_another_shop", fee=100))
    page = looker.get(f"{DOOR}?{DAYS}")
    assert [(payout.orders, line.payments) for payout, line in page.context["rows"]] == [({}, 1000)]


def test_what_the_lines_do_not_add_up_to_is_said(bank: Bank, looker: Client) -> None:
    bank.pays_out("po_1", 1000, booking("charge", 900, "ch_1"))
    assert "$1.00 not listed" in looker.get(f"{DOOR}?{DAYS}").content.decode()


def test_a_payout_that_was_drawn_by_hand_has_no_lines_and_is_not_asked_for(bank: Bank, looker: Client) -> None:
    bank.pays_out("po_1", 1000, booking("charge", 1000, "ch_1"), automatic=False)
    page = looker.get(f"{DOOR}?{DAYS}")
    assert "drawn by hand" in page.content.decode()
    assert bank.asked == ["/v1/payouts"]
    assert page.context["rows"][0][0].unexplained == 0


@pytest.mark.parametrize(
    ("changes", "said", "counts"),
    [
        ({"status": "in_transit"}, "On its way", 1),
        ({"status": "pending"}, "Not sent yet", 1),
        ({"status": "failed", "failure_message": "The account is closed."}, "Came back: The account is closed.", 0),
        ({"status": "canceled"}, "Canceled", 0),
        ({"status": "something_new"}, "something_new", 1),
    ],
)
def test_a_payout_that_brought_nothing_is_not_in_the_totals(
    bank: Bank, changes: dict[str, str], said: str, counts: int
) -> None:
    bank.pays_out("po_1", 1000, **changes)
    found = payouts_of(OCTOBER)
    assert [payout.said for payout in found] == [said]
    assert [one.count for one in sums_of(found)] == [1] * counts


def test_totals_are_by_currency(bank: Bank) -> None:
    bank.pays_out("po_1", 1000)
    bank.pays_out("po_2", 500, currency="eur")
    bank.pays_out("po_3", 30)
    assert [(one.currency, one.count, one.net) for one in sums_of(payouts_of(OCTOBER))] == [
        ("eur", 1, 500),
        ("usd", 2, 1030),
    ]


def test_a_day_of_arrival_is_stripes_own(bank: Bank, settings: Any) -> None:
    """At midnight UTC: west of Greenwich the first of the month would fall out of its month."""
    settings.TIME_ZONE = "America/Los_Angeles"
    timezone.get_default_timezone.cache_clear()
    try:
        for day in (1, 31):
            bank.pays_out(f"po_{day}", 100, day=day)
        assert [payout.arrives.day for payout in payouts_of(OCTOBER)] == [1, 31]
        assert payouts_of(Period(date(2026, 9, 1), date(2026, 9, 30))) == []
    finally:
        timezone.get_default_timezone.cache_clear()


def test_a_page_opens_no_more_than_it_shows(bank: Bank, looker: Client) -> None:
    """Each payout is one question; the list of them is one for each hundred."""
    for number in range(130):
        bank.pays_out(f"po_{number}", 100, booking("charge", 100, f"ch_{number}"), day=1 + number % 31)
    first = looker.get(f"{DOOR}?{DAYS}")
    assert len(first.context["rows"]) == PER_PAGE
    assert [bank.asked.count(path) for path in ("/v1/payouts", "/v1/balance_transactions")] == [2, PER_PAGE]
    assert "$130.00</strong> in 130 payouts" in first.content.decode()
    last = looker.get(f"{DOOR}?{DAYS}&p=7")
    assert [payout.stripe_id for payout, _ in last.context["rows"]] == [f"po_{number}" for number in range(120, 130)]
    assert f"?{DAYS.replace('&', '&amp;')}&amp;p=6" in last.content.decode()


def test_beyond_a_year_of_payouts_is_said(bank: Bank, looker: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("services", "admin"):
        monkeypatch.setattr(f"payments.{module}.payouts.MOST", 3)
    for number in range(5):
        bank.pays_out(f"po_{number}", 100)
    page = looker.get(f"{DOOR}?{DAYS}")
    assert (len(page.context["rows"]), "Only the newest 3 payouts" in page.content.decode()) == (3, True)


@pytest.mark.parametrize(
    ("status", "words"),
    [(500, "Stripe gave no answer ("), (403, "Stripe answered and refused")],
)
def test_a_stripe_that_cannot_be_read_is_said(bank: Bank, looker: Client, status: int, words: str) -> None:
    bank.status = status
    for query in ("", "?export=csv"):
        page = looker.get(DOOR + query)
        assert (page.status_code, words in page.content.decode()) == (503, True)


def test_a_shop_that_is_not_set_up_asks_nobody(bank: Bank, looker: Client, settings: Any) -> None:
    settings.PAYMENTS = False
    page = looker.get(DOOR)
    assert (page.status_code, "Payments are not set up" in page.content.decode(), bank.asked) == (200, True, [])


def test_the_file_has_a_line_for_each_booking_and_no_formula(bank: Bank, looker: Client, offer: Offer) -> None:
    order = sold(offer, "ch_1")
    Order.objects.update(title="=2+3")
    bank.pays_out("po_1", 4631, booking("charge", 4800, "ch_1", fee=169), failure_message="@now")
    bank.pays_out("po_2", 250, automatic=False, day=2)
    text = looker.get(f"{DOOR}?{DAYS}&export=csv").getvalue().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert rows[0] == {
        "Payout": "po_1",
        "Arrives": "2026-10-20",
        "State": "Paid: @now",
        "Currency": "USD",
        "Paid out": "46.31",
        "When (UTC)": "2026-10-18 12:00:00",
        "What": "Payment",
        "Order": order.number,
        "For": "'=2+3",
        "Gross": "48.00",
        "Fee": "1.69",
        "Net": "46.31",
        "Number at Stripe": "ch_1",
    }
    assert [(row["Payout"], row["Paid out"], row["What"], row["Net"]) for row in rows[1:]] == [("po_2", "2.50", "", "")]
    book = looker.get(f"{DOOR}?{DAYS}&export=xlsx")
    sheet = load_workbook(io.BytesIO(b"".join(book.streaming_content))).active
    assert sheet is not None
    cells = next(iter(sheet.iter_rows(min_row=2)))
    assert (cells[8].value, cells[8].data_type, Decimal(str(cells[9].value))) == ("=2+3", "s", Decimal(48))


def test_queries_do_not_grow_with_payouts_and_orders(bank: Bank, looker: Client, offer: Offer) -> None:
    def queries(number: int) -> int:
        for _ in range(number):
            name = f"ch_{PaymentFact.objects.count()}"
            sold(offer, name)
            bank.pays_out(f"po_{name}", 4800, booking("charge", 4800, name))
        looker.get(f"{DOOR}?{DAYS}")
        with CaptureQueriesContext(connection) as caught:
            looker.get(f"{DOOR}?{DAYS}")
        return len(caught)

    assert queries(1) == queries(12)


def test_a_day_of_the_shop_is_paid_out(shop: Shop, looker: Client) -> None:
    """Bought, partly refunded, disputed by another; paid out; sent back by the bank, and paid out again."""
    shop.bank.pay_out()  # what earlier tests left in the balance
    shop.browser.get(shop.pay(shop.enroll(), APPROVED))
    give_back(order=shop.order, by=staff_with("refund_order"), reason="Kind.", amount=1000)
    (first,) = shop.bank.pay_out()
    page = looker.get(DOOR)
    payout, line = page.context["rows"][0]
    assert (payout.stripe_id, payout.said, payout.arrives) == (first, "Paid", datetime.now(UTC).date())
    assert (line.payments, line.refunds, line.fees, payout.amount, payout.unexplained) == (4800, -1000, 169, 3631, 0)
    assert payout.orders == {shop.order.pk: shop.order.number}
    shop.bank.fail_payout(first)
    (second,) = shop.bank.pay_out()
    (again, line), (back, _) = looker.get(DOOR).context["rows"][:2]
    assert ([one.what for one in again.bookings], line.other) == (["Payout that came back"], 3631)
    assert (again.stripe_id, again.amount, again.unexplained, again.orders) == (second, 3631, 0, {})
    assert (back.stripe_id, back.said) == (first, "Came back: The bank account has been closed.")


@pytest.mark.parametrize(("fault", "times"), [("500", 3), ("429", 1)], ids=["broken", "busy"])
def test_the_sandbox_fails_and_the_page_says_so(shop: Shop, looker: Client, fault: str, times: int) -> None:
    shop.bank.fault(fault, times=times)
    page = looker.get(DOOR)
    assert (page.status_code, "Stripe gave no answer" in page.content.decode()) == (503, True)
    assert looker.get(DOOR).status_code == 200


def test_people_and_doors(
    bank: Bank, offer: Offer, client_of: Callable[[User], Client], instructor: User, learner: User
) -> None:
    looker = client_of(staff_with("view_order"))
    home = reverse("wagtailadmin_home")
    assert [DOOR in one.get(home).content.decode() for one in (looker, client_of(staff_with()))] == [True, False]
    people = [Client(), client_of(learner), client_of(instructor), client_of(staff_with()), looker]
    assert [one.get(DOOR).status_code for one in people] == [302, 404, 302, 302, 200]
    assert looker.post(DOOR).status_code == 405
