"""The receipt: who bought, what stands on it, on the page and on paper; why a card was declined."""

import shutil
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from payments.models import Instalment, Offer, Order, PaymentFact
from payments.rules.declines import UNKNOWN, WORDS, decline_of
from payments.services import sync_order
from payments.services.receipts import part_lines, receipt_of
from payments.tests.conftest import Shop
from payments.tests.factories import make_order
from payments.tests.test_queue import staff_with
from stripe_sandbox.testing import APPROVED, AUTHENTICATE, BANK_DEBIT, DECLINED

pytestmark = pytest.mark.django_db
WRITTEN = {
    "name": "Still Hands LLC",
    "address": "12 Elm Street\r\nPortland, OR 97201",
    "profession": "Licensed massage therapist",
    "license_number": "MA 12345",
    "license_state": "Oregon",
}
ON_THE_RECEIPT = [
    "Still Hands LLC",
    "12 Elm Street",
    "Portland, OR 97201",
    "Licensed massage therapist, license no. MA 12345, Oregon",
    "learner@example.com",
]


def paid(shop: Shop) -> Order:
    """An order that was paid."""
    shop.buy(APPROVED)
    return sync_order(order=shop.order)


def door(order: Order, which: str = "") -> str:
    return f"/orders/{order.uuid}/{which}"


def words_of(pdf: bytes, folder: Path) -> str:
    """What somebody who copies the text gets."""
    file = folder / "receipt.pdf"
    file.write_bytes(pdf)
    return subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, check=True, text=True).stdout  # noqa: S603, S607


# -- who bought ------------------------------------------------------------------------------------------------------


def test_the_buyer_says_what_shall_stand_on_the_receipt(shop: Shop) -> None:
    order = paid(shop)
    assert receipt_of(order).buyer == ["Lena Learner", "learner@example.com"]
    answer = shop.browser.post(door(order, "billing/"), WRITTEN)
    assert (answer.status_code, answer["Location"]) == (303, door(order))
    assert receipt_of(shop.order).buyer == ON_THE_RECEIPT
    page = shop.browser.get(door(order)).content.decode()
    assert "<br>".join(ON_THE_RECEIPT) in page


def test_it_can_be_changed_and_taken_back(shop: Shop) -> None:
    order = paid(shop)
    shop.browser.post(door(order, "billing/"), WRITTEN)
    assert 'value="MA 12345"' in shop.browser.get(door(order, "billing/")).content.decode()
    shop.browser.post(door(order, "billing/"), {"name": "", "address": "  ", "license_number": "9"})
    assert shop.order.billing == {"license_number": "9"}
    assert receipt_of(shop.order).buyer == ["Lena Learner", "license no. 9", "learner@example.com"]


def test_the_next_order_starts_with_what_was_written_for_the_one_before(shop: Shop, learner: User) -> None:
    earlier = Order.objects.create(user=learner, offer=Offer.objects.get(), currency="usd", subtotal=1, state="expired")
    order = paid(shop)
    assert 'value="Lena Learner"' in shop.browser.get(door(order, "billing/")).content.decode()
    shop.browser.post(door(earlier, "billing/"), WRITTEN)
    form = shop.browser.get(door(order, "billing/")).content.decode()
    assert ('value="Still Hands LLC"' in form, shop.order.billing) == (True, {})


def test_the_license_number_never_goes_to_stripe(shop: Shop) -> None:
    order = paid(shop)
    shop.browser.post(door(order, "billing/"), WRITTEN)
    sync_order(order=order)
    assert shop.order.billing["license_number"] == "MA 12345"  # a reading of Stripe leaves it alone
    kept = [one["body"] for one in shop.bank.sandbox.store.select("checkout.session") if "body" in one]
    everything = str([*kept, *PaymentFact.objects.values_list("raw", flat=True)])
    assert "MA 12345" not in everything


def test_what_is_too_long_is_refused_beside_its_field(shop: Shop) -> None:
    order = paid(shop)
    answer = shop.browser.post(door(order, "billing/"), WRITTEN | {"name": "x" * 151})
    assert (answer.status_code, shop.order.billing) == (422, {})
    assert "at most 150 characters" in answer.content.decode()


def test_the_address_that_stripe_asked_for_stands_where_none_was_written(shop: Shop) -> None:
    order = paid(shop)
    fact = PaymentFact.objects.get(kind="session")
    fact.raw["customer_details"]["address"] = {
        "line1": "9 Oak Road",
        "line2": None,
        "city": "Salem",
        "state": "OR",
        "postal_code": "97301",
        "country": "US",
    }
    fact.save()
    assert receipt_of(shop.order).buyer == [
        "Lena Learner",
        "9 Oak Road",
        "Salem, OR 97301",
        "US",
        "learner@example.com",
    ]
    assert "9 Oak Road" in shop.browser.get(door(order, "billing/")).content.decode()
    shop.browser.post(door(order, "billing/"), WRITTEN)
    assert receipt_of(shop.order).buyer == ON_THE_RECEIPT


# -- doors -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("which", "found"),
    [("receipt.pdf", [302, 200, 404, 404, 200]), ("billing/", [302, 200, 404, 404, 404])],
)
def test_people_and_doors(
    shop: Shop,
    stranger: User,
    instructor: User,
    client_of: Callable[[User], Client],
    which: str,
    found: list[int],
) -> None:
    order = paid(shop)
    people = [Client(), shop.browser, *(client_of(who) for who in (stranger, instructor, staff_with("view_order")))]
    assert [one.get(door(order, which)).status_code for one in people] == found
    unknown = "/orders/00000000-0000-0000-0000-000000000000/" + which
    assert [one.get(unknown).status_code for one in people] == [302, 404, 404, 404, 404]


def test_nobody_else_writes_on_a_receipt(shop: Shop, stranger: User, client_of: Callable[[User], Client]) -> None:
    order = paid(shop)
    for other in (stranger, staff_with("view_order", "change_order")):
        assert client_of(other).post(door(order, "billing/"), WRITTEN).status_code == 404
    assert shop.order.billing == {}


def test_there_is_no_receipt_of_what_was_not_paid(shop: Shop) -> None:
    shop.enroll()
    assert shop.browser.get(door(shop.order, "receipt.pdf")).status_code == 404
    assert "receipt.pdf" not in shop.browser.get(door(shop.order)).content.decode()


# -- on paper --------------------------------------------------------------------------------------------------------


def test_the_paper_is_a_tagged_pdf_that_is_kept_nowhere(shop: Shop) -> None:
    order = paid(shop)
    answer = shop.browser.get(door(order, "receipt.pdf"))
    assert answer.content.startswith(b"%PDF-")
    assert b"pdfuaid" in answer.content
    assert answer["Content-Disposition"] == f'inline; filename="receipt-{order.number}.pdf"'
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("application/pdf", "private, no-store")


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="needs poppler-utils (Debian), not installed")
def test_the_paper_says_what_the_page_says(shop: Shop, tmp_path: Path) -> None:
    order = paid(shop)
    shop.browser.post(door(order, "billing/"), WRITTEN)
    shop.bank.refund(shop.payment, 320)
    sync_order(order=order)
    words = words_of(shop.browser.get(door(order, "receipt.pdf")).content, tmp_path)
    receipt = receipt_of(shop.order)
    assert [text for _, text in receipt.lines] == ["$48.00", "-$3.20"]
    expected = [
        f"Receipt {order.number}",
        "Test payment. No money moved.",
        *(word for line in ON_THE_RECEIPT for word in line.split()),  # lines break where the column ends
        *(word for line in receipt.lines for word in line),
        "Paid, less refunds",
        "$44.80",
        "Partly refunded",
        "SANDBOX",
        "Money back within 30 days.",
    ]
    assert [one for one in expected if one not in words] == []


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="needs poppler-utils (Debian), not installed")
def test_what_a_buyer_writes_is_text_and_any_script_is_printed(shop: Shop, tmp_path: Path) -> None:
    order = paid(shop)
    shop.browser.post(door(order, "billing/"), {"name": '#rect() $x$ *bold* " \\', "address": "漢字\nСофия"})
    pdf = shop.browser.get(door(order, "receipt.pdf")).content
    words = words_of(pdf, tmp_path)
    assert '#rect() $x$ *bold* " \\' in words
    assert "София" in words
    assert b"pdfuaid" not in pdf  # the claim is not made where a sign is missing


# -- terms -----------------------------------------------------------------------------------------------------------


def test_the_receipt_shows_the_frozen_words_and_what_is_known_since(shop: Shop) -> None:
    order = paid(shop)
    shown = {"Finish by, for credit": "June 30, 2027", "Credit after a refund": "Stays.", "Card statement": "?"}
    order.terms["shown"] = {**shown, "Refund": "within 30 days", "Access": "90 days", "Tax": "Tax is added"}
    order.save()
    Offer.objects.update(access_days=1, refund_days=1)
    until = timezone.localtime(order.paid_at + timedelta(days=30))  # type: ignore[operator]
    assert receipt_of(order).terms == [
        ("Access", "90 days"),
        ("Finish by, for credit", "June 30, 2027"),
        ("Refund", f"within 30 days (until {until:%B} {until.day}, {until.year})"),
        ("Credit after a refund", "Stays."),
        ("Card statement", "SANDBOX"),
    ]
    page = shop.browser.get(door(order)).content.decode()
    assert "<dt>Finish by, for credit</dt><dd>June 30, 2027</dd>" in page


def test_an_order_of_before_has_terms_too(shop: Shop) -> None:
    shop.enroll()
    Order.objects.update(terms={"access_days": 90, "refund_days": 14})
    assert receipt_of(shop.order).terms == [("Access", "90 days"), ("Refund", "within 14 days")]


# -- declines --------------------------------------------------------------------------------------------------------

NO_MONEY = "4000000000009995"


@pytest.mark.parametrize(
    ("card", "why", "act"),
    [
        (DECLINED, "The bank did not say why.", "Call the number on the back of the card, or use another card."),
        (NO_MONEY, "There was not enough money in the account.", "Add money and try again, or use another card."),
    ],
)
def test_coming_back_after_a_declined_card_one_reads_why(shop: Shop, card: str, why: str, act: str) -> None:
    shop.pay(shop.enroll(), card)
    page = shop.browser.get(door(shop.order, "return/")).content.decode()
    assert "<h1>The card was declined</h1>" in page
    assert f"<p>{why} Nothing was charged.</p>" in page
    assert f"<p>{act}</p>" in page


def test_a_confirmation_that_did_not_come_through_is_said(shop: Shop) -> None:
    session = shop.enroll()
    shop.pay(session, AUTHENTICATE)
    shop.bank.authenticate(session, approve=False)
    page = shop.browser.get(door(shop.order, "return/")).content.decode()
    assert "The bank asked you to confirm the payment, and that did not come through. Nothing was charged." in page


def test_a_debit_that_the_bank_did_not_pay_is_said(shop: Shop) -> None:
    shop.pay(shop.enroll(), BANK_DEBIT)
    shop.bank.settle(shop.session_id, ok=False)
    page = shop.browser.get(door(shop.order, "return/")).content.decode()
    assert "<h1>The bank refused the payment</h1>" in page
    assert "The bank did not pay the debit. Nothing was charged." in page


def test_once_another_card_paid_nothing_is_declined(shop: Shop) -> None:
    session = shop.enroll()
    shop.pay(session, NO_MONEY)
    shop.pay(session, APPROVED)
    assert receipt_of(sync_order(order=shop.order)).decline is None


@pytest.mark.parametrize(
    ("error", "why"),
    [
        ({"code": "card_declined", "decline_code": "insufficient_funds"}, WORDS["insufficient_funds"]),
        ({"code": "expired_card"}, WORDS["expired_card"]),
        ({"code": "incorrect_cvc", "decline_code": "incorrect_cvc"}, WORDS["incorrect_cvc"]),
        (
            {"code": "authentication_required", "decline_code": "authentication_required"},
            WORDS["authentication_required"],
        ),
        ({"code": "card_declined", "decline_code": "stolen_card"}, UNKNOWN),
        ({"code": "card_declined", "decline_code": "fraudulent"}, UNKNOWN),
        ({"code": "of_tomorrow", "decline_code": None}, UNKNOWN),
        ({}, UNKNOWN),
    ],
)
def test_the_bank_s_own_reason_comes_first_and_theft_is_never_named(error: dict[str, Any], why: object) -> None:
    assert decline_of(error) == why


# -- monthly payments ------------------------------------------------------------------------------------------------


def test_monthly_payments_stand_in_a_table_with_a_way_to_pay_what_is_missing(
    shop: Shop, learner: User, offer: Offer
) -> None:
    order = make_order(learner, offer)
    order.terms["instalments"] = 3
    order.save()
    first = timezone.now().replace(year=2026, month=11, day=20, hour=18)
    for n, (state, days) in enumerate([("paid", 0), ("missed", 30), ("due", 61)], start=1):
        Instalment.objects.create(
            order=order,
            n=n,
            amount=1600,
            due_at=first + timedelta(days=days),
            state=state,
            paid_at=first if state == "paid" else None,
            invoice_id=f"in_{n}" if n < 3 else None,
        )
        PaymentFact.objects.create(
            order=order,
            kind="invoice",
            stripe_id=f"in_{n}",
            status="open" if n > 1 else "paid",
            observed_at=first,
            raw={"object": "invoice", "status": "open", "hosted_invoice_url": f"https://invoice.example/{n}"},
        )
    assert [(one.which, one.amount, one.state, one.pay_url) for one in part_lines(order)] == [
        ("Payment 1 of 3, due Nov 20, 2026", "$16.00", "Paid Nov 20, 2026", ""),
        ("Payment 2 of 3, due Dec 20, 2026", "$16.00", "Not paid yet", "https://invoice.example/2"),
        ("Payment 3 of 3, due Jan 20, 2027", "$16.00", "Due", ""),
    ]
    page = shop.browser.get(door(order)).content.decode()
    assert '<th scope="row">Payment 2 of 3, due Dec 20, 2026</th>' in page
    assert '<a href="https://invoice.example/2" rel="noreferrer">Pay now' in page
    assert page.count("Pay now") == 1
    assert "<dt>Payments</dt><dd>3, a month apart. The certificate waits for the last.</dd>" in page


def test_the_receipt_costs_the_same_however_much_happened(shop: Shop) -> None:
    order = paid(shop)

    def queries() -> int:
        shop.browser.get(door(order))
        with CaptureQueriesContext(connection) as asked:
            shop.browser.get(door(order))
        return len(asked)

    few = queries()
    for number in range(6):
        Instalment.objects.create(order=order, n=number + 1, amount=1, due_at=timezone.now(), invoice_id=f"in_{number}")
        PaymentFact.objects.create(
            order=order, kind="refund", stripe_id=f"re_{number}", status="failed", observed_at=timezone.now(),
            raw={"status": "failed", "amount": 1},
        )  # fmt: skip
    assert (queries(), few <= 12) == (few, True)
