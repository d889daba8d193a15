"""Money back: asked for, decided once, sent once, and what it does to access follows from what Stripe says."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from courses.tests.factories import make_course, make_user
from enrollments.models import AccessHold, Enrollment
from enrollments.services import complete_unit
from notifications.models import Mail
from payments.models import Order, OrderItem, PaymentFact, RefundRequest
from payments.rules.refunds import refund_right, shares
from payments.services import (
    RefundRefused,
    StripeDownError,
    approve_refund,
    ask_refund,
    give_back,
    refundable,
    refuse_refund,
    save_offer,
    send_waiting_refunds,
    sync_order,
)
from payments.services.checkout import start_checkout
from payments.tests.conftest import Shop
from stripe_sandbox.testing import APPROVED

pytestmark = pytest.mark.django_db
NOON = timezone.now()


@pytest.fixture
def bought(shop: Shop) -> Order:
    """The learner's paid order of $48.00, refunds within 30 days."""
    shop.buy(APPROVED)
    shop.deliver("checkout.session.completed")
    return shop.order


@pytest.fixture
def cashier(db: None) -> User:
    """Somebody who may give money back."""
    user = make_user("cashier@example.com", is_staff=True)
    names = ["access_admin", "view_order", "refund_order"]
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    return user


@pytest.fixture
def desk(cashier: User, client_of: Any) -> Client:
    return client_of(cashier)


def refunds_at(shop: Shop) -> list[int]:
    """The amounts that really went back."""
    ours = set(PaymentFact.objects.filter(kind="payment_intent").values_list("stripe_id", flat=True))
    made = [event["data"]["object"] for event in shop.bank.events("refund.created")]
    return [refund["amount"] for refund in made if refund["payment_intent"] in ours]


def held() -> list[str]:
    return list(AccessHold.objects.filter(closed_at=None).values_list("reason", flat=True))


def mails(name: str) -> int:
    return Mail.objects.filter(key__startswith=name).count()


def test_a_buyer_asks_and_staff_approve(shop: Shop, bought: Order, desk: Client, cashier: User) -> None:
    page = shop.browser.get(reverse("order_refund", args=[bought.uuid])).content.decode()
    assert "By the terms you can have your money back" in page
    answer = shop.browser.post(reverse("order_refund", args=[bought.uuid]), {"reason": "I cannot attend."})
    assert (answer.status_code, answer["Location"]) == (303, bought.get_absolute_url())
    assert (refunds_at(shop), mails("refund-asked")) == ([], 1)
    ask = RefundRequest.objects.get()
    desk.post(reverse("orders:decide_refund", args=[ask.pk]), {"approve": "1"})
    bought.refresh_from_db()
    assert (refunds_at(shop), bought.state, held()) == ([4800], "refunded", ["refund"])
    assert (mails("order-refunded"), mails("refund-decided")) == (1, 0)


def test_a_refusal_needs_words_and_the_buyer_reads_them(shop: Shop, bought: Order, desk: Client) -> None:
    ask = ask_refund(order=bought, by=bought.user, reason="Too long.")
    door = reverse("orders:decide_refund", args=[ask.pk])
    desk.post(door, {"refuse": "1", "text": " "})
    ask.refresh_from_db()
    assert ask.state == "requested"
    desk.post(door, {"refuse": "1", "text": "You have completed the course."})
    assert "You have completed the course." in shop.browser.get(bought.get_absolute_url()).content.decode()
    assert (refunds_at(shop), mails("refund-decided"), held()) == ([], 1, [])


def test_asking_twice_is_one_request(shop: Shop, bought: Order) -> None:
    door = reverse("order_refund", args=[bought.uuid])
    shop.browser.post(door, {"reason": "One."})
    assert "The school decides, and we write to you." in shop.browser.post(door, {"reason": "Two."}).content.decode()
    assert ask_refund(order=bought, by=bought.user, reason="Three.") == RefundRequest.objects.get()


def test_approving_twice_sends_the_money_once(shop: Shop, bought: Order, cashier: User) -> None:
    ask = ask_refund(order=bought, by=bought.user, reason="Please.")
    approve_refund(request=ask, by=cashier)
    approve_refund(request=ask, by=cashier)
    assert refunds_at(shop) == [4800]


def test_a_refusal_after_an_approval_changes_nothing(shop: Shop, bought: Order, cashier: User) -> None:
    ask = ask_refund(order=bought, by=bought.user, reason="Please.")
    approve_refund(request=ask, by=cashier)
    assert refuse_refund(request=ask, by=cashier, text="No.").state == "done"
    assert mails("refund-decided") == 0


def test_a_reason_is_asked_for(shop: Shop, bought: Order) -> None:
    answer = shop.browser.post(reverse("order_refund", args=[bought.uuid]), {"reason": ""})
    assert (answer.status_code, RefundRequest.objects.count()) == (422, 0)


def test_the_order_of_somebody_else_is_unknown(bought: Order, stranger: User, client_of: Any) -> None:
    assert client_of(stranger).get(reverse("order_refund", args=[bought.uuid])).status_code == 404


def test_an_order_that_was_not_paid_has_no_refund_page(shop: Shop) -> None:
    shop.enroll()
    assert shop.browser.get(reverse("order_refund", args=[shop.order.uuid])).status_code == 404


def test_when_stripe_is_down_the_decided_refund_goes_out_later_once(
    shop: Shop, bought: Order, cashier: User, settings: Any
) -> None:
    ask = ask_refund(order=bought, by=bought.user, reason="Please.")
    base, settings.STRIPE_API_BASE = settings.STRIPE_API_BASE, "http://127.0.0.1:9"
    with pytest.raises(StripeDownError):
        approve_refund(request=ask, by=cashier)
    ask.refresh_from_db()
    assert ask.state == "asked"
    settings.STRIPE_API_BASE = base
    assert [send_waiting_refunds(), send_waiting_refunds()] == [1, 0]
    assert refunds_at(shop) == [4800]


def test_staff_look_at_a_refund_once_more_before_it_goes(shop: Shop, bought: Order, desk: Client) -> None:
    door = reverse("orders:refund", args=[bought.pk])
    form = {"amount": "10.00", "reason": "Goodwill."}
    assert "$10.00 goes back to the buyer." in desk.post(door, form).content.decode()
    assert refunds_at(shop) == []
    assert desk.post(door, {**form, "confirmed": "1"}).status_code == 303
    bought.refresh_from_db()
    assert (refunds_at(shop), bought.state, held()) == ([1000], "partially_refunded", [])


@pytest.mark.parametrize(("amount", "word"), [("48.01", "$48.00 can be given back"), ("0.001", "no such small part")])
def test_no_more_than_was_paid_goes_back(bought: Order, desk: Client, amount: str, word: str) -> None:
    form = {"amount": amount, "reason": "Goodwill.", "confirmed": "1"}
    answer = desk.post(reverse("orders:refund", args=[bought.pk]), form)
    assert (answer.status_code, word in answer.content.decode()) == (422, True)


def test_only_who_may_refund_finds_the_page(bought: Order, client_of: Any) -> None:
    looker = make_user("looker@example.com", is_staff=True)
    looker.user_permissions.set(Permission.objects.filter(codename__in=["access_admin", "view_order"]))
    assert client_of(looker).get(reverse("orders:refund", args=[bought.pk])).status_code == 302
    assert client_of(bought.user).get(reverse("orders:refund", args=[bought.pk])).status_code == 404


def test_a_disputed_payment_cannot_be_refunded(shop: Shop, bought: Order, cashier: User) -> None:
    shop.bank.dispute(shop.payment)
    sync_order(order=bought)
    bought.refresh_from_db()
    with pytest.raises(RefundRefused, match="disputes"):
        give_back(order=bought, by=cashier, reason="Please.")


def test_a_part_of_a_bundle_closes_only_what_was_given_back(
    shop: Shop, learner: User, cashier: User, paid_course: Any
) -> None:
    other = make_course("Deeper", instructor=None)
    offer = save_offer(courses=[paid_course, other], unit_amount=9001, refund_days=30)
    checkout = start_checkout(user=learner, offer=offer, site="http://testserver/")
    shop.pay(checkout.url, APPROVED)
    order = sync_order(order=checkout.order)
    item = OrderItem.objects.get(order=order, course=other)
    give_back(order=order, by=cashier, reason="Not for me.", items=[item])
    open_courses = Enrollment.objects.active().values_list("course__title", flat=True)
    assert (refunds_at(shop), list(open_courses)) == ([4500], ["Light touch"])
    order.refresh_from_db()
    assert (refundable(order=order).left, mails("refund-decided")) == (4501, 1)


def test_a_refund_that_fails_later_gives_the_part_back(
    shop: Shop, learner: User, cashier: User, paid_course: Any
) -> None:
    other = make_course("Deeper", instructor=None)
    offer = save_offer(courses=[paid_course, other], unit_amount=9000, refund_days=30)
    checkout = start_checkout(user=learner, offer=offer, site="http://testserver/")
    shop.pay(checkout.url, APPROVED)
    order = sync_order(order=checkout.order)
    request = give_back(
        order=order, by=cashier, reason="Not for me.", items=[OrderItem.objects.get(order=order, course=other)]
    )
    shop.bank.finish_refund(str(request.stripe_id), ok=False)
    sync_order(order=order)
    assert Enrollment.objects.active().count() == 2


def test_after_a_full_refund_one_buys_again_and_goes_on(shop: Shop, bought: Order, cashier: User) -> None:
    enrollment = Enrollment.objects.get()
    complete_unit(enrollment=enrollment, unit=_first_unit(enrollment))
    give_back(order=bought, by=cashier, reason="Please.")
    assert "Buy again: pay $48.00" in shop.browser.get(shop.course.url).content.decode()
    shop.buy(APPROVED)
    shop.deliver("checkout.session.completed")
    enrollment.refresh_from_db()
    assert (Enrollment.objects.active().get(), enrollment.done, held()) == (enrollment, 1, [])
    sync_order(order=bought)
    assert held() == []


def test_after_the_end_of_access_one_buys_again(shop: Shop, bought: Order) -> None:
    Enrollment.objects.update(access_until=timezone.now() - timedelta(days=1))
    shop.buy(APPROVED)
    shop.deliver("checkout.session.completed")
    assert Enrollment.objects.active().get().access_until is None


def test_a_suspension_by_staff_is_not_bought_away(shop: Shop, bought: Order, cashier: User) -> None:
    give_back(order=bought, by=cashier, reason="Please.")
    AccessHold.objects.create(enrollment=Enrollment.objects.get(), reason="staff", source="test")
    assert shop.enroll() == shop.course.url


def _first_unit(enrollment: Enrollment) -> Any:
    from courses.models import LessonPage  # noqa: PLC0415 - only here

    return LessonPage.objects.descendant_of(enrollment.course).first()


@pytest.mark.parametrize(
    ("days", "limit", "seen", "later", "by_right"),
    [
        (30, None, 90, 30, True),
        (30, None, 0, 31, False),
        (30, 20, 20, 1, True),
        (30, 20, 21, 1, False),
        (0, None, 0, 0, False),
    ],
)
def test_the_right_to_a_refund_is_what_was_sold(
    days: int, limit: int | None, seen: int, later: int, by_right: bool
) -> None:
    terms = {"refund_days": days, "refund_seen_percent": limit}
    right = refund_right(terms=terms, paid_at=NOON, seen_percent=seen, now=NOON + timedelta(days=later))
    assert right.by_right is by_right


def test_nothing_paid_is_no_right_to_a_refund() -> None:
    assert refund_right(terms={"refund_days": 30}, paid_at=None, seen_percent=0, now=NOON).by_right is False


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**7), min_size=1, max_size=9).filter(any))
def test_the_parts_of_a_total_add_up_to_it(total: int, amounts: list[int]) -> None:
    parts = shares(total, amounts)
    assert sum(parts) == total
    assert all(
        abs(part * sum(amounts) - total * amount) < sum(amounts) for part, amount in zip(parts, amounts, strict=True)
    )
