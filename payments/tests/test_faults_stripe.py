"""Stripe answers 500 or 429, not at all, or too late: no second session, nothing half-written, no untrue word."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from enrollments.models import Enrollment
from notifications.models import Mail
from payments.models import Order, StripeEvent
from payments.services import stripe_api
from payments.services.stripe_api import CheckoutRequest
from payments.tests.conftest import Shop
from payments.tests.fault_steps import SILENCE, silence
from stripe_sandbox.testing import APPROVED, BANK_DEBIT

pytestmark = [
    pytest.mark.both_databases,
    pytest.mark.django_db,
    pytest.mark.usefixtures("stripe_asks_at_once"),
]
CHARGED_NOTHING = "Nothing was charged"
SESSIONS = "/v1/checkout/sessions"


def sessions_of(order: Order) -> list[dict[str, Any]]:
    """Every session that was ever made for it."""
    made = stripe_api.sessions_since(timezone.now() - timedelta(days=1))
    return [session for session in made if session["client_reference_id"] == str(order.uuid)]


@pytest.mark.parametrize("fault", SILENCE)
@pytest.mark.parametrize("part", [SESSIONS, "/v1/refunds", "/v1/disputes"])
def test_a_webhook_that_cannot_read_all_of_it_comes_again(shop: Shop, fault: str, part: str) -> None:
    shop.buy(APPROVED)
    silence(shop.bank, fault, path=part)
    assert shop.deliver("checkout.session.completed") == 503
    assert (shop.order.state, shop.order.facts.count()) == ("open", 0)
    assert (Enrollment.objects.count(), Mail.objects.count(), StripeEvent.objects.get().outcome) == (0, 0, "failed")
    shop.bank.clear()
    assert shop.deliver("checkout.session.completed") == 200
    assert (shop.order.state, Enrollment.objects.count(), Mail.objects.count()) == ("paid", 1, 1)


@pytest.mark.parametrize("fault", SILENCE)
def test_a_refund_of_an_unread_payment_comes_again_too(shop: Shop, fault: str) -> None:
    """The payment is not known yet: whose it is can only be asked."""
    shop.buy(APPROVED)
    shop.bank.refund(shop.payment)
    silence(shop.bank, fault, path="/v1/payment_intents")
    assert (shop.deliver("charge.refunded"), shop.order.state) == (503, "open")
    shop.bank.clear()
    assert (shop.deliver("charge.refunded"), shop.order.state) == (200, "refunded")


@pytest.mark.parametrize("fault", SILENCE)
@pytest.mark.parametrize("card", [APPROVED, BANK_DEBIT])
def test_whoever_has_paid_is_not_told_that_nothing_was_charged_on_landing(shop: Shop, fault: str, card: str) -> None:
    landing = shop.pay(shop.enroll(), card)
    silence(shop.bank, fault)
    page = shop.browser.get(landing).content.decode()
    assert ("<h1>One moment</h1>" in page, CHARGED_NOTHING in page) == (True, False)


@pytest.mark.parametrize("fault", SILENCE)
def test_whoever_has_paid_is_not_told_that_nothing_was_charged_on_pressing_again(shop: Shop, fault: str) -> None:
    """Paid in one tab, pressed again in the other before any news came."""
    shop.buy(APPROVED)
    silence(shop.bank, fault)
    page = shop.browser.post(f"/enroll/{shop.course.slug}/", follow=True).content.decode()
    assert ("<h1>One moment</h1>" in page, CHARGED_NOTHING in page) == (True, False)
    shop.bank.clear()
    assert "<h1>You are in.</h1>" in shop.browser.get(f"/orders/{shop.order.uuid}/return/").content.decode()
    assert len(sessions_of(shop.order)) == 1


@pytest.mark.parametrize("fault", SILENCE)
def test_whoever_changes_the_number_of_seats_after_paying_is_not_told_so_either(shop: Shop, fault: str) -> None:
    shop.buy(APPROVED)
    silence(shop.bank, fault)
    page = shop.browser.post(f"/enroll/{shop.course.slug}/", {"seats": "2"}, follow=True).content.decode()
    assert CHARGED_NOTHING not in page


@pytest.mark.parametrize("fault", SILENCE)
@pytest.mark.parametrize("part", [SESSIONS, "/v1/products"])
def test_nothing_was_charged_is_said_where_it_is_true(shop: Shop, fault: str, part: str) -> None:
    silence(shop.bank, fault, method="POST", path=part)
    answer = shop.browser.post(f"/enroll/{shop.course.slug}/")
    assert (answer.status_code, f"<h1>{CHARGED_NOTHING}</h1>" in answer.content.decode()) == (503, True)
    assert sessions_of(shop.order) == []
    shop.bank.clear()
    assert shop.enroll().startswith(shop.bank.url)
    assert len(sessions_of(shop.order)) == 1


@pytest.mark.parametrize("fault", ["500", "timeout"])
def test_a_session_whose_answer_was_lost_is_the_only_one(shop: Shop, fault: str) -> None:
    shop.bank.fault(fault, when="after", method="POST", path=SESSIONS, seconds=0)
    assert shop.enroll().startswith(shop.bank.url)
    assert [session["id"] for session in sessions_of(shop.order)] == [shop.session_id]


def test_without_one_key_a_lost_answer_makes_two_sessions(shop: Shop) -> None:
    """The control: the same question under another key."""
    shop.enroll()
    order, attempt = shop.order, shop.order.attempts.get()
    for n in (2, 3):
        stripe_api.create_session(
            CheckoutRequest(
                order=str(order.uuid),
                attempt=n,
                product=str(order.offer.stripe_product),
                name=order.title,
                currency=order.currency,
                unit_amount=order.subtotal,
                quantity=1,
                email=order.buyer["email"],
                expires_at=attempt.expires_at,
                success_url="http://testserver/",
                cancel_url="http://testserver/",
                idempotency_key=f"control-{order.uuid}-{n}",
            )
        )
    assert len(sessions_of(order)) == 3
