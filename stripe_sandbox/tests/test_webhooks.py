"""Signed events at a shop's endpoint: verified by the stripe library, repeated, held, dropped, out of order."""

import time

import pytest
import stripe

from stripe_sandbox import API_VERSION, outbox
from stripe_sandbox.config import from_environment
from stripe_sandbox.testing import SandboxServer
from stripe_sandbox.tests.conftest import client_for, session_params
from stripe_sandbox.tests.receiver import Receiver

APPROVED_EVENTS = ["charge.succeeded", "payment_intent.succeeded", "checkout.session.completed"]


def buy(sandbox: SandboxServer) -> stripe.checkout.Session:
    session = client_for(sandbox).v1.checkout.sessions.create(session_params())
    sandbox.pay(str(session.url))
    return session


def test_events_arrive_signed_and_in_order(wired: SandboxServer, receiver: Receiver) -> None:
    session = buy(wired)
    wired.wait_for_webhooks()
    events = receiver.events(wired.secret)
    assert [event.type for event in events] == APPROVED_EVENTS
    assert (events[2].data.object["id"], events[2].data.object["payment_status"]) == (session.id, "paid")
    assert (events[2].api_version, events[2].livemode) == (API_VERSION, False)


def test_the_client_reads_them_too(wired: SandboxServer, receiver: Receiver) -> None:
    buy(wired)
    wired.wait_for_webhooks()
    body, header = receiver.deliveries[0]
    assert client_for(wired).construct_event(body, header, wired.secret).type == "charge.succeeded"


def test_a_test_signs_an_event_itself(sandbox: SandboxServer) -> None:
    buy(sandbox)
    body, header = sandbox.signed(sandbox.events("checkout.session.completed")[0])
    event = stripe.Webhook.construct_event(body, header, sandbox.secret)
    assert event.type == "checkout.session.completed"


def test_another_secret_or_an_altered_body_does_not_verify(wired: SandboxServer, receiver: Receiver) -> None:
    buy(wired)
    wired.wait_for_webhooks()
    body, header = receiver.deliveries[0]
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body, header, "whsec_other")
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body.replace(b"14800", b"1"), header, wired.secret)


def test_a_refused_event_comes_again(wired: SandboxServer, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "RETRY_AFTER", (0.05, 0.05, 0.05))
    receiver.answers = [500, 302, 503]
    buy(wired)
    wired.wait_for_webhooks()
    types = receiver.types(wired.secret)
    assert sorted(set(types)) == sorted(APPROVED_EVENTS)
    assert len(types) == 3 + 3
    events = client_for(wired).v1.events.list({"delivery_success": False}).data
    assert events == []


def test_retries_come_after_1_5_and_25_seconds() -> None:
    assert outbox.RETRY_AFTER == (1, 5, 25)


def test_an_event_that_is_never_taken_is_listed_as_undelivered(
    wired: SandboxServer, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "RETRY_AFTER", (0.02, 0.02, 0.02))
    receiver.answers = [400] * 4 * 3
    buy(wired)
    wired.wait_for_webhooks()
    undelivered = client_for(wired).v1.events.list({"delivery_success": False, "types": APPROVED_EVENTS})
    assert [event.type for event in undelivered] == APPROVED_EVENTS[::-1]
    assert len(receiver.deliveries) == 4 * 3


def test_nobody_there_is_a_failed_delivery() -> None:
    with SandboxServer(webhook_url="http://localhost:9/stripe/webhook/") as sandbox:
        buy(sandbox)
        deadline = time.monotonic() + 5
        while not sandbox.deliveries(sandbox.events()[0]["id"])[0]["log"] and time.monotonic() < deadline:
            time.sleep(0.02)
        log = sandbox.deliveries(sandbox.events()[0]["id"])[0]["log"]
        assert log[0]["outcome"] == "no answer: ConnectionRefusedError"


def test_undelivered_events_are_replayed_in_chronological_order(wired: SandboxServer) -> None:
    client = client_for(wired)
    buy(wired)
    wired.wait_for_webhooks()
    bookmark = client.v1.events.list({"limit": 1}).data[0].id
    wired.webhooks("drop")
    buy(wired)
    buy(wired)
    found = client.v1.events.list(
        {"types": ["checkout.session.completed"], "delivery_success": False, "ending_before": bookmark, "limit": 1}
    )
    created = [event.id for event in found.auto_paging_iter()]
    assert created == [event["id"] for event in wired.events("checkout.session.completed")[1:]]


def test_held_webhooks_wait_until_released(wired: SandboxServer, receiver: Receiver) -> None:
    wired.hold_webhooks()
    session = buy(wired)
    time.sleep(0.3)
    assert receiver.deliveries == []
    assert client_for(wired).v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
    wired.release_webhooks()
    wired.wait_for_webhooks()
    assert receiver.types(wired.secret) == APPROVED_EVENTS


def test_held_webhooks_come_in_reverse_when_asked(wired: SandboxServer, receiver: Receiver) -> None:
    wired.hold_webhooks()
    buy(wired)
    wired.release_webhooks(newest_first=True)
    wired.wait_for_webhooks()
    assert receiver.types(wired.secret) == APPROVED_EVENTS[::-1]


def test_the_next_webhook_is_dropped_and_only_that_one(wired: SandboxServer, receiver: Receiver) -> None:
    wired.webhooks("drop", times=1)
    buy(wired)
    wired.wait_for_webhooks()
    assert receiver.types(wired.secret) == APPROVED_EVENTS[1:]


def test_duplicated_webhooks_come_twice_with_one_id(wired: SandboxServer, receiver: Receiver) -> None:
    wired.webhooks("duplicate")
    buy(wired)
    wired.wait_for_webhooks()
    ids = [event.id for event in receiver.events(wired.secret)]
    assert [ids[0], ids[2], ids[4]] == [ids[1], ids[3], ids[5]]
    assert len(set(ids)) == 3


def test_a_delayed_webhook_comes_later(wired: SandboxServer, receiver: Receiver) -> None:
    wired.webhooks("delay", seconds=0.5)
    buy(wired)
    time.sleep(0.1)
    assert receiver.deliveries == []
    wired.wait_for_webhooks()
    assert receiver.types(wired.secret) == APPROVED_EVENTS


def test_an_event_can_be_read_and_says_what_waits(wired: SandboxServer) -> None:
    wired.hold_webhooks()
    buy(wired)
    client = client_for(wired)
    event = client.v1.events.list({"type": "checkout.session.completed"}).data[0]
    assert client.v1.events.retrieve(event.id).pending_webhooks == 1
    wired.release_webhooks()
    wired.wait_for_webhooks()
    assert client.v1.events.retrieve(event.id).pending_webhooks == 0


def test_the_snapshot_is_of_the_moment(wired: SandboxServer, receiver: Receiver) -> None:
    wired.hold_webhooks()
    session = buy(wired)
    intent = client_for(wired).v1.checkout.sessions.retrieve(session.id).payment_intent
    wired.refund(str(intent))
    wired.release_webhooks()
    wired.wait_for_webhooks()
    charges = [event.data.object for event in receiver.events(wired.secret) if event.type.startswith("charge.")]
    assert [charge["amount_refunded"] for charge in charges] == [0, 14800]


def test_a_rolled_secret_signs_beside_the_old_one(wired: SandboxServer, receiver: Receiver) -> None:
    new = wired.roll_secret()
    buy(wired)
    wired.wait_for_webhooks()
    assert receiver.types(wired.secret) == receiver.types(new) == APPROVED_EVENTS
    assert receiver.deliveries[0].signature.count("v1=") == 2
    wired.skip(24 * 60 * 60)
    _, header = wired.signed(wired.events()[0])
    assert header.count("v1=") == 1
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(*wired.signed(wired.events()[0]), wired.secret)
    stripe.Webhook.construct_event(*wired.signed(wired.events()[0]), new)


def test_the_environment_may_ask_for_all_secrets() -> None:
    env = {
        "DEBUG": "1",
        "STRIPE_SECRET_KEY": "sk_test_sandbox_x",
        "STRIPE_WEBHOOK_SECRETS": "whsec_new, whsec_old",
        "SANDBOX_SIGN_WITH_ALL": "1",
    }
    config = from_environment(env, host="localhost", port=None, database=None)
    assert (config.secret, config.older_secrets) == ("whsec_new", ("whsec_old",))


@pytest.mark.parametrize(("seconds", "taken"), [(-299, True), (-302, False), (3600, True)])
def test_a_wrong_clock_signs_with_its_own_time(wired: SandboxServer, seconds: int, taken: bool) -> None:
    buy(wired)
    wired.sign_with_skew(seconds)
    body, header = wired.signed(wired.events()[0])
    if taken:
        assert stripe.Webhook.construct_event(body, header, wired.secret).type == "charge.succeeded"
    else:
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.Webhook.construct_event(body, header, wired.secret)
