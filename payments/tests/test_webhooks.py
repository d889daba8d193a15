"""Webhooks: what Stripe signed makes us look; what it did not is refused; number and order do not matter."""

import json
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from accounts.models import User
from enrollments.models import AccessHold, Enrollment
from notifications.models import Mail
from payments.models import Order, StripeEvent
from payments.services import sync
from payments.tests.conftest import Shop
from payments.tests.webhooks import deliver, send, signature
from stripe_sandbox.testing import APPROVED, BANK_DEBIT

pytestmark = pytest.mark.django_db


@pytest.fixture
def stripe() -> Client:
    """Stripe's side of the webhook."""
    return Client(enforce_csrf_checks=True)


def completed(shop: Shop) -> dict[str, Any]:
    """The newest event that a checkout was completed."""
    return shop.bank.events("checkout.session.completed")[-1]


def test_a_webhook_enrolls_without_landing(shop: Shop, stripe: Client, learner: User) -> None:
    shop.buy(APPROVED)
    response = deliver(stripe, completed(shop), shop.bank.secret)
    assert (response.status_code, Enrollment.objects.get().user) == (200, learner)
    event = StripeEvent.objects.get()
    assert (event.type, event.order, event.outcome, event.count) == (
        "checkout.session.completed",
        shop.order,
        "synced",
        1,
    )
    assert event.object_id == shop.session_id


def test_the_same_event_five_times_is_one_enrollment_and_one_mail(shop: Shop, stripe: Client) -> None:
    shop.buy(APPROVED)
    answers = [deliver(stripe, completed(shop), shop.bank.secret).status_code for _ in range(5)]
    assert answers == [200] * 5
    assert (Enrollment.objects.count(), Mail.objects.count()) == (1, 1)
    assert StripeEvent.objects.get().count == 5


def test_the_same_fact_in_another_event_changes_nothing(shop: Shop, stripe: Client) -> None:
    shop.buy(APPROVED)
    for number in range(3):
        deliver(stripe, completed(shop) | {"id": f"evt_again_{number}"}, shop.bank.secret)
    assert (Enrollment.objects.count(), Mail.objects.count(), StripeEvent.objects.count()) == (1, 1, 3)


def test_a_webhook_before_landing_lets_the_page_say_so(shop: Shop, stripe: Client) -> None:
    landing = shop.pay(shop.enroll(), APPROVED)
    deliver(stripe, completed(shop), shop.bank.secret)
    assert "<h1>You are in.</h1>" in shop.browser.get(landing).content.decode()
    assert (Enrollment.objects.count(), Mail.objects.count()) == (1, 1)


def test_a_webhook_after_landing_changes_nothing(shop: Shop, stripe: Client) -> None:
    shop.browser.get(shop.pay(shop.enroll(), APPROVED))
    before = Order.objects.values("state", "paid_at", "review_reason").get()
    deliver(stripe, completed(shop), shop.bank.secret)
    assert Order.objects.values("state", "paid_at", "review_reason").get() == before
    assert (Enrollment.objects.count(), Mail.objects.count()) == (1, 1)


def test_what_an_event_says_is_not_believed(shop: Shop, stripe: Client) -> None:
    """A signed snapshot of a paid session, while Stripe itself says that it is open."""
    shop.enroll()
    lie = {
        "id": "evt_lie",
        "object": "event",
        "api_version": "2026-10-28.endive",
        "created": 1_790_000_000,
        "livemode": False,
        "type": "checkout.session.completed",
        "data": {"object": {"id": shop.session_id, "object": "checkout.session", "payment_status": "paid"}},
    }
    assert deliver(stripe, lie, shop.bank.secret).status_code == 200
    assert (shop.order.state, Enrollment.objects.count()) == ("open", 0)


def test_a_refund_seen_before_completed_means_no_access(shop: Shop, stripe: Client, learner: User) -> None:
    shop.buy(APPROVED)
    shop.bank.refund(shop.payment)
    for event in reversed(shop.bank.events()):
        assert deliver(stripe, event, shop.bank.secret).status_code == 200
    assert shop.order.state == "refunded"
    assert not Enrollment.objects.active().exists()


@pytest.mark.parametrize("backwards", [False, True], ids=["in order", "backwards"])
def test_all_events_of_a_delayed_payment_in_any_order_enroll_once(shop: Shop, stripe: Client, backwards: bool) -> None:
    shop.buy(BANK_DEBIT)
    shop.bank.settle(shop.session_id)
    mine = [event for event in shop.bank.events() if str(shop.order.uuid) in json.dumps(event)]
    for event in reversed(mine) if backwards else mine:
        assert deliver(stripe, event, shop.bank.secret).status_code == 200
    assert (shop.order.state, Enrollment.objects.count()) == ("paid", 1)
    assert [mail.key for mail in Mail.objects.all()] == [f"enrolled-{shop.order.uuid}"]


BODY = json.dumps({"id": "evt_1", "object": "event", "type": "x", "data": {"object": {}}}).encode()


@pytest.mark.parametrize(
    ("body", "header"),
    [
        (BODY, None),
        (BODY, ""),
        (BODY, "nonsense"),
        (BODY, signature(BODY, "whsec_another")),
        (BODY, signature(BODY, "whsec_right", age=301)),
        (BODY, signature(BODY, "whsec_right", scheme="v0")),
        (BODY + b" ", signature(BODY, "whsec_right")),
        (b"no json", signature(b"no json", "whsec_right")),
        (b"x" * (256 * 1024 + 1), signature(b"x" * (256 * 1024 + 1), "whsec_right")),
    ],
    ids=["missing", "empty", "nonsense", "wrong secret", "old", "v0 only", "altered", "not JSON", "too large"],
)
def test_what_stripe_did_not_sign_is_refused(
    stripe: Client, sandbox, settings, body: bytes, header: str | None
) -> None:
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_right"]
    assert send(stripe, body, header).status_code == 400
    assert StripeEvent.objects.count() == 0


def test_every_secret_is_tried_so_that_they_can_be_changed(shop: Shop, stripe: Client, settings) -> None:
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_new", shop.bank.secret]
    shop.buy(APPROVED)
    assert deliver(stripe, completed(shop), shop.bank.secret).status_code == 200
    assert deliver(stripe, completed(shop), "whsec_new").status_code == 200
    assert StripeEvent.objects.get().count == 2


def test_a_replay_within_five_minutes_changes_nothing(shop: Shop, stripe: Client) -> None:
    shop.buy(APPROVED)
    deliver(stripe, completed(shop), shop.bank.secret)
    assert deliver(stripe, completed(shop), shop.bank.secret, age=299).status_code == 200
    assert Enrollment.objects.count() == 1


@pytest.mark.parametrize("kind", ["customer.created", "checkout.session.completed", "charge.refunded", "made.up"])
def test_what_is_not_ours_is_written_down_and_answered(stripe: Client, sandbox, kind: str) -> None:
    subject = {"id": "obj_of_somebody_else", "payment_intent": "pi_of_somebody_else"}
    event = {
        "id": "evt_2",
        "object": "event",
        "type": kind,
        "created": 1,
        "livemode": False,
        "data": {"object": subject},
    }
    assert deliver(stripe, event, sandbox.secret).status_code == 200
    assert StripeEvent.objects.get().outcome == "ignored"


def test_an_event_of_the_other_mode_is_ignored(shop: Shop, stripe: Client) -> None:
    shop.buy(APPROVED)
    assert deliver(stripe, completed(shop) | {"livemode": True}, shop.bank.secret).status_code == 200
    assert (StripeEvent.objects.get().outcome, Enrollment.objects.count()) == ("ignored", 0)


def test_when_stripe_cannot_be_asked_it_is_told_to_come_again(shop: Shop, stripe: Client) -> None:
    shop.buy(APPROVED)
    shop.bank.fault("500", times=3)
    assert deliver(stripe, completed(shop), shop.bank.secret).status_code == 503
    assert (StripeEvent.objects.get().outcome, Enrollment.objects.count()) == ("failed", 0)
    assert deliver(stripe, completed(shop), shop.bank.secret).status_code == 200
    assert (StripeEvent.objects.get().outcome, Enrollment.objects.count()) == ("synced", 1)


@pytest.mark.parametrize(
    ("error", "status"), [(OperationalError("database is locked"), 503), (RuntimeError("a bug"), 500)]
)
def test_a_crash_while_enrolling_leaves_nothing_half_done(
    shop: Shop, stripe: Client, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    shop.buy(APPROVED)

    def crash(**kwargs: Any) -> None:
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(sync, "write_mails", crash)  # the last step: everything else is written by then
        assert deliver(stripe, completed(shop), shop.bank.secret).status_code == status
    assert (shop.order.state, shop.order.facts.count(), Enrollment.objects.count()) == ("open", 0, 0)
    assert deliver(stripe, completed(shop), shop.bank.secret).status_code == 200
    assert (shop.order.state, Enrollment.objects.count(), Mail.objects.count()) == ("paid", 1, 1)


@pytest.mark.parametrize("method", ["get", "put", "head"])
def test_only_posts_are_taken(stripe: Client, method: str) -> None:
    assert getattr(stripe, method)("/stripe/webhook/").status_code == 405


def test_a_dispute_suspends_and_a_won_one_returns_access(shop: Shop, stripe: Client, learner: User) -> None:
    shop.browser.get(shop.pay(shop.enroll(), APPROVED))
    dispute = shop.bank.dispute(shop.payment)
    assert shop.deliver("charge.dispute.created") == 200
    assert (shop.order.state, shop.order.needs_review) == ("disputed", True)
    assert "Answer by" in shop.order.review_reason
    assert [hold.reason for hold in AccessHold.objects.filter(closed_at=None)] == ["dispute"]
    shop.bank.decide(dispute, "won")
    assert shop.deliver("charge.dispute.closed") == 200
    assert (shop.order.state, AccessHold.objects.filter(closed_at=None).count()) == ("paid", 0)


def test_a_lost_dispute_keeps_the_course_closed(shop: Shop, stripe: Client) -> None:
    shop.browser.get(shop.pay(shop.enroll(), APPROVED))
    shop.bank.decide(shop.bank.dispute(shop.payment), "lost")
    assert shop.deliver("charge.dispute.closed") == 200
    assert shop.order.state == "dispute_lost"
    assert not Enrollment.objects.active().exists()


def test_an_inquiry_only_tells_staff(shop: Shop, stripe: Client) -> None:
    shop.browser.get(shop.pay(shop.enroll(), APPROVED))
    shop.bank.dispute(shop.payment, inquiry=True)
    assert shop.deliver("charge.dispute.created") == 200
    assert (shop.order.state, shop.order.needs_review) == ("paid", True)
    assert Enrollment.objects.active().count() == 1


def test_a_full_refund_closes_the_course_and_keeps_the_progress(shop: Shop, stripe: Client, learner: User) -> None:
    shop.browser.get(shop.pay(shop.enroll(), APPROVED))
    shop.bank.refund(shop.payment)
    assert shop.deliver("refund.created") == 200
    assert (shop.order.state, Enrollment.objects.count()) == ("refunded", 1)
    assert [hold.reason for hold in AccessHold.objects.filter(closed_at=None)] == ["refund"]
    assert Mail.objects.filter(user=learner, key=f"order-refunded-{shop.order.uuid}").count() == 1


def test_a_partial_refund_leaves_access(shop: Shop, stripe: Client) -> None:
    shop.browser.get(shop.pay(shop.enroll(), APPROVED))
    shop.bank.refund(shop.payment, 1000)
    assert shop.deliver("charge.refunded") == 200
    assert shop.order.state == "partially_refunded"
    assert Enrollment.objects.active().count() == 1
    assert "$38.00" in shop.browser.get(f"/orders/{shop.order.uuid}/").content.decode()


def test_a_refund_that_fails_later_returns_access_and_asks_a_person(shop: Shop, stripe: Client) -> None:
    shop.browser.get(shop.pay(shop.enroll(), APPROVED))
    refund = shop.bank.refund(shop.payment)
    shop.deliver("refund.created")
    shop.bank.finish_refund(refund, ok=False)
    assert shop.deliver("refund.failed") == 200
    assert (shop.order.state, shop.order.needs_review) == ("paid", True)
    assert Enrollment.objects.active().count() == 1


@pytest.mark.parametrize("body", [{}, {"id": "evt_1"}, {"id": "evt_1", "type": "x", "created": 1, "data": {}}])
def test_what_is_signed_and_is_no_event_is_refused(shop: Shop, stripe: Client, body: dict[str, Any]) -> None:
    response = deliver(stripe, body, shop.bank.secret)
    assert (response.status_code, StripeEvent.objects.count()) == (400, 0)
