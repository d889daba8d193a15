"""A buyer on the hosted page: approved, declined, asked, delayed, canceled, too late."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
import stripe

from stripe_sandbox.testing import APPROVED, AUTHENTICATE, BANK_DEBIT, DECLINED, SandboxServer, fetch
from stripe_sandbox.tests.conftest import CANCEL, SUCCESS, OpenSession, client_for, session_params

EXPAND = ["line_items", "payment_intent.latest_charge.balance_transaction"]


def read(client: stripe.StripeClient, session: stripe.checkout.Session) -> stripe.checkout.Session:
    return client.v1.checkout.sessions.retrieve(session.id, {"expand": EXPAND})


def types(sandbox: SandboxServer) -> list[str]:
    return [event["type"] for event in sandbox.events()]


def test_an_approved_card_pays(client: stripe.StripeClient, sandbox: SandboxServer, open_session: OpenSession) -> None:
    session = open_session()
    reply = sandbox.pay(str(session.url))
    assert (reply.status, reply.location) == (303, SUCCESS.replace("{CHECKOUT_SESSION_ID}", session.id))
    paid = read(client, session)
    assert (paid.status, paid.payment_status, paid.amount_total, paid.url) == ("complete", "paid", 14800, None)
    assert paid.customer_details.email == "buyer@example.org"  # type: ignore[union-attr]
    assert types(sandbox) == ["charge.succeeded", "payment_intent.succeeded", "checkout.session.completed"]


def test_the_payment_carries_metadata_fee_and_net(
    client: stripe.StripeClient, sandbox: SandboxServer, open_session: OpenSession
) -> None:
    session = open_session()
    sandbox.pay(str(session.url))
    intent = read(client, session).payment_intent
    assert isinstance(intent, stripe.PaymentIntent)
    assert (intent.status, intent.amount_received, intent.metadata["order"]) == ("succeeded", 14800, "1")
    charge = intent.latest_charge
    assert isinstance(charge, stripe.Charge)
    assert (charge.paid, charge.refunded, charge.metadata["order"]) == (True, False, "1")
    balance = charge.balance_transaction
    assert isinstance(balance, stripe.BalanceTransaction)
    assert (balance.amount, balance.fee, balance.net) == (14800, 459, 14341)


def test_line_items_are_there_only_when_asked_for(client: stripe.StripeClient, open_session: OpenSession) -> None:
    session = open_session()
    assert "line_items" not in client.v1.checkout.sessions.retrieve(session.id)
    line = read(client, session).line_items.data[0]  # type: ignore[union-attr]
    assert (line.description, line.amount_total, line.price.unit_amount_decimal) == (  # type: ignore[union-attr]
        "Introduction",
        14800,
        Decimal(14800),
    )


def test_a_declined_card_stays_on_the_page_and_charges_nothing(
    client: stripe.StripeClient, sandbox: SandboxServer, open_session: OpenSession
) -> None:
    session = open_session()
    reply = sandbox.pay(str(session.url), DECLINED)
    assert (reply.status, reply.location) == (303, f"/c/pay/{session.id}")
    assert "Your card was declined. Nothing was charged." in fetch(str(session.url)).text
    after = read(client, session)
    assert (after.status, after.payment_status) == ("open", "unpaid")
    intent = after.payment_intent
    assert isinstance(intent, stripe.PaymentIntent)
    assert intent.status == "requires_payment_method"
    assert intent.last_payment_error.decline_code == "generic_decline"  # type: ignore[union-attr]
    assert types(sandbox) == ["charge.failed", "payment_intent.payment_failed"]


def test_declined_and_then_approved_is_one_payment_intent(
    client: stripe.StripeClient, sandbox: SandboxServer, open_session: OpenSession
) -> None:
    session = open_session()
    sandbox.pay(str(session.url), DECLINED)
    sandbox.pay(str(session.url))
    assert read(client, session).payment_status == "paid"
    intents = client.v1.payment_intents.list().data
    assert [intent.status for intent in intents] == ["succeeded"]
    charges = client.v1.charges.list({"payment_intent": intents[0].id}).data
    assert [charge.status for charge in charges] == ["succeeded", "failed"]


def test_the_bank_asks_and_the_buyer_confirms(
    client: stripe.StripeClient, sandbox: SandboxServer, open_session: OpenSession
) -> None:
    session = open_session()
    question = sandbox.pay(str(session.url), AUTHENTICATE)
    assert "Do you confirm the payment of <strong>$148.00</strong>?" in question.text
    assert read(client, session).payment_status == "unpaid"
    assert sandbox.authenticate(str(session.url)).location == SUCCESS.replace("{CHECKOUT_SESSION_ID}", session.id)
    assert read(client, session).payment_status == "paid"


def test_the_bank_asks_and_the_buyer_refuses(
    client: stripe.StripeClient, sandbox: SandboxServer, open_session: OpenSession
) -> None:
    session = open_session()
    sandbox.pay(str(session.url), AUTHENTICATE)
    assert sandbox.authenticate(str(session.url), approve=False).location == f"/c/pay/{session.id}"
    assert "We could not authenticate your card." in fetch(str(session.url)).text
    assert read(client, session).status == "open"


def test_a_bank_debit_completes_unpaid(
    client: stripe.StripeClient, sandbox: SandboxServer, open_session: OpenSession
) -> None:
    session = open_session()
    reply = sandbox.pay(str(session.url), BANK_DEBIT)
    assert reply.location == SUCCESS.replace("{CHECKOUT_SESSION_ID}", session.id)
    after = read(client, session)
    assert (after.status, after.payment_status) == ("complete", "unpaid")
    assert (after.payment_intent.status, after.payment_intent.latest_charge.status) == (  # type: ignore[union-attr]
        "processing",
        "pending",
    )
    assert types(sandbox) == ["charge.pending", "payment_intent.processing", "checkout.session.completed"]


@pytest.mark.parametrize(
    ("ok", "status", "last_events"),
    [
        (True, "paid", ["charge.succeeded", "payment_intent.succeeded", "checkout.session.async_payment_succeeded"]),
        (False, "unpaid", ["charge.failed", "payment_intent.payment_failed", "checkout.session.async_payment_failed"]),
    ],
)
def test_the_bank_answers_a_debit_later(
    client: stripe.StripeClient,
    sandbox: SandboxServer,
    open_session: OpenSession,
    ok: bool,
    status: str,
    last_events: list[str],
) -> None:
    session = open_session()
    sandbox.pay(str(session.url), BANK_DEBIT)
    sandbox.settle(session.id, ok=ok)
    after = read(client, session)
    assert (after.status, after.payment_status) == ("complete", status)
    assert after.payment_intent.latest_charge.paid is ok  # type: ignore[union-attr]
    assert types(sandbox)[-3:] == last_events


def test_a_debit_settles_by_itself_when_a_delay_is_set() -> None:
    with SandboxServer(delay_seconds=60) as sandbox:
        client = client_for(sandbox)
        session = client.v1.checkout.sessions.create(session_params())
        sandbox.pay(str(session.url), BANK_DEBIT)
        assert read(client, session).payment_status == "unpaid"
        sandbox.skip(61)
        assert wait_for(sandbox, "checkout.session.async_payment_succeeded")
        assert read(client, session).payment_status == "paid"


def wait_for(sandbox: SandboxServer, kind: str) -> bool:
    return sandbox.wait_for_event(kind)["type"] == kind


def test_bank_debit_is_not_offered_when_excluded(sandbox: SandboxServer, open_session: OpenSession) -> None:
    session = open_session(excluded_payment_method_types=["us_bank_account"])
    assert "Bank debit" not in fetch(str(session.url)).text
    assert sandbox.pay(str(session.url), BANK_DEBIT).status == 400


def test_the_page_offers_the_way_back(open_session: OpenSession) -> None:
    assert f'<a href="{CANCEL}">Cancel and go back</a>' in fetch(str(open_session().url)).text


def test_a_given_address_is_not_asked_for(
    client: stripe.StripeClient, sandbox: SandboxServer, open_session: OpenSession
) -> None:
    session = open_session(customer_email="learner@example.org")
    assert 'name="email"' not in fetch(str(session.url)).text
    sandbox.pay(str(session.url), email="other@example.org")
    assert read(client, session).customer_details.email == "learner@example.org"  # type: ignore[union-attr]


def test_a_second_press_changes_nothing(sandbox: SandboxServer, open_session: OpenSession) -> None:
    session = open_session()
    sandbox.pay(str(session.url))
    before = types(sandbox)
    again = sandbox.pay(str(session.url))
    assert (again.status, types(sandbox)) == (410, before)
    assert "This order is complete" in again.text


def test_two_tabs_that_press_at_once_make_one_charge(
    client: stripe.StripeClient, sandbox: SandboxServer, open_session: OpenSession
) -> None:
    session = open_session()
    form = {"email": "buyer@example.org", "card": APPROVED}
    with ThreadPoolExecutor(8) as tabs:
        replies = list(tabs.map(lambda _: fetch(str(session.url), form).status, range(8)))
    assert sorted(replies) == [303] + [410] * 7
    assert len(client.v1.charges.list().data) == 1


def test_the_bank_asks_only_when_it_was_asked(open_session: OpenSession) -> None:
    session = open_session()
    assert fetch(f"{session.url}/authenticate").location == f"/c/pay/{session.id}"
    assert fetch(f"{session.url}/authenticate", {"answer": "approve"}).status == 409


def test_a_success_address_with_other_letters_arrives(sandbox: SandboxServer, open_session: OpenSession) -> None:
    session = open_session(success_url="http://localhost:8000/größe/?id={CHECKOUT_SESSION_ID}")
    assert sandbox.pay(str(session.url)).location == f"http://localhost:8000/gr%C3%B6%C3%9Fe/?id={session.id}"


def test_an_expired_session_cannot_be_paid(
    client: stripe.StripeClient, sandbox: SandboxServer, open_session: OpenSession
) -> None:
    session = open_session()
    assert client.v1.checkout.sessions.expire(session.id).status == "expired"
    assert sandbox.pay(str(session.url)).status == 410
    assert types(sandbox) == ["checkout.session.expired"]
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.checkout.sessions.expire(session.id)


def test_a_session_expires_by_itself(
    client: stripe.StripeClient, sandbox: SandboxServer, open_session: OpenSession
) -> None:
    session = open_session()
    sandbox.skip(24 * 60 * 60)
    assert wait_for(sandbox, "checkout.session.expired")
    assert client.v1.checkout.sessions.retrieve(session.id).status == "expired"


def test_an_invoice_is_made_when_asked_for(
    client: stripe.StripeClient, sandbox: SandboxServer, open_session: OpenSession
) -> None:
    session = open_session(invoice_creation={"enabled": True})
    sandbox.pay(str(session.url))
    after = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["invoice", "customer"]})
    assert after.customer.email == "buyer@example.org"  # type: ignore[union-attr]
    invoice = client.v1.invoices.retrieve(after.invoice.id)  # type: ignore[union-attr]
    assert (invoice.status, invoice.total, invoice.amount_paid) == ("paid", 14800, 14800)
    assert "Introduction" in fetch(str(invoice.hosted_invoice_url)).text
    pdf = fetch(str(invoice.invoice_pdf))
    assert (pdf.headers["Content-Type"], pdf.text[:8]) == ("application/pdf", "%PDF-1.4")
    assert "(Introduction x 1: $148.00) Tj" in pdf.text
    assert types(sandbox)[-2:] == ["invoice.finalized", "invoice.paid"]


def test_the_page_is_plain_and_says_that_no_money_moves(open_session: OpenSession) -> None:
    page = fetch(str(open_session().url))
    assert "Stripe sandbox: no money moves" in page.text
    assert "<script" not in page.text
    assert "style=" not in page.text
    assert page.headers["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
        "frame-ancestors 'none'; form-action 'self' http://localhost:8000"
    )


def test_what_the_shop_sends_is_escaped_on_the_page(open_session: OpenSession) -> None:
    price = {"currency": "usd", "unit_amount": 100, "product_data": {"name": "<b>Course</b>"}}
    page = fetch(str(open_session(line_items=[{"price_data": price, "quantity": 1}]).url))
    assert "&lt;b&gt;Course&lt;/b&gt;" in page.text
    assert "<b>Course" not in page.text
