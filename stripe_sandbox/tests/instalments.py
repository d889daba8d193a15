"""What the tests of subscriptions share: one is opened, bought and read."""

from typing import Any

import stripe

from stripe_sandbox.testing import APPROVED, SandboxServer
from stripe_sandbox.tests.conftest import subscription_params

DAY = 24 * 60 * 60


def open_subscription(client: stripe.StripeClient, **changes: Any) -> stripe.checkout.Session:
    return client.v1.checkout.sessions.create(subscription_params(**changes))


def buy(
    client: stripe.StripeClient, sandbox: SandboxServer, card: str = APPROVED, **changes: Any
) -> stripe.Subscription:
    """A subscription that began with this card."""
    session = open_subscription(client, **changes)
    sandbox.pay(str(session.url), card)
    return client.v1.subscriptions.retrieve(str(client.v1.checkout.sessions.retrieve(session.id).subscription))


def invoices(client: stripe.StripeClient, subscription: stripe.Subscription, **filters: Any) -> list[stripe.Invoice]:
    params: Any = {"subscription": subscription.id, "expand": ["data.payments"], **filters}
    return client.v1.invoices.list(params).data


def status(client: stripe.StripeClient, subscription: stripe.Subscription) -> str:
    return client.v1.subscriptions.retrieve(subscription.id).status


def types(sandbox: SandboxServer) -> list[str]:
    return [event["type"] for event in sandbox.events()]
