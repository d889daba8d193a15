"""Refunds while Stripe is silent, or acts and its answer is lost, or staff press again: the money goes back once."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts.models import User
from courses.tests.factories import make_user
from payments.models import Order, RefundRequest
from payments.services import send_waiting_refunds, stripe_api
from payments.tests.conftest import Shop
from payments.tests.fault_steps import SILENCE, silence
from stripe_sandbox.testing import APPROVED

pytestmark = [
    pytest.mark.both_databases,
    pytest.mark.django_db,
    pytest.mark.usefixtures("stripe_asks_at_once"),
]


def refunds_of(shop: Shop, order: Order) -> list[int]:
    """What really went back."""
    made = shop.bank.sandbox.store.select("refund")
    return [refund["amount"] for refund in made if refund["metadata"].get("order") == str(order.uuid)]


@pytest.fixture
def paid(shop: Shop) -> Order:
    """The learner's paid order of $48.00."""
    shop.buy(APPROVED)
    assert shop.deliver("checkout.session.completed") == 200
    return shop.order


@pytest.fixture
def desk(client_of: Any) -> Client:
    """Somebody who may give money back."""
    cashier = make_user("cashier@example.com", is_staff=True)
    rights = ["access_admin", "view_order", "refund_order"]
    cashier.user_permissions.set(Permission.objects.filter(codename__in=rights))
    browser: Client = client_of(cashier)
    return browser


def give_back(desk: Client, order: Order, amount: str = "") -> None:
    """Staff confirm a refund."""
    form = {"amount": amount, "reason": "Goodwill.", "confirmed": "1"}
    assert desk.post(reverse("orders:refund", args=[order.pk]), form).status_code == 303


@pytest.mark.parametrize("fault", SILENCE)
@pytest.mark.parametrize("amount", ["", "10.00"], ids=["all", "a part"])
def test_a_refund_that_stripe_did_not_take_goes_out_later_once(
    shop: Shop, paid: Order, desk: Client, fault: str, amount: str
) -> None:
    silence(shop.bank, fault, method="POST", path="/v1/refunds")
    give_back(desk, paid, amount)
    assert (refunds_of(shop, paid), RefundRequest.objects.get().state) == ([], "asked")
    assert send_waiting_refunds() == 0
    shop.bank.clear()
    assert [send_waiting_refunds(), send_waiting_refunds()] == [1, 0]
    assert (refunds_of(shop, paid), RefundRequest.objects.get().state) == ([1000 if amount else 4800], "done")


@pytest.mark.parametrize("fault", ["500", "timeout"])
def test_a_refund_whose_answer_was_lost_is_the_only_one(shop: Shop, paid: Order, desk: Client, fault: str) -> None:
    shop.bank.fault(fault, when="after", method="POST", path="/v1/refunds", seconds=0)
    give_back(desk, paid, "10.00")
    assert (refunds_of(shop, paid), RefundRequest.objects.get().state) == ([1000], "done")
    assert shop.order.state == "partially_refunded"


@pytest.mark.parametrize("fault", SILENCE)
def test_a_refund_that_was_made_and_could_not_be_read_is_read_later(
    shop: Shop, paid: Order, desk: Client, fault: str
) -> None:
    silence(shop.bank, fault, method="GET")
    give_back(desk, paid)
    assert (refunds_of(shop, paid), shop.order.state) == ([4800], "paid")
    shop.bank.clear()
    assert (shop.deliver("refund.created"), shop.order.state) == (200, "refunded")
    send_waiting_refunds()
    assert (refunds_of(shop, paid), RefundRequest.objects.get().state) == ([4800], "done")


def test_without_one_key_a_lost_answer_gives_back_twice(shop: Shop, paid: Order, learner: User) -> None:
    """The control: the same question under another key."""
    for key in ("a", "b"):
        stripe_api.refund(
            payment_intent=shop.payment, amount=1000, order=str(paid.uuid), idempotency_key=f"{paid.uuid}-{key}"
        )
    assert refunds_of(shop, paid) == [1000, 1000]


def test_a_refund_confirmed_again_does_not_go_out_again(shop: Shop, paid: Order, desk: Client) -> None:
    """A double click, or the browser's way back: what was shown is no longer what can be given back."""
    door = reverse("orders:refund", args=[paid.pk])
    form = {"amount": "10.00", "reason": "Goodwill."}
    assert 'name="left" value="4800"' in desk.post(door, form).content.decode()
    confirmed = {**form, "confirmed": "1", "left": "4800"}
    assert [desk.post(door, confirmed).status_code for _ in range(3)] == [303, 422, 422]
    assert refunds_of(shop, paid) == [1000]
    # The control: who looks again, and confirms what is shown then, gives back a second time.
    assert desk.post(door, {**confirmed, "left": "3800"}).status_code == 303
    assert refunds_of(shop, paid) == [1000, 1000]
