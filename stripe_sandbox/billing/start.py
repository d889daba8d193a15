"""A session for a subscription is confirmed: the subscription and its first invoice come into being."""

from stripe_sandbox.billing.issuing import issue
from stripe_sandbox.billing.standing import keep
from stripe_sandbox.resources.subscriptions import make_subscription
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json


def begin(sandbox: Sandbox, session: Json, private: Json, intent: Json | None) -> None:
    """Incomplete until the first payment is under way; an invoice of nothing is paid at once."""
    subscription = make_subscription(sandbox, session, private)
    if intent is not None:
        intent.update(customer=session["customer"], description="Subscription creation")
        intent["setup_future_usage"] = "off_session"
        sandbox.store.save(intent)
    now = sandbox.clock.now()
    invoice = issue(sandbox, subscription, session, private, reason="subscription_create", since=now, intent=intent)
    sandbox.outbox.emit("customer.subscription.created", subscription)
    session.update(subscription=subscription["id"], invoice=invoice["id"])
    keep(sandbox, subscription)
