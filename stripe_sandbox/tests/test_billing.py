"""Instalments go on: a month passes, a card fails later, an open invoice is paid, retried or given up."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe

from stripe_sandbox.testing import BANK_DEBIT, DECLINED, FAILS_LATER, SandboxServer, fetch
from stripe_sandbox.tests.conftest import client_for
from stripe_sandbox.tests.instalments import DAY, buy, invoices, open_subscription, status, types


def test_each_month_is_billed_at_its_own_time(client: stripe.StripeClient, sandbox: SandboxServer) -> None:
    subscription = buy(client, sandbox)
    before = len(sandbox.events())
    sandbox.skip(63 * DAY)
    found = invoices(client, subscription)
    assert [invoice.billing_reason for invoice in found] == [
        "subscription_cycle",
        "subscription_cycle",
        "subscription_create",
    ]
    items = client.v1.subscriptions.retrieve(subscription.id)["items"].data
    assert [found[0].created, found[0].lines.data[0].period.start] == [items[0].current_period_start] * 2
    assert types(sandbox)[before : before + 9] == [
        *("invoice.upcoming", "invoice.created", "invoice.finalized", "customer.subscription.updated"),
        *("charge.succeeded", "payment_intent.succeeded", "invoice_payment.paid", "invoice.paid", "invoice.upcoming"),
    ]


def test_a_card_that_fails_later_leaves_an_open_invoice(client: stripe.StripeClient, sandbox: SandboxServer) -> None:
    subscription = buy(client, sandbox, FAILS_LATER)
    assert subscription.status == "active"
    sandbox.skip(32 * DAY)
    invoice = invoices(client, subscription)[0]
    assert (invoice.status, invoice.attempt_count, invoice.amount_remaining) == ("open", 1, 5000)
    assert invoice.next_payment_attempt == invoice.created + 3 * DAY
    assert status(client, subscription) == "past_due"
    assert types(sandbox)[-4:] == [
        *("charge.failed", "payment_intent.payment_failed", "invoice.payment_failed", "customer.subscription.updated")
    ]
    payment = invoice.payments.data[0]  # type: ignore[union-attr]
    assert (payment.status, payment.amount_paid) == ("open", None)


@pytest.mark.parametrize("end", ["unpaid", "canceled"])
def test_after_3_5_and_7_days_it_is_given_up(client: stripe.StripeClient, sandbox: SandboxServer, end: str) -> None:
    sandbox.after_retries(end)
    subscription = buy(client, sandbox, FAILS_LATER)
    sandbox.skip(32 * DAY)
    counts = []
    for days in (3, 5, 7):
        sandbox.skip(days * DAY)
        counts.append((invoices(client, subscription)[0].attempt_count, status(client, subscription)))
    assert counts == [(2, "past_due"), (3, "past_due"), (4, end)]
    invoice = invoices(client, subscription)[0]
    assert (invoice.status, invoice.next_payment_attempt) == ("open", None)


def test_an_open_invoice_is_paid_on_its_page(client: stripe.StripeClient, sandbox: SandboxServer) -> None:
    subscription = buy(client, sandbox, FAILS_LATER)
    sandbox.skip(32 * DAY)
    invoice = invoices(client, subscription)[0]
    assert "Pay $50.00" in fetch(str(invoice.hosted_invoice_url)).text
    assert sandbox.pay_invoice(str(invoice.hosted_invoice_url), DECLINED).status == 303
    assert "Your card was declined." in fetch(str(invoice.hosted_invoice_url)).text
    sandbox.pay_invoice(invoice.id)
    assert (client.v1.invoices.retrieve(invoice.id).status, status(client, subscription)) == ("paid", "active")
    assert "Paid by buyer@example.org" in fetch(str(invoice.hosted_invoice_url)).text
    assert sandbox.pay_invoice(invoice.id).status == 409
    sandbox.skip(31 * DAY)
    assert [found.status for found in invoices(client, subscription)] == ["paid", "paid", "paid"]


def test_an_unpaid_subscription_makes_drafts_and_comes_back(
    client: stripe.StripeClient, sandbox: SandboxServer
) -> None:
    subscription = buy(client, sandbox, FAILS_LATER)
    sandbox.skip(63 * DAY)
    assert status(client, subscription) == "unpaid"
    assert [invoice.status for invoice in invoices(client, subscription)] == ["draft", "open", "paid"]
    sandbox.pay_invoice(invoices(client, subscription, status="open")[0].id)
    assert status(client, subscription) == "active"


def test_the_next_payment_is_made_now(client: stripe.StripeClient, sandbox: SandboxServer) -> None:
    subscription = buy(client, sandbox)
    first_end = subscription["items"].data[0].current_period_end
    invoice = sandbox.next_payment(subscription.id)
    assert client.v1.invoices.retrieve(invoice).status == "paid"
    assert client.v1.subscriptions.retrieve(subscription.id)["items"].data[0].current_period_start == first_end
    failed = sandbox.next_payment(subscription.id, ok=False)
    assert (client.v1.invoices.retrieve(failed).status, status(client, subscription)) == ("open", "past_due")
    assert sandbox.next_payment(subscription.id) == failed
    assert (client.v1.invoices.retrieve(failed).status, status(client, subscription)) == ("paid", "active")


@pytest.mark.parametrize(
    ("close", "becomes", "event"),
    [
        ("void_invoice", "void", "invoice.voided"),
        ("write_off", "uncollectible", "invoice.marked_uncollectible"),
    ],
)
def test_an_open_invoice_is_given_up_by_hand(
    client: stripe.StripeClient, sandbox: SandboxServer, close: str, becomes: str, event: str
) -> None:
    subscription = buy(client, sandbox)
    failed = sandbox.next_payment(subscription.id, ok=False)
    getattr(sandbox, close)(failed)
    assert (client.v1.invoices.retrieve(failed).status, status(client, subscription)) == (becomes, "active")
    assert types(sandbox)[-2:] == [event, "customer.subscription.updated"]


def test_debits_of_later_months_are_answered_at_once() -> None:
    with SandboxServer() as sandbox:
        client = client_for(sandbox)
        session = open_subscription(client)
        sandbox.pay(str(session.url), BANK_DEBIT)
        sandbox.settle(session.id)
        subscription = str(client.v1.checkout.sessions.retrieve(session.id).subscription)
        assert client.v1.invoices.retrieve(sandbox.next_payment(subscription)).status == "paid"


def test_no_two_invoices_are_made_in_one_second(client: stripe.StripeClient, sandbox: SandboxServer) -> None:
    subscription = buy(client, sandbox)
    for _ in range(3):
        sandbox.next_payment(subscription.id)
    created = [invoice.created for invoice in invoices(client, subscription)]
    assert created == sorted(set(created), reverse=True)
    assert len(created) == 4


def test_tabs_that_pay_an_invoice_at_once_make_one_charge(client: stripe.StripeClient, sandbox: SandboxServer) -> None:
    subscription = buy(client, sandbox)
    failed = sandbox.next_payment(subscription.id, ok=False)
    with ThreadPoolExecutor(8) as tabs:
        replies = list(tabs.map(lambda _: sandbox.pay_invoice(failed).status, range(8)))
    assert sorted(replies) == [303] + [409] * 7
    assert [charge.status for charge in client.v1.charges.list()] == ["succeeded", "failed", "succeeded"]
