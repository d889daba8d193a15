"""Two payments at the same moment for what only one can have; each race has a control that loses without its guard."""

from collections.abc import Callable
from threading import Barrier
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts.models import User
from core.tests.racing import at_once
from courses.tests.factories import make_course, make_user
from enrollments.models import Enrollment
from notifications.models import Mail
from payments.models import Offer, Order, RefundRequest
from payments.services import save_offer
from payments.services.seats import seat_free
from payments.tests.conftest import Shop
from payments.tests.test_races import together
from payments.tests.webhooks import deliver
from stripe_sandbox.testing import APPROVED

pytestmark = [
    pytest.mark.both_databases,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


def bring_at_once(shop: Shop, count: int) -> None:
    """The newest completed checkouts, all at the same moment; who is told to come again does."""
    events = shop.bank.events("checkout.session.completed")[-count:]
    answers = together(*(lambda event=event: deliver(Client(), event, shop.bank.secret) for event in events))
    assert {answer.status_code for answer in answers} <= {200, 503}
    for event in events:
        assert deliver(Client(), event, shop.bank.secret).status_code == 200


def flagged() -> list[str]:
    return sorted(Order.objects.exclude(review_reason="").values_list("review_reason", flat=True))


def test_two_have_paid_for_the_last_seat(shop: Shop, client_of: Callable[[User], Client]) -> None:
    """The school cut the seats while both were at the checkout: one gets in, a person decides about the other."""
    buyers = [make_user() for _ in range(2)]
    for buyer in buyers:
        Shop(client_of(buyer), shop.bank, shop.course).buy(APPROVED)
    Offer.objects.update(seats=1)
    bring_at_once(shop, 2)
    assert Enrollment.objects.filter(user__in=buyers).count() == 1
    assert flagged() == ["No seat is left. Refund the payment, or make room."]
    assert Mail.objects.filter(key__startswith="enrolled-").count() == 1


def test_without_the_lock_on_the_offer_both_find_the_seat_free(shop: Shop) -> None:
    """The control: both count the seats, then both take one."""
    Offer.objects.update(seats=1)
    offer = Offer.objects.get()
    both_have_counted = Barrier(2)

    def count_then_take() -> bool:
        free = seat_free(offer=offer, quantity=1)
        both_have_counted.wait(timeout=30)
        if free:
            Order.objects.create(user=make_user(), offer=offer, title="x", currency="usd", subtotal=1, state="paid")
        return free

    assert at_once(count_then_take, times=2) == [True, True]
    assert Order.objects.filter(state="paid").count() == 2


def test_two_orders_for_one_course_paid_at_once_are_one_enrollment(shop: Shop, learner: User) -> None:
    program = save_offer(courses=[shop.course, make_course("Deeper", instructor=None)], unit_amount=9000, name="Both")
    for url in (shop.enroll(), shop.enroll(offer=str(program.pk))):
        shop.pay(url, APPROVED)
    bring_at_once(shop, 2)
    assert Enrollment.objects.filter(user=learner, course=shop.course).count() == 1
    assert Enrollment.objects.count() == 2
    assert flagged() == ["Already enrolled in Light touch in another way: paid twice. Refund this payment."]


def test_without_the_constraint_two_orders_are_two_enrollments(course: Any, learner: User) -> None:
    """The control: look, then enroll, in rows that the constraint does not watch (closed ones)."""
    edition = course.editions.get()
    both_have_looked = Barrier(2)

    def look_then_enroll() -> None:
        seen = Enrollment.objects.filter(user=learner, course=course).exists()
        both_have_looked.wait(timeout=30)
        if not seen:
            Enrollment.objects.create(
                user=learner, course=course, edition=edition, source="order", closed_at=learner.date_joined
            )

    assert at_once(look_then_enroll, times=2) == [None, None]
    assert Enrollment.objects.count() == 2


def test_a_refund_confirmed_four_times_at_once_goes_out_once(shop: Shop, client_of: Callable[[User], Client]) -> None:
    shop.browser.get(shop.pay(shop.enroll(), APPROVED))
    order = shop.order
    staff = make_user(is_staff=True)
    rights = ["access_admin", "view_order", "refund_order"]
    staff.user_permissions.set(Permission.objects.filter(codename__in=rights))
    door, desks = reverse("orders:refund", args=[order.pk]), [client_of(staff) for _ in range(4)]
    form = {"amount": "10.00", "reason": "Goodwill."}
    assert 'name="left" value="4800"' in desks[0].post(door, form).content.decode()
    confirmed = {**form, "confirmed": "1", "left": "4800"}
    answers = together(*(lambda desk=desk: desk.post(door, confirmed).status_code for desk in desks))
    assert sorted(answers) == [303, 422, 422, 422]
    assert desks[0].post(door, confirmed).status_code == 422  # and once more, when the first is through
    made = [one for one in shop.bank.sandbox.store.select("refund") if one["metadata"].get("order") == str(order.uuid)]
    assert [one["amount"] for one in made] == [1000]
    # The control: who looks again, and confirms what is shown then, gives back a second time.
    assert desks[0].post(door, {**confirmed, "left": "3800"}).status_code == 303
    assert RefundRequest.objects.filter(state="done").count() == 2
