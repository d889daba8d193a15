"""`/_faults` and `/healthz`: what tests and process supervisors use over HTTP."""

import json
from typing import Any

import pytest
import stripe

from stripe_sandbox.testing import Reply, SandboxServer, fetch
from stripe_sandbox.tests.conftest import client_for, session_params
from stripe_sandbox.tests.receiver import Receiver


def order(sandbox: SandboxServer, body: Any, *, key: str | None = None) -> Reply:
    authorization = f"Bearer {key or sandbox.key}"
    return fetch(f"{sandbox.url}/_faults", data=json.dumps(body).encode(), Authorization=authorization)


def test_health(sandbox: SandboxServer) -> None:
    assert fetch(f"{sandbox.url}/healthz").json() == {"status": "ok", "waiting": 0}


def test_the_next_calls_fail(sandbox: SandboxServer) -> None:
    assert order(sandbox, {"fault": 500, "times": 2, "path": "/v1/customers"}).json()["faults"] == [
        {"fault": "500", "times": 2, "when": "before", "method": "", "path": "/v1/customers", "seconds": 1.0}
    ]
    client = client_for(sandbox)
    for _ in range(2):
        with pytest.raises(stripe.APIError):
            client.v1.customers.list()
    assert client.v1.customers.list().data == []


def test_faults_are_cleared(sandbox: SandboxServer) -> None:
    order(sandbox, {"fault": "429", "times": 9})
    assert order(sandbox, {"clear": True}).json()["faults"] == []
    assert client_for(sandbox).v1.customers.list().data == []


def test_webhooks_are_held_and_released(wired: SandboxServer, receiver: Receiver) -> None:
    order(wired, {"webhooks": "hold"})
    wired.pay(str(client_for(wired).v1.checkout.sessions.create(session_params()).url))
    order(wired, {"webhooks": "release", "order": "newest_first"})
    wired.wait_for_webhooks()
    assert receiver.types(wired.secret)[0] == "checkout.session.completed"


def test_the_clock_is_pushed_forward(sandbox: SandboxServer) -> None:
    before = order(sandbox, {"skip_seconds": 0}).json()["now"]
    assert order(sandbox, {"skip_seconds": 86_400}).json()["now"] - before in range(86_400, 86_410)
    assert order(sandbox, {"clear": True}).json()["now"] - before in range(10)


def test_the_signing_clock_is_set_wrong(wired: SandboxServer, receiver: Receiver) -> None:
    order(wired, {"skew_seconds": -600})
    wired.pay(str(client_for(wired).v1.checkout.sessions.create(session_params()).url))
    wired.wait_for_webhooks()
    with pytest.raises(stripe.SignatureVerificationError, match="Timestamp outside the tolerance zone"):
        receiver.types(wired.secret)


@pytest.mark.parametrize(
    "body", [{}, [], {"fault": "600"}, {"fault": "500", "color": 1}, {"webhooks": "sing"}, {"skip_seconds": "x"}]
)
def test_what_is_not_an_order_is_refused(sandbox: SandboxServer, body: object) -> None:
    assert order(sandbox, body).status == 400


def test_the_key_is_needed(sandbox: SandboxServer) -> None:
    assert order(sandbox, {"clear": True}, key="sk_test_sandbox_other").status == 401
    assert fetch(f"{sandbox.url}/_faults").status == 401
