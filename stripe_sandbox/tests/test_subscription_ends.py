"""Instalments end: at their date, at once, or not after all."""

from datetime import UTC, datetime
from typing import Any

import pytest
import stripe

from stripe_sandbox.testing import SandboxServer
from stripe_sandbox.tests.instalments import DAY, buy, invoices, status, types


def test_a_subscription_ends_at_its_date_without_an_invoice(
    client: stripe.StripeClient, sandbox: SandboxServer
) -> None:
    subscription = buy(client, sandbox)
    begun = datetime.fromtimestamp(subscription.billing_cycle_anchor, tz=UTC)
    months = begun.month + 2
    cancel_at = int(
        begun.replace(
            year=begun.year + (months - 1) // 12, month=(months - 1) % 12 + 1, day=min(begun.day, 28)
        ).timestamp()
    )
    updated = client.v1.subscriptions.update(subscription.id, {"cancel_at": cancel_at, "proration_behavior": "none"})
    assert (updated.cancel_at, updated.status) == (cancel_at, "active")
    sandbox.skip(100 * DAY)
    ended = client.v1.subscriptions.retrieve(subscription.id)
    assert (ended.status, ended.ended_at, len(invoices(client, subscription))) == ("canceled", cancel_at, 2)
    assert types(sandbox)[-1] == "customer.subscription.deleted"


def test_an_end_is_taken_back(client: stripe.StripeClient, sandbox: SandboxServer) -> None:
    subscription = buy(client, sandbox)
    end = subscription["items"].data[0].current_period_end
    client.v1.subscriptions.update(subscription.id, {"cancel_at": end})
    assert client.v1.subscriptions.update(subscription.id, {"cancel_at": ""}).cancel_at is None
    sandbox.skip(32 * DAY)
    assert (status(client, subscription), len(invoices(client, subscription))) == ("active", 2)


@pytest.mark.parametrize(("params", "param"), [({"cancel_at": 1}, "cancel_at"), ({"color": "x"}, "color")])
def test_an_update_that_is_refused(
    client: stripe.StripeClient, sandbox: SandboxServer, params: Any, param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.subscriptions.update(buy(client, sandbox).id, params)
    assert caught.value.param == param


def test_metadata_is_merged(client: stripe.StripeClient, sandbox: SandboxServer) -> None:
    subscription = buy(client, sandbox)
    changes: Any = {"metadata": {"attempt": "", "note": "x"}}
    assert client.v1.subscriptions.update(subscription.id, changes).metadata.to_dict() == {"order": "1", "note": "x"}


def test_the_next_payment_after_the_last_is_the_end(client: stripe.StripeClient, sandbox: SandboxServer) -> None:
    subscription = buy(client, sandbox)
    end = subscription["items"].data[0].current_period_end
    client.v1.subscriptions.update(subscription.id, {"cancel_at": end, "proration_behavior": "none"})
    assert sandbox.next_payment(subscription.id) == ""
    assert (status(client, subscription), len(invoices(client, subscription))) == ("canceled", 1)


def test_a_subscription_is_canceled_at_once(client: stripe.StripeClient, sandbox: SandboxServer) -> None:
    subscription = buy(client, sandbox)
    gone = client.v1.subscriptions.cancel(
        subscription.id,
        {"invoice_now": False, "prorate": False, "cancellation_details": {"comment": "refunded", "feedback": "other"}},
    )
    assert (gone.status, gone.cancellation_details.comment, gone.cancellation_details.reason) == (  # type: ignore[union-attr]
        "canceled",
        "refunded",
        "cancellation_requested",
    )
    sandbox.skip(32 * DAY)
    assert len(invoices(client, subscription)) == 1
    assert client.v1.subscriptions.list().data == []
    assert [found.id for found in client.v1.subscriptions.list({"status": "all"})] == [subscription.id]
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.subscriptions.cancel(subscription.id)
    assert (caught.value.http_status, caught.value.code) == (404, "resource_missing")
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.subscriptions.update(subscription.id, {"cancel_at": ""})


def test_an_open_invoice_of_a_canceled_subscription_is_not_charged_again(
    client: stripe.StripeClient, sandbox: SandboxServer
) -> None:
    subscription = buy(client, sandbox)
    failed = sandbox.next_payment(subscription.id, ok=False)
    sandbox.cancel_subscription(subscription.id)
    sandbox.skip(32 * DAY)
    after = client.v1.invoices.retrieve(failed)
    assert (after.status, after.attempt_count, after.next_payment_attempt) == ("open", 1, None)
    sandbox.pay_invoice(failed)
    assert (client.v1.invoices.retrieve(failed).status, status(client, subscription)) == ("paid", "canceled")


def test_an_end_within_a_month_is_kept_to_the_second(client: stripe.StripeClient, sandbox: SandboxServer) -> None:
    subscription = buy(client, sandbox)
    cancel_at = subscription["items"].data[0].current_period_end + 10 * DAY
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.subscriptions.update(subscription.id, {"cancel_at": cancel_at})
    assert caught.value.param == "proration_behavior"
    client.v1.subscriptions.update(subscription.id, {"cancel_at": cancel_at, "proration_behavior": "none"})
    sandbox.skip(50 * DAY)
    ended = client.v1.subscriptions.retrieve(subscription.id)
    assert (ended.status, ended.ended_at, len(invoices(client, subscription))) == ("canceled", cancel_at, 2)
    assert ended.cancellation_details.reason == "cancellation_requested"  # type: ignore[union-attr]


def test_the_same_end_told_twice_is_told_of_once(client: stripe.StripeClient, sandbox: SandboxServer) -> None:
    subscription = buy(client, sandbox)
    end = subscription["items"].data[0].current_period_end
    before = types(sandbox).count("customer.subscription.updated")
    for _ in range(2):
        client.v1.subscriptions.update(subscription.id, {"cancel_at": end, "proration_behavior": "none"})
    assert types(sandbox).count("customer.subscription.updated") == before + 1
