"""A sandbox on an ephemeral loopback port, the stripe library pointed at it, and a receiver of webhooks."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import stripe

from stripe_sandbox.testing import SandboxServer
from stripe_sandbox.tests.receiver import Receiver

stripe.enable_telemetry = False

SUCCESS = "http://localhost:8000/orders/1/return/?session_id={CHECKOUT_SESSION_ID}"
CANCEL = "http://localhost:8000/courses/introduction/"

OpenSession = Callable[..., stripe.checkout.Session]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.stop()


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    with SandboxServer() as server:
        yield server


@pytest.fixture
def wired(receiver: Receiver) -> Iterator[SandboxServer]:
    """A sandbox that sends its events to the receiver."""
    with SandboxServer(webhook_url=receiver.url) as server:
        yield server


def client_for(server: SandboxServer, *, key: str | None = None, retries: int = 0) -> stripe.StripeClient:
    return stripe.StripeClient(
        key or server.key,
        base_addresses={"api": server.url},
        max_network_retries=retries,
        http_client=stripe.RequestsClient(timeout=(5, 20)),
    )


@pytest.fixture
def client(sandbox: SandboxServer) -> stripe.StripeClient:
    return client_for(sandbox)


def session_params(**changes: Any) -> Any:
    """What the school sends for one course of $148.00; a change of None leaves a parameter out."""
    price = {"currency": "usd", "unit_amount": 14800, "product_data": {"name": "Introduction"}}
    params = {
        "mode": "payment",
        "line_items": [{"price_data": price, "quantity": 1}],
        "success_url": SUCCESS,
        "cancel_url": CANCEL,
        "client_reference_id": "order-1",
        "metadata": {"order": "1", "attempt": "1"},
        "payment_intent_data": {"metadata": {"order": "1", "attempt": "1"}},
        **changes,
    }
    return {name: value for name, value in params.items() if value is not None}


def subscription_params(**changes: Any) -> Any:
    """What the school sends for a course of $50.00 a month."""
    price = {
        "currency": "usd",
        "unit_amount": 5000,
        "recurring": {"interval": "month"},
        "product_data": {"name": "Introduction"},
    }
    base = {
        "mode": "subscription",
        "line_items": [{"price_data": price, "quantity": 1}],
        "payment_intent_data": None,
        "subscription_data": {"description": "3 payments", "metadata": {"order": "1", "attempt": "1"}},
    }
    return session_params(**{**base, **changes})


@pytest.fixture
def open_session(client: stripe.StripeClient) -> OpenSession:
    def create(**changes: Any) -> stripe.checkout.Session:
        return client.v1.checkout.sessions.create(session_params(**changes))

    return create
