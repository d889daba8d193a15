"""Money that goes back: refunds that stay, fail or are partial, disputes that are won or lost (PAYMENTS.md 1.5)."""

import pytest
import stripe

from stripe_sandbox.testing import BANK_DEBIT, SandboxServer
from stripe_sandbox.tests.conftest import OpenSession


@pytest.fixture
def paid(client: stripe.StripeClient, sandbox: SandboxServer, open_session: OpenSession) -> str:
    """The PaymentIntent of a paid session of $148.00."""
    session = open_session()
    sandbox.pay(str(session.url))
    return str(client.v1.checkout.sessions.retrieve(session.id).payment_intent)


def charge(client: stripe.StripeClient, intent: str) -> stripe.Charge:
    found = client.v1.payment_intents.retrieve(intent, {"expand": ["latest_charge"]}).latest_charge
    assert isinstance(found, stripe.Charge)
    return found


def last_events(sandbox: SandboxServer, count: int) -> list[str]:
    return [event["type"] for event in sandbox.events()][-count:]


def test_a_full_refund(client: stripe.StripeClient, sandbox: SandboxServer, paid: str) -> None:
    refund = client.v1.refunds.create(
        {"payment_intent": paid, "reason": "requested_by_customer", "metadata": {"request": "1"}}
    )
    assert (refund.status, refund.amount, refund.metadata["request"]) == ("succeeded", 14800, "1")  # type: ignore[index]
    assert (charge(client, paid).refunded, charge(client, paid).amount_refunded) == (True, 14800)
    assert last_events(sandbox, 2) == ["refund.created", "charge.refunded"]
    assert [found.id for found in client.v1.refunds.list({"payment_intent": paid})] == [refund.id]


def test_a_partial_refund_is_not_refunded(client: stripe.StripeClient, paid: str) -> None:
    client.v1.refunds.create({"payment_intent": paid, "amount": 5000})
    client.v1.refunds.create({"charge": charge(client, paid).id, "amount": 800})
    assert (charge(client, paid).refunded, charge(client, paid).amount_refunded) == (False, 5800)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.refunds.create({"payment_intent": paid, "amount": 9001})
    assert str(caught.value.user_message) == (
        "Refund amount ($90.01) is greater than unrefunded amount on charge ($90.00)"
    )


def test_nothing_is_refunded_twice(client: stripe.StripeClient, paid: str) -> None:
    client.v1.refunds.create({"payment_intent": paid})
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.refunds.create({"payment_intent": paid})
    assert caught.value.code == "charge_already_refunded"


def test_a_refund_that_fails_later_gives_the_charge_back(
    client: stripe.StripeClient, sandbox: SandboxServer, paid: str
) -> None:
    refund = client.v1.refunds.create({"payment_intent": paid})
    sandbox.finish_refund(refund.id, ok=False)
    after = client.v1.refunds.retrieve(refund.id)
    assert (after.status, after.failure_reason) == ("failed", "expired_or_canceled_card")
    assert (charge(client, paid).refunded, charge(client, paid).amount_refunded) == (False, 0)
    assert last_events(sandbox, 2) == ["refund.updated", "refund.failed"]


def test_a_bank_debit_is_refunded_slowly(
    client: stripe.StripeClient, sandbox: SandboxServer, open_session: OpenSession
) -> None:
    session = open_session()
    sandbox.pay(str(session.url), BANK_DEBIT)
    intent = str(client.v1.checkout.sessions.retrieve(session.id).payment_intent)
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.refunds.create({"payment_intent": intent})
    sandbox.settle(session.id)
    refund = client.v1.refunds.create({"payment_intent": intent})
    assert refund.status == "pending"
    sandbox.finish_refund(refund.id)
    assert client.v1.refunds.retrieve(refund.id).status == "succeeded"
    assert last_events(sandbox, 1) == ["refund.updated"]


def test_a_refund_names_one_thing(client: stripe.StripeClient, paid: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.refunds.create({"amount": 1})
    assert (caught.value.code, caught.value.param) == ("parameter_missing", "charge")
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.refunds.create({"payment_intent": "pi_none"})
    assert caught.value.code == "resource_missing"


def test_an_open_dispute_holds_the_money(client: stripe.StripeClient, sandbox: SandboxServer, paid: str) -> None:
    made = sandbox.dispute(paid)
    dispute = client.v1.disputes.list({"payment_intent": paid}).data[0]
    assert (dispute.id, dispute.status, dispute.amount) == (made, "needs_response", 14800)
    assert dispute.evidence_details.due_by - dispute.created == 9 * 24 * 60 * 60  # type: ignore[operator]
    assert charge(client, paid).disputed is True
    assert last_events(sandbox, 2) == ["charge.dispute.created", "charge.dispute.funds_withdrawn"]
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.refunds.create({"payment_intent": paid})
    assert caught.value.code == "charge_disputed"


@pytest.mark.parametrize("end", ["won", "lost"])
def test_a_dispute_ends(client: stripe.StripeClient, sandbox: SandboxServer, paid: str, end: str) -> None:
    dispute = sandbox.dispute(paid)
    sandbox.decide(dispute, "under_review")
    assert last_events(sandbox, 1) == ["charge.dispute.updated"]
    sandbox.decide(dispute, end)
    assert client.v1.disputes.retrieve(dispute).status == end
    money = ["charge.dispute.closed", "charge.dispute.funds_reinstated"] if end == "won" else ["charge.dispute.closed"]
    assert last_events(sandbox, len(money)) == money


def test_an_inquiry_takes_no_money_and_stays_refundable(
    client: stripe.StripeClient, sandbox: SandboxServer, paid: str
) -> None:
    inquiry = sandbox.dispute(paid, inquiry=True)
    assert client.v1.disputes.retrieve(inquiry).status == "warning_needs_response"
    assert last_events(sandbox, 1) == ["charge.dispute.created"]
    assert client.v1.refunds.create({"payment_intent": paid, "amount": 100}).status == "succeeded"
    sandbox.decide(inquiry, "warning_closed")
    assert last_events(sandbox, 1) == ["charge.dispute.closed"]


def test_the_school_concedes_a_dispute(client: stripe.StripeClient, sandbox: SandboxServer, paid: str) -> None:
    dispute = sandbox.dispute(paid)
    assert client.v1.disputes.close(dispute).status == "lost"
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.disputes.close(dispute)
