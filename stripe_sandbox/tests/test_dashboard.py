"""The dashboard's buttons, pressed as a browser without JavaScript presses them."""

import re

import pytest
import stripe

from stripe_sandbox.testing import BANK_DEBIT, Reply, SandboxServer, fetch
from stripe_sandbox.tests.conftest import OpenSession, client_for, session_params, subscription_params
from stripe_sandbox.tests.receiver import Receiver


def press(sandbox: SandboxServer, page: str, act: str, **fields: str) -> Reply:
    """Press the button of an act on a page, with the token that the page carries."""
    html = fetch(sandbox.url + page).text
    token = re.search(r'name="token" value="([^"]+)"', html)
    assert token
    assert f'name="act" value="{act}"' in html
    return fetch(f"{sandbox.url}/dashboard", {"token": token[1], "act": act, "back": page, **fields})


def token_of(sandbox: SandboxServer) -> str:
    found = re.search(r'name="token" value="([^"]+)"', fetch(f"{sandbox.url}/dashboard").text)
    return found[1] if found else ""


def page_of(session: stripe.checkout.Session) -> str:
    return f"/dashboard/sessions/{session.id}"


def status(client: stripe.StripeClient, session: stripe.checkout.Session) -> tuple[str | None, str]:
    now = client.v1.checkout.sessions.retrieve(session.id)
    return now.status, now.payment_status


def test_the_start_page_leads_to_the_sessions(sandbox: SandboxServer, open_session: OpenSession) -> None:
    assert fetch(sandbox.url).location == "/dashboard"
    session = open_session(customer_email="learner@example.org")
    assert (
        f'<a href="{page_of(session)}">Introduction, learner@example.org</a>' in fetch(f"{sandbox.url}/dashboard").text
    )


@pytest.mark.parametrize(("ok", "outcome"), [("1", "paid"), ("0", "unpaid")])
def test_the_bank_answers_a_delayed_payment(
    client: stripe.StripeClient, sandbox: SandboxServer, open_session: OpenSession, ok: str, outcome: str
) -> None:
    session = open_session()
    sandbox.pay(str(session.url), BANK_DEBIT)
    reply = press(sandbox, page_of(session), "settle", id=session.id, ok=ok)
    assert (reply.status, reply.location) == (303, page_of(session))
    assert status(client, session) == ("complete", outcome)
    assert "The bank has answered." in fetch(sandbox.url + page_of(session)).text


def test_an_open_session_is_expired(
    client: stripe.StripeClient, sandbox: SandboxServer, open_session: OpenSession
) -> None:
    session = open_session()
    press(sandbox, page_of(session), "expire", id=session.id)
    assert status(client, session) == ("expired", "unpaid")


def test_refunds_and_disputes_are_rehearsed(
    client: stripe.StripeClient, sandbox: SandboxServer, open_session: OpenSession
) -> None:
    session = open_session()
    sandbox.pay(str(session.url))
    charge = client.v1.charges.list().data[0].id
    press(sandbox, page_of(session), "refund", id=charge, amount="5000")
    refund = client.v1.refunds.list().data[0]
    assert (refund.amount, client.v1.charges.retrieve(charge).amount_refunded) == (5000, 5000)
    press(sandbox, page_of(session), "finish_refund", id=refund.id, ok="0")
    assert client.v1.refunds.retrieve(refund.id).status == "failed"
    press(sandbox, page_of(session), "open_dispute", id=charge)
    dispute = client.v1.disputes.list().data[0].id
    press(sandbox, page_of(session), "decide", id=dispute, status="won")
    assert client.v1.disputes.retrieve(dispute).status == "won"
    press(sandbox, page_of(session), "refund", id=charge, amount="")
    assert client.v1.charges.retrieve(charge).refunded is True


def test_what_cannot_be_done_says_why(
    client: stripe.StripeClient, sandbox: SandboxServer, open_session: OpenSession
) -> None:
    session = open_session()
    sandbox.pay(str(session.url))
    charge = client.v1.charges.list().data[0].id
    reply = press(sandbox, page_of(session), "refund", id=charge, amount="14801")
    assert (reply.status, "is greater than unrefunded amount" in reply.text) == (409, True)
    assert press(sandbox, page_of(session), "refund", id=charge, amount="all").status == 409


def test_a_promotion_code_is_made(client: stripe.StripeClient, sandbox: SandboxServer) -> None:
    press(sandbox, "/dashboard", "promotion_code", code="SPRING", percent="20")
    found = client.v1.promotion_codes.list({"code": "SPRING", "expand": ["data.promotion.coupon"]}).data[0]
    assert found.promotion.coupon.percent_off == 20  # type: ignore[union-attr]


def test_a_subscription_is_rehearsed(client: stripe.StripeClient, sandbox: SandboxServer) -> None:
    session = client.v1.checkout.sessions.create(subscription_params())
    sandbox.pay(str(session.url))
    subscription = str(client.v1.checkout.sessions.retrieve(session.id).subscription)
    page = f"/dashboard/subscriptions/{subscription}"
    assert (
        f'<a href="{page}">Introduction, buyer@example.org</a>' in fetch(f"{sandbox.url}/dashboard/subscriptions").text
    )
    press(sandbox, page, "next_payment", id=subscription, ok="0")
    assert client.v1.subscriptions.retrieve(subscription).status == "past_due"
    (failed,) = client.v1.invoices.list({"subscription": subscription, "status": "open"}).data
    assert "Your card was declined." in fetch(sandbox.url + page).text
    press(sandbox, page, "close_invoice", id=failed.id, status="void")
    assert client.v1.subscriptions.retrieve(subscription).status == "active"
    press(sandbox, "/dashboard/subscriptions", "skip", days="62")
    assert len(client.v1.invoices.list({"subscription": subscription, "status": "paid"}).data) == 2
    paid = client.v1.charges.list({"limit": 1}).data[0].id
    press(sandbox, page, "refund", id=paid, amount="100")
    assert client.v1.charges.retrieve(paid).amount_refunded == 100
    press(sandbox, "/dashboard/subscriptions", "after_retries", status="canceled")
    assert "<strong>canceled</strong>" in fetch(f"{sandbox.url}/dashboard/subscriptions").text
    press(sandbox, page, "cancel_subscription", id=subscription)
    assert client.v1.subscriptions.retrieve(subscription).status == "canceled"
    assert press(sandbox, "/dashboard/subscriptions", "skip", days="0").status == 409


def test_webhooks_are_held_sent_and_sent_again(wired: SandboxServer, receiver: Receiver) -> None:
    press(wired, "/dashboard", "mode", mode="hold", times="", seconds="")
    wired.pay(str(client_for(wired).v1.checkout.sessions.create(session_params()).url))
    assert receiver.deliveries == []
    press(wired, "/dashboard", "mode", mode="deliver", times="", seconds="")
    press(wired, "/dashboard", "release", order="newest_first")
    wired.wait_for_webhooks()
    event = wired.events()[0]["id"]
    press(wired, f"/dashboard/events/{event}", "resend", id=event)
    wired.wait_for_webhooks()
    assert receiver.types(wired.secret) == [
        "checkout.session.completed",
        "payment_intent.succeeded",
        "charge.succeeded",
        "charge.succeeded",
    ]
    assert fetch(f"{wired.url}/dashboard/events").text.count("delivered") == 3
    assert "HTTP 200" in fetch(f"{wired.url}/dashboard/events/{event}").text


def test_a_press_from_elsewhere_does_nothing(
    client: stripe.StripeClient, sandbox: SandboxServer, open_session: OpenSession
) -> None:
    session = open_session()
    form = {"token": "guess", "act": "expire", "id": session.id, "back": "/dashboard"}
    assert fetch(f"{sandbox.url}/dashboard", form).status == 403
    true_form = {**form, "token": token_of(sandbox)}
    assert fetch(f"{sandbox.url}/dashboard", true_form, Origin="http://evil.example.org").status == 403
    assert status(client, session) == ("open", "unpaid")


def test_a_press_leads_back_to_our_own_pages_only(sandbox: SandboxServer, open_session: OpenSession) -> None:
    form = {"token": token_of(sandbox), "act": "expire", "id": open_session().id, "back": "//evil.example.org"}
    assert fetch(f"{sandbox.url}/dashboard", form).location == "/dashboard"


@pytest.mark.parametrize(
    "path", ["/dashboard/sessions/cs_none", "/dashboard/events/evt_none", "/nowhere", "/c/pay/cs_test_x"]
)
def test_what_is_not_there_is_404(sandbox: SandboxServer, path: str) -> None:
    assert fetch(sandbox.url + path).status == 404
