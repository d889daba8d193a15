"""What goes to the school's bank, and of what it is the sum."""

import time
from typing import Any

import pytest
import stripe

from stripe_sandbox.testing import SandboxServer, fetch
from stripe_sandbox.tests.conftest import OpenSession, session_params
from stripe_sandbox.tests.test_dashboard import press

DAY = 24 * 60 * 60


def buy(client: stripe.StripeClient, sandbox: SandboxServer, currency: str = "usd") -> str:
    """The PaymentIntent of a sale of 148.00."""
    price = {"currency": currency, "unit_amount": 14800, "product_data": {"name": "Introduction"}}
    session = client.v1.checkout.sessions.create(session_params(line_items=[{"price_data": price, "quantity": 1}]))
    sandbox.pay(str(session.url))
    return str(client.v1.checkout.sessions.retrieve(session.id).payment_intent)


def test_a_payout_is_the_sum_of_what_moved(client: stripe.StripeClient, sandbox: SandboxServer) -> None:
    intent = buy(client, sandbox)
    client.v1.refunds.create({"payment_intent": intent, "amount": 1000})
    sandbox.dispute(buy(client, sandbox))
    buy(client, sandbox)
    (made,) = sandbox.pay_out()
    payout = client.v1.payouts.retrieve(made, {"expand": ["balance_transaction"]})
    found: Any = client.v1.balance_transactions.list({"payout": made, "expand": ["data.source"]}).data
    own, *rest = found
    assert [(entry.type, entry.reporting_category, entry.source.object) for entry in rest] == [
        ("charge", "charge", "charge"),
        ("adjustment", "dispute", "dispute"),
        ("charge", "charge", "charge"),
        ("refund", "refund", "refund"),
        ("charge", "charge", "charge"),
    ]
    assert (payout.amount, payout.status, payout.currency) == (sum(entry.net for entry in rest), "paid", "usd")
    assert (own.type, own.net, own.source.id) == ("payout", -payout.amount, made)
    assert payout.balance_transaction.id == own.id  # type: ignore[union-attr]
    assert [event["type"] for event in sandbox.events()][-2:] == ["payout.created", "payout.paid"]
    assert sandbox.pay_out() == []


def test_each_currency_has_its_own(client: stripe.StripeClient, sandbox: SandboxServer) -> None:
    buy(client, sandbox)
    buy(client, sandbox, "eur")
    sandbox.pay_out()
    assert sorted(payout.currency for payout in client.v1.payouts.list()) == ["eur", "usd"]
    found = client.v1.balance_transactions.list({"currency": "eur", "type": "charge"}).data
    assert [entry.currency for entry in found] == ["eur"]


def test_what_comes_back_is_paid_out_again(client: stripe.StripeClient, sandbox: SandboxServer) -> None:
    buy(client, sandbox)
    (made,) = sandbox.pay_out()
    sandbox.fail_payout(made)
    failed = client.v1.payouts.retrieve(made)
    assert (failed.status, failed.failure_message) == ("failed", "The bank account has been closed.")
    assert [event["type"] for event in sandbox.events()][-1] == "payout.failed"
    (again,) = sandbox.pay_out()
    (back,) = client.v1.balance_transactions.list({"payout": again, "type": "payout_failure"}).data
    assert (back.net, back.reporting_category, back.source) == (failed.amount, "payout_reversal", made)
    assert client.v1.payouts.list({"status": "failed"}).data[0].id == made


def test_payouts_are_found_by_the_day_of_arrival(client: stripe.StripeClient, sandbox: SandboxServer) -> None:
    buy(client, sandbox)
    sandbox.pay_out()
    today = int(time.time()) // DAY * DAY
    assert len(client.v1.payouts.list({"arrival_date": {"gte": today, "lt": today + DAY}}).data) == 1
    assert client.v1.payouts.list({"arrival_date": {"lt": today}}).data == []


def test_what_a_lost_or_won_dispute_moved(client: stripe.StripeClient, sandbox: SandboxServer) -> None:
    dispute = sandbox.dispute(buy(client, sandbox))
    sandbox.decide(dispute, "won")
    found = client.v1.balance_transactions.list({"source": dispute}).data
    assert [(entry.reporting_category, entry.net) for entry in found] == [
        ("dispute_reversal", 14800),
        ("dispute", -16300),
    ]


def test_the_dashboard_pays_out_and_rolls_the_secret(
    client: stripe.StripeClient, sandbox: SandboxServer, open_session: OpenSession
) -> None:
    buy(client, sandbox)
    page = "/dashboard/payouts"
    press(sandbox, page, "pay_out")
    (payout,) = client.v1.payouts.list().data
    press(sandbox, page, "fail_payout", id=payout.id)
    assert client.v1.payouts.retrieve(payout.id).status == "failed"
    press(sandbox, page, "roll_secret")
    press(sandbox, page, "skew", seconds="-60")
    assert "Signatures are -60 seconds off." in fetch(sandbox.url + page).text
    _, header = sandbox.signed(sandbox.events()[0])
    assert header.count("v1=") == 2
    assert int(header.partition(",")[0].removeprefix("t=")) - int(time.time()) in range(-62, -58)
    assert press(sandbox, page, "skew", seconds="soon").status == 409


@pytest.mark.parametrize("path", ["/dashboard/payouts/po_1", "/dashboard/subscriptions/sub_none"])
def test_there_is_no_such_page(sandbox: SandboxServer, path: str) -> None:
    assert fetch(sandbox.url + path).status == 404
