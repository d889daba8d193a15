"""Somebody else locks the database beyond our patience: Stripe is told to come again, nothing is half-written."""

from threading import Event, Thread

import pytest
from django.db import OperationalError, connections

from enrollments.models import Enrollment
from notifications.models import Mail
from payments.models import Order, PaymentFact, StripeEvent
from payments.tests.conftest import Shop
from payments.tests.fault_steps import impatient, locked
from stripe_sandbox.testing import APPROVED

pytestmark = [
    pytest.mark.both_databases,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


def written(shop: Shop) -> tuple[str, int, int, int]:
    """What came of the payment: the order's state; facts, enrollments and mails."""
    return shop.order.state, PaymentFact.objects.count(), Enrollment.objects.count(), Mail.objects.count()


def test_locked_when_the_webhook_comes(shop: Shop) -> None:
    shop.buy(APPROVED)
    with impatient(), locked(shop.order.pk):
        # The control: whoever writes without care for the lock gets an exception.
        with pytest.raises(OperationalError):
            Order.objects.filter(pk=shop.order.pk).update(title="x")
        assert shop.deliver("checkout.session.completed") == 503
        assert written(shop) == ("open", 0, 0, 0)
    assert shop.deliver("checkout.session.completed") == 200
    assert written(shop) == ("paid", 4, 1, 1)
    assert StripeEvent.objects.get().outcome == "synced"


def test_locked_between_reading_stripe_and_writing_it_down(shop: Shop) -> None:
    shop.buy(APPROVED)
    shop.bank.fault("delay", method="GET", path="/v1/disputes", seconds=1)
    over = Event()
    holder = Thread(target=hold_once_read, args=(shop.order.pk, over))
    holder.start()
    with impatient():
        assert shop.deliver("checkout.session.completed") == 503
    over.set()
    holder.join()
    assert Order.objects.get().readings_begun == 1  # the control: we were past the beginning
    assert written(shop) == ("open", 0, 0, 0)
    assert shop.deliver("checkout.session.completed") == 200
    assert written(shop) == ("paid", 4, 1, 1)


def hold_once_read(order_id: int, over: Event) -> None:
    """Lock the order as soon as somebody reads Stripe for it."""
    try:
        while not Order.objects.filter(pk=order_id, readings_begun__gt=0).exists():
            over.wait(0.02)
        with locked(order_id):
            over.wait(30)
    finally:
        connections.close_all()


def test_the_landing_page_looks_again_when_the_lock_is_gone(shop: Shop) -> None:
    shop.browser.get(f"/courses/{shop.course.slug}/")  # the first page of a new school writes its settings
    landing = shop.pay(shop.enroll(), APPROVED)
    with impatient(), locked(shop.order.pk):
        waiting = shop.browser.get(landing)
        assert ("<h1>One moment</h1>" in waiting.content.decode(), waiting["Refresh"]) == (True, "10")
    assert written(shop) == ("open", 0, 0, 0)
    assert "<h1>You are in.</h1>" in shop.browser.get(landing).content.decode()
    assert written(shop) == ("paid", 4, 1, 1)
