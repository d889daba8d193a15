"""The whole loop between two servers: the shop listens, the bank sends signed webhooks by itself."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from courses.models import CoursePage
from enrollments.models import Enrollment
from notifications.models import Mail
from payments.models import StripeEvent
from payments.tests.conftest import Shop, point_shop_at
from stripe_sandbox.testing import APPROVED, BANK_DEBIT, SandboxServer

pytestmark = [
    pytest.mark.slow,
    pytest.mark.both_databases,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


@pytest.fixture
def loop(live_server: LiveServer, settings: Any, as_learner: Client, paid_course: CoursePage) -> Iterator[Shop]:
    """A shop whose bank knows where to send webhooks."""
    with SandboxServer(webhook_url=f"{live_server.url}/stripe/webhook/") as bank:
        point_shop_at(bank, settings)
        yield Shop(as_learner, bank, paid_course)


def test_paid_and_never_came_back(loop: Shop) -> None:
    loop.buy(APPROVED)
    loop.bank.wait_for_webhooks()
    assert (loop.order.state, Enrollment.objects.count(), Mail.objects.count()) == ("paid", 1, 1)
    assert StripeEvent.objects.get(type="checkout.session.completed").outcome == "synced"
    assert not StripeEvent.objects.filter(outcome="failed").exists()


def test_a_delayed_payment_from_beginning_to_end(loop: Shop) -> None:
    loop.buy(BANK_DEBIT)
    loop.bank.wait_for_webhooks()
    assert (loop.order.state, Enrollment.objects.count()) == ("pending", 0)
    loop.bank.settle(loop.session_id)
    loop.bank.wait_for_webhooks()
    assert (loop.order.state, Enrollment.objects.count(), Mail.objects.count()) == ("paid", 1, 2)


def test_every_event_twice_and_at_once(loop: Shop) -> None:
    loop.bank.webhooks("duplicate")
    loop.buy(APPROVED)
    loop.bank.wait_for_webhooks()
    assert (loop.order.state, Enrollment.objects.count(), Mail.objects.count()) == ("paid", 1, 1)
    assert StripeEvent.objects.get(type="checkout.session.completed").count == 2


def test_everything_backwards(loop: Shop) -> None:
    loop.bank.hold_webhooks()
    loop.buy(APPROVED)
    loop.bank.refund(loop.payment)
    loop.bank.release_webhooks(newest_first=True)
    loop.bank.wait_for_webhooks()
    assert loop.order.state == "refunded"
    assert not Enrollment.objects.active().exists()


def test_a_webhook_that_finds_stripe_down_comes_again(loop: Shop) -> None:
    loop.bank.hold_webhooks()
    loop.buy(APPROVED)
    loop.bank.fault("500", times=3, method="GET")
    loop.bank.release_webhooks()
    loop.bank.wait_for_webhooks(timeout=20)
    assert (loop.order.state, Enrollment.objects.count()) == ("paid", 1)
    assert StripeEvent.objects.get(type="checkout.session.completed").count == 2


def test_landing_while_the_webhook_is_on_its_way(
    loop: Shop, client_of: Callable[[User], Client], learner: User
) -> None:
    landing = loop.pay(loop.enroll(), APPROVED)
    page = client_of(learner).get(landing).content.decode()
    loop.bank.wait_for_webhooks()
    assert "<h1>You are in.</h1>" in page
    assert (Enrollment.objects.count(), Mail.objects.count()) == (1, 1)
