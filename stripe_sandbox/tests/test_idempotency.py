"""The first answer under a key is the only one (PAYMENTS.md section 1.4)."""

import threading
import time

import pytest
import stripe

from stripe_sandbox.testing import SandboxServer
from stripe_sandbox.tests.conftest import client_for, session_params


def headers_of(thing: stripe.StripeObject) -> dict[str, str]:
    return dict(thing.last_response.headers)  # type: ignore[union-attr]


def test_the_same_request_is_answered_once_and_replayed(client: stripe.StripeClient) -> None:
    first = client.v1.checkout.sessions.create(session_params(), {"idempotency_key": "order-1-1"})
    again = client.v1.checkout.sessions.create(session_params(), {"idempotency_key": "order-1-1"})
    assert again.id == first.id
    assert "Idempotent-Replayed" not in headers_of(first)
    assert headers_of(again)["Idempotent-Replayed"] == "true"
    assert headers_of(again)["Original-Request"] == headers_of(first)["Request-Id"]
    assert len(client.v1.checkout.sessions.list().data) == 1


def test_other_parameters_under_the_same_key_are_an_idempotency_error(client: stripe.StripeClient) -> None:
    client.v1.customers.create({"email": "a@example.org"}, {"idempotency_key": "k"})
    with pytest.raises(stripe.IdempotencyError) as caught:
        client.v1.customers.create({"email": "b@example.org"}, {"idempotency_key": "k"})
    assert caught.value.http_status == 400


def test_another_path_under_the_same_key_is_an_idempotency_error(client: stripe.StripeClient) -> None:
    client.v1.customers.create({"name": "Intro"}, {"idempotency_key": "k"})
    with pytest.raises(stripe.IdempotencyError):
        client.v1.products.create({"name": "Intro"}, {"idempotency_key": "k"})


def test_two_at_once_under_one_key_make_one_customer(sandbox: SandboxServer) -> None:
    sandbox.fault("delay", seconds=0.6, method="POST")
    slow, quick = client_for(sandbox), client_for(sandbox)
    made: list[stripe.Customer] = []
    thread = threading.Thread(
        target=lambda: made.append(slow.v1.customers.create({"name": "A"}, {"idempotency_key": "k"}))
    )
    thread.start()
    time.sleep(0.2)
    with pytest.raises(stripe.APIError) as caught:
        quick.v1.customers.create({"name": "A"}, {"idempotency_key": "k"})
    thread.join()
    assert caught.value.http_status == 409
    assert "another in-progress request using this Idempotency-Key" in str(caught.value.user_message)
    assert [customer.id for customer in quick.v1.customers.list()] == [made[0].id]


def test_the_library_retries_a_409_until_the_first_is_done(sandbox: SandboxServer) -> None:
    sandbox.fault("delay", seconds=0.4, method="POST")
    first, second = client_for(sandbox), client_for(sandbox, retries=3)
    made: list[stripe.Customer] = []
    thread = threading.Thread(
        target=lambda: made.append(first.v1.customers.create({"name": "A"}, {"idempotency_key": "k"}))
    )
    thread.start()
    time.sleep(0.1)
    again = second.v1.customers.create({"name": "A"}, {"idempotency_key": "k"})
    thread.join()
    assert again.id == made[0].id


def test_a_refused_request_leaves_its_key_free(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.customers.create({"email": "nobody"}, {"idempotency_key": "k"})
    assert client.v1.customers.create({"email": "a@example.org"}, {"idempotency_key": "k"}).email == "a@example.org"


def test_a_refusal_by_state_is_kept(client: stripe.StripeClient, sandbox: SandboxServer) -> None:
    session = client.v1.checkout.sessions.create(session_params())
    sandbox.pay(str(session.url))
    intent = str(client.v1.checkout.sessions.retrieve(session.id).payment_intent)
    refund = client.v1.refunds.create({"payment_intent": intent})
    for _ in range(2):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            client.v1.refunds.create({"payment_intent": intent}, {"idempotency_key": "refund-1-1"})
        assert caught.value.code == "charge_already_refunded"
        if refund.status == "succeeded":  # the money is back: only the key remembers that there was nothing to refund
            sandbox.finish_refund(refund.id, ok=False)
            refund = client.v1.refunds.retrieve(refund.id)
    assert refund.status == "failed"


def test_two_500s_are_survived_under_one_key(sandbox: SandboxServer) -> None:
    sandbox.fault("500", times=2, method="POST")
    customer = client_for(sandbox, retries=2).v1.customers.create({"name": "A"})
    assert [found.id for found in client_for(sandbox).v1.customers.list()] == [customer.id]


def test_a_lost_answer_is_given_again(sandbox: SandboxServer) -> None:
    sandbox.fault("500", when="after", method="POST")
    with pytest.raises(stripe.APIError):
        client_for(sandbox).v1.customers.create({"name": "A"}, {"idempotency_key": "k"})
    again = client_for(sandbox).v1.customers.create({"name": "A"}, {"idempotency_key": "k"})
    assert headers_of(again)["Idempotent-Replayed"] == "true"
    assert len(client_for(sandbox).v1.customers.list().data) == 1


def test_a_kept_500_stays_under_its_key(sandbox: SandboxServer) -> None:
    sandbox.fault("500", when="kept", method="POST")
    for _ in range(2):
        with pytest.raises(stripe.APIError) as caught:
            client_for(sandbox).v1.customers.create({"name": "A"}, {"idempotency_key": "k"})
        assert caught.value.http_status == 500
    assert client_for(sandbox).v1.customers.create({"name": "A"}, {"idempotency_key": "k2"}).name == "A"


def test_an_answer_that_never_comes_is_a_connection_error(sandbox: SandboxServer) -> None:
    sandbox.fault("timeout", seconds=0)
    with pytest.raises(stripe.APIConnectionError):
        client_for(sandbox).v1.customers.list()


def test_too_many_requests_are_429(sandbox: SandboxServer) -> None:
    sandbox.fault("429")
    with pytest.raises(stripe.RateLimitError):
        client_for(sandbox).v1.customers.list()


def test_a_key_is_forgotten_after_a_day(client: stripe.StripeClient, sandbox: SandboxServer) -> None:
    first = client.v1.customers.create({"name": "A"}, {"idempotency_key": "k"})
    sandbox.skip(24 * 60 * 60 + 1)
    assert client.v1.customers.create({"name": "A"}, {"idempotency_key": "k"}).id != first.id
