"""Instalments begin: from the hosted page to the first invoice, through the real stripe library."""

from typing import Any

import pytest
import stripe

from stripe_sandbox.testing import AUTHENTICATE, BANK_DEBIT, DECLINED, SandboxServer, fetch
from stripe_sandbox.tests.conftest import SUCCESS, session_params
from stripe_sandbox.tests.instalments import buy, invoices, open_subscription, types

FIRST_EVENTS = [
    *("invoice.created", "invoice.finalized", "customer.subscription.created"),
    *("charge.succeeded", "payment_intent.succeeded", "invoice_payment.paid", "invoice.paid"),
    *("customer.subscription.updated", "checkout.session.completed"),
]


def test_paying_begins_a_subscription(client: stripe.StripeClient, sandbox: SandboxServer) -> None:
    session = open_subscription(client)
    assert "then <strong>$50.00</strong> every month" in fetch(str(session.url)).text
    reply = sandbox.pay(str(session.url))
    assert reply.location == SUCCESS.replace("{CHECKOUT_SESSION_ID}", session.id)
    paid = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["subscription.latest_invoice", "customer"]})
    assert (paid.status, paid.payment_status, paid.payment_intent, paid.amount_total) == (
        "complete",
        "paid",
        None,
        5000,
    )
    subscription: Any = paid.subscription
    assert (subscription.status, subscription.cancel_at, subscription.metadata["order"]) == ("active", None, "1")
    assert subscription.latest_invoice.id == paid.invoice
    assert (paid.customer.email, subscription.customer) == ("buyer@example.org", paid.customer.id)  # type: ignore[union-attr]
    item = subscription["items"].data[0]
    assert (item.current_period_start, item.price.recurring.interval) == (subscription.billing_cycle_anchor, "month")
    assert types(sandbox) == FIRST_EVENTS


def test_the_first_invoice_names_its_payment(client: stripe.StripeClient, sandbox: SandboxServer) -> None:
    subscription = buy(client, sandbox)
    (invoice,) = invoices(client, subscription)
    assert (invoice.status, invoice.total, invoice.billing_reason) == ("paid", 5000, "subscription_create")
    assert invoice.parent.subscription_details.subscription == subscription.id  # type: ignore[union-attr]
    (payment,) = invoice.payments.data  # type: ignore[union-attr]
    assert (payment.status, payment.amount_paid, payment.payment.type) == ("paid", 5000, "payment_intent")
    intent = client.v1.payment_intents.retrieve(
        str(payment.payment.payment_intent), {"expand": ["latest_charge.balance_transaction"]}
    )
    charge: Any = intent.latest_charge
    assert (intent.status, charge.paid, charge.balance_transaction.net) == ("succeeded", True, 4825)
    assert client.v1.invoice_payments.list({"invoice": invoice.id}).data[0].id == payment.id


def test_payments_are_there_only_when_asked_for(client: stripe.StripeClient, sandbox: SandboxServer) -> None:
    (invoice,) = invoices(client, buy(client, sandbox))
    assert "payments" not in client.v1.invoices.retrieve(invoice.id)
    assert len(client.v1.invoices.retrieve(invoice.id, {"expand": ["payments"]}).payments.data) == 1  # type: ignore[union-attr]


def test_a_declined_card_begins_nothing(client: stripe.StripeClient, sandbox: SandboxServer) -> None:
    session = open_subscription(client)
    sandbox.pay(str(session.url), DECLINED)
    assert "Your card was declined. Nothing was charged." in fetch(str(session.url)).text
    assert client.v1.subscriptions.list({"status": "all"}).data == []
    sandbox.pay(str(session.url))
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
    assert [charge.status for charge in client.v1.charges.list()] == ["succeeded", "failed"]


def test_the_bank_asks_first(client: stripe.StripeClient, sandbox: SandboxServer) -> None:
    session = open_subscription(client)
    assert "Do you confirm the payment of <strong>$50.00</strong>?" in sandbox.pay(str(session.url), AUTHENTICATE).text
    sandbox.authenticate(str(session.url))
    subscription = str(client.v1.checkout.sessions.retrieve(session.id).subscription)
    sandbox.next_payment(subscription)
    assert [invoice.status for invoice in client.v1.invoices.list({"subscription": subscription})] == ["paid", "paid"]


@pytest.mark.parametrize(("ok", "after"), [(True, ("paid", "paid", "active")), (False, ("unpaid", "open", "past_due"))])
def test_a_bank_debit_settles_later(
    client: stripe.StripeClient, sandbox: SandboxServer, ok: bool, after: tuple[str, str, str]
) -> None:
    session = open_subscription(client)
    sandbox.pay(str(session.url), BANK_DEBIT)

    def now() -> tuple[str, str | None, str]:
        read: Any = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["subscription", "invoice"]})
        return read.payment_status, read.invoice.status, read.subscription.status

    assert now() == ("unpaid", "open", "active")
    sandbox.settle(session.id, ok=ok)
    assert now() == after
    word = "succeeded" if ok else "failed"
    assert types(sandbox)[-1] == f"checkout.session.async_payment_{word}"


def test_a_code_for_once_is_for_the_first_payment(client: stripe.StripeClient, sandbox: SandboxServer) -> None:
    sandbox.promotion_code("HALF", percent_off=50.0)
    session = open_subscription(client, allow_promotion_codes=True)
    fetch(f"{session.url}/code", {"code": "HALF"})
    page = fetch(str(session.url)).text
    assert "Pay $25.00" in page
    assert "then <strong>$50.00</strong> every month" in page
    sandbox.pay(str(session.url))
    subscription = str(client.v1.checkout.sessions.retrieve(session.id).subscription)
    sandbox.next_payment(subscription)
    assert [invoice.total for invoice in client.v1.invoices.list({"subscription": subscription})] == [5000, 2500]


def test_a_code_for_ever_stays(client: stripe.StripeClient, sandbox: SandboxServer) -> None:
    sandbox.promotion_code("FRIEND", percent_off=10.0, duration="forever")
    session = open_subscription(client, allow_promotion_codes=True)
    fetch(f"{session.url}/code", {"code": "FRIEND"})
    assert "then <strong>$45.00</strong> every month" in fetch(str(session.url)).text
    sandbox.pay(str(session.url))
    subscription = str(client.v1.checkout.sessions.retrieve(session.id).subscription)
    sandbox.next_payment(subscription)
    assert [invoice.total for invoice in client.v1.invoices.list({"subscription": subscription})] == [4500, 4500]


def test_nothing_due_today_still_asks_for_a_card(client: stripe.StripeClient, sandbox: SandboxServer) -> None:
    sandbox.promotion_code("FREE", percent_off=100.0)
    session = open_subscription(client, allow_promotion_codes=True)
    sandbox.pay(str(session.url), code="FREE")
    done: Any = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["invoice", "subscription"]})
    assert (done.payment_status, done.invoice.status, done.subscription.status) == (
        "no_payment_required",
        "paid",
        "active",
    )
    assert client.v1.invoices.retrieve(sandbox.next_payment(done.subscription.id)).total == 5000


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"payment_intent_data": {"metadata": {"a": "b"}}}, "payment_intent_data"),
        ({"invoice_creation": {"enabled": True}}, "invoice_creation"),
        ({"customer_creation": "always"}, "customer_creation"),
        ({"line_items": session_params()["line_items"]}, "line_items"),
    ],
)
def test_what_is_for_one_time_payments_is_refused(
    client: stripe.StripeClient, changes: dict[str, Any], param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        open_subscription(client, **changes)
    assert (caught.value.http_status, caught.value.param) == (400, param)


def test_a_refund_of_one_instalment(client: stripe.StripeClient, sandbox: SandboxServer) -> None:
    (invoice,) = invoices(client, buy(client, sandbox))
    intent = str(invoice.payments.data[0].payment.payment_intent)  # type: ignore[union-attr]
    assert client.v1.refunds.create({"payment_intent": intent, "amount": 2000}).status == "succeeded"
    assert client.v1.invoices.retrieve(invoice.id).status == "paid"
