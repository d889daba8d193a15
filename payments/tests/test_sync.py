"""What must hold before access is given; otherwise a person decides, and the buyer is told so."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import User
from courses.models import CourseEdition, CoursePage
from courses.tests.factories import make_user
from enrollments.models import AccessHold, Enrollment
from notifications.models import Mail
from payments.models import Offer, Order
from payments.services import current_offer, enroll_free, grant, reconcile, settle_review, sync_order
from payments.services.sync import draw_ticket, write_down
from payments.tests.conftest import Shop
from payments.tests.factories import make_offer
from stripe_sandbox.testing import APPROVED

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(db: None) -> User:
    """Somebody who may see orders."""
    user = make_user("provider@example.com")
    user.user_permissions.add(Permission.objects.get(codename="view_order"))
    return user


def other_price(shop: Shop) -> None:
    Order.objects.update(subtotal=9900)


def other_currency(shop: Shop) -> None:
    Order.objects.update(currency="eur")


def account_closed(shop: Shop) -> None:
    User.objects.filter(pk=shop.order.user_id).update(is_active=False)


def enrolled_otherwise(shop: Shop) -> None:
    grant(user=shop.order.user, course=shop.course, reason="Scholarship", by=make_user())


def seats_gone(shop: Shop) -> None:
    rival = Order.objects.create(
        user=make_user(), offer=shop.order.offer, title="x", currency="usd", subtotal=4800, state="paid"
    )
    seat = grant(user=rival.user, course=shop.course, reason="The last seat", by=rival.user)
    rival.items.create(course=shop.course, amount=4800, enrollment=seat)
    Offer.objects.filter(pk=rival.offer_id).update(seats=1)


def nothing_to_study(shop: Shop) -> None:
    CourseEdition.objects.all().delete()
    shop.course.unpublish()


@pytest.mark.parametrize(
    ("meanwhile", "reason"),
    [
        (other_price, "asked for 4800, the order for 9900."),
        (other_currency, "was paid in usd, the order is in eur."),
        (account_closed, "The buyer's account is closed. Refund the payment."),
        (enrolled_otherwise, "Already enrolled in Light touch in another way: paid twice. Refund this payment."),
        (nothing_to_study, "Paid, and not enrolled: This course has nothing to study yet. Please come back later."),
        (seats_gone, "No seat is left. Refund the payment, or make room."),
    ],
)
def test_a_payment_that_does_not_fit_gives_nothing_and_asks_a_person(
    shop: Shop, learner: User, provider: User, meanwhile: Callable[[Shop], None], reason: str
) -> None:
    shop.buy(APPROVED)
    order = shop.order
    meanwhile(shop)
    order = sync_order(order=Order.objects.get(pk=order.pk))
    assert (order.state, order.needs_review) == ("paid", True)
    assert order.review_reason.endswith(reason)
    assert order.items.get().enrollment is None
    assert [mail.subject for mail in Mail.objects.filter(user=learner, key__contains="payment")] == [
        "We have your payment for Light touch"
    ]
    assert [mail.subject for mail in Mail.objects.filter(user=provider)] == [f"Order {order.number} needs a person"]
    sync_order(order=order)
    assert Mail.objects.count() == 2


def test_a_session_made_for_another_order_gives_nothing(shop: Shop, stranger: User, offer: Offer) -> None:
    shop.buy(APPROVED)
    session_id, ours = shop.session_id, shop.order
    theirs = Order.objects.create(user=stranger, offer=offer, title="x", currency="usd", subtotal=4800)
    theirs.items.create(course=shop.course, amount=4800)
    ours.attempts.update(session_id=None)
    theirs.attempts.create(n=1, idempotency_key="order-x-1", session_id=session_id, expires_at=theirs.created_at)
    theirs = sync_order(order=theirs)
    assert theirs.review_reason == f"Session {session_id} was made for another order."
    assert Enrollment.objects.count() == 0


def test_the_landing_page_says_that_a_person_is_checking(shop: Shop) -> None:
    landing = shop.pay(shop.enroll(), APPROVED)
    other_price(shop)
    page = shop.browser.get(landing).content.decode()
    assert "<h1>We have your payment</h1>" in page
    assert "A person is checking it" in page


def test_a_settled_reason_does_not_ask_again_and_a_new_one_does(shop: Shop, provider: User) -> None:
    shop.browser.get(shop.pay(shop.enroll(), APPROVED))
    shop.bank.dispute(shop.payment, inquiry=True)
    order = sync_order(order=shop.order)
    order = settle_review(order=order, by=provider)
    assert not sync_order(order=order).needs_review
    shop.bank.refund(shop.payment, 100)
    assert not sync_order(order=order).needs_review
    assert Order.objects.needing_review().count() == 0
    Order.objects.update(review_reason="Something else.")
    assert Order.objects.needing_review().count() == 1


def test_an_order_touches_only_the_enrollment_that_it_gave(shop: Shop, learner: User) -> None:
    shop.buy(APPROVED)
    enrolled_otherwise(shop)
    sync_order(order=shop.order)
    shop.bank.refund(shop.payment)
    assert sync_order(order=shop.order).state == "refunded"
    assert AccessHold.objects.count() == 0
    assert Enrollment.objects.active().filter(user=learner).count() == 1


def test_completed_before_the_refund_is_put_before_staff(shop: Shop) -> None:
    shop.browser.get(shop.pay(shop.enroll(), APPROVED))
    Enrollment.objects.update(completed_at=shop.order.paid_at)
    shop.bank.refund(shop.payment)
    assert sync_order(order=shop.order).review_reason == (
        "Light touch was completed before the money went back. Look at the certificate."
    )


def test_a_reading_that_comes_late_is_not_written_down(shop: Shop) -> None:
    shop.browser.get(shop.pay(shop.enroll(), APPROVED))
    order = shop.order
    early = draw_ticket(order=order)
    shop.bank.refund(shop.payment)
    sync_order(order=order)
    assert write_down(order=order, ticket=early, observed=[]).state == "refunded"
    assert shop.order.reading_applied == early + 1


def test_dates_of_record_are_set_once(shop: Shop) -> None:
    shop.browser.get(shop.pay(shop.enroll(), APPROVED))
    paid_at = shop.order.paid_at
    shop.bank.refund(shop.payment, 100)
    sync_order(order=shop.order)
    reconcile()
    assert shop.order.paid_at == paid_at


def test_the_last_seat_is_reserved_by_who_is_at_checkout(
    shop: Shop, stranger: User, offer: Offer, client_of: Callable[[User], Client]
) -> None:
    Offer.objects.filter(pk=offer.pk).update(seats=1)
    session_url = shop.enroll()
    other = client_of(stranger)
    refused = other.post(f"/enroll/{shop.course.slug}/", follow=True)
    assert "This course is full." in refused.content.decode()
    assert Order.objects.count() == 1
    life = shop.order.attempts.get().expires_at - shop.order.created_at
    assert timedelta(minutes=30) < life <= timedelta(minutes=31)
    shop.bank.expire(shop.session_id)
    sync_order(order=shop.order)
    assert other.post(f"/enroll/{shop.course.slug}/")["Location"].startswith(shop.bank.url)
    assert session_url


def test_a_grant_says_why_and_by_whom(course: CoursePage, learner: User, provider: User) -> None:
    enrollment = grant(user=learner, course=course, reason="Scholarship", by=provider)
    assert (enrollment.source, enrollment.reason) == ("grant", "Scholarship (by provider@example.com)")
    assert grant(user=learner, course=course, reason="Again", by=provider) == enrollment


def test_only_a_free_offer_of_the_course_enrolls_without_payment(
    course: CoursePage, paid_course: CoursePage, learner: User
) -> None:
    free = make_offer(course, 0)
    for wrong in (current_offer(paid_course), free):
        with pytest.raises(ValueError, match="Only a free offer of this course"):
            enroll_free(user=learner, course=paid_course, offer=wrong)
    assert Enrollment.objects.count() == 0
