"""Several at once: presses, webhooks, landings, buyers of the last seat. Each has one outcome, on both databases."""

from collections.abc import Callable
from threading import Barrier
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from core.tests.racing import at_once
from courses.models import CoursePage
from courses.tests.factories import make_user
from enrollments.models import Enrollment
from notifications.models import Mail
from payments.models import CheckoutAttempt, Offer, Order, OrderItem, StripeEvent
from payments.services import sync_order
from payments.services.sync import draw_ticket
from payments.tests.conftest import Shop
from payments.tests.factories import make_offer
from payments.tests.webhooks import deliver
from stripe_sandbox.testing import APPROVED

pytestmark = [
    pytest.mark.both_databases,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Do all of this at the same moment; the results come in any order, an exception is one."""
    waiting = list(acts)
    return at_once(lambda: waiting.pop()(), times=len(acts))


def completed(shop: Shop) -> dict[str, Any]:
    return shop.bank.events("checkout.session.completed")[-1]


def test_eight_presses_are_one_order_and_one_session(
    shop: Shop, learner: User, client_of: Callable[[User], Client]
) -> None:
    browsers = [client_of(learner) for _ in range(8)]
    answers = together(*(lambda browser=browser: browser.post(f"/enroll/{shop.course.slug}/") for browser in browsers))
    assert {answer.status_code for answer in answers} == {303}
    assert {answer["Location"] for answer in answers} == {shop.order.attempts.get().url}
    assert Order.objects.count() == CheckoutAttempt.objects.count() == OrderItem.objects.count() == 1


def test_eight_webhooks_are_one_enrollment_and_one_mail(shop: Shop) -> None:
    shop.buy(APPROVED)
    event = completed(shop)
    answers = at_once(lambda: deliver(Client(), event, shop.bank.secret).status_code, times=8)
    if set(answers) != {200}:  # told to come again: Stripe does
        assert set(answers) <= {200, 503}
        assert deliver(Client(), event, shop.bank.secret).status_code == 200
    assert (shop.order.state, Enrollment.objects.count(), Mail.objects.count()) == ("paid", 1, 1)
    assert shop.order.facts.count() == 4
    assert StripeEvent.objects.get().outcome == "synced"


def test_webhook_and_landing_at_once_are_one_enrollment(shop: Shop) -> None:
    landing = shop.pay(shop.enroll(), APPROVED)
    event = completed(shop)
    answers = together(lambda: shop.browser.get(landing), lambda: deliver(Client(), event, shop.bank.secret))
    assert [answer.status_code for answer in answers] == [200, 200]
    assert "<h1>You are in.</h1>" in b"".join(answer.content for answer in answers).decode()
    assert (Enrollment.objects.count(), Mail.objects.count()) == (1, 1)


def test_two_people_and_the_last_seat(shop: Shop, offer: Offer, client_of: Callable[[User], Client]) -> None:
    Offer.objects.filter(pk=offer.pk).update(seats=1)
    browsers = [client_of(make_user()) for _ in range(4)]
    answers = together(*(lambda browser=browser: browser.post(f"/enroll/{shop.course.slug}/") for browser in browsers))
    to_stripe = [answer for answer in answers if answer["Location"].startswith(shop.bank.url)]
    assert (len(to_stripe), Order.objects.count()) == (1, 1)


def test_refund_and_payment_read_at_once_end_refunded(shop: Shop) -> None:
    shop.browser.get(shop.pay(shop.enroll(), APPROVED))
    order = shop.order
    shop.bank.refund(shop.payment)
    states = at_once(lambda: sync_order(order=order).state, times=4)
    assert states == ["refunded"] * 4
    assert shop.order.state == "refunded"
    assert not Enrollment.objects.active().exists()
    assert Mail.objects.filter(key__startswith="order-refunded").count() == 1


def test_tickets_drawn_at_once_end_at_their_number(shop: Shop) -> None:
    shop.enroll()
    order = shop.order
    drawn = at_once(lambda: draw_ticket(order=order), times=8)
    assert max(drawn) == Order.objects.get(pk=order.pk).readings_begun == 8


def test_free_enrolling_eight_times_at_once_is_one(
    course: CoursePage, learner: User, client_of: Callable[[User], Client]
) -> None:
    make_offer(course, 0)
    browsers = [client_of(learner) for _ in range(8)]
    answers = together(
        *(lambda browser=browser: browser.post(f"/enroll/{course.slug}/").status_code for browser in browsers)
    )
    assert set(answers) == {303}
    assert (Enrollment.objects.count(), Mail.objects.count()) == (1, 1)


def test_without_the_constraint_two_presses_are_two_orders(learner: User, offer: Offer) -> None:
    """The control: look first, then write, in states that the constraint does not watch."""
    both_have_looked = Barrier(2)

    def look_then_write() -> None:
        seen = Order.objects.filter(user=learner, offer=offer).exists()
        both_have_looked.wait(timeout=30)
        if not seen:
            Order.objects.create(user=learner, offer=offer, title="x", currency="usd", subtotal=1, state="expired")

    assert at_once(look_then_write, times=2) == [None, None]
    assert Order.objects.count() == 2
