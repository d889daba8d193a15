"""What Stripe says is not what we sold; disputes from opening to end; people and courses that go meanwhile."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db.models import ProtectedError
from django.test import Client
from django.urls import reverse

from accounts.models import User
from courses.models import CoursePage
from courses.tests.factories import make_course, make_user
from enrollments.models import Enrollment
from notifications.models import Mail
from payments.models import Offer, Order, OrderItem
from payments.services import reconcile, save_offer
from payments.tests.conftest import Shop
from stripe_sandbox.testing import APPROVED, BANK_DEBIT

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]
DONE = "checkout.session.completed"


@pytest.fixture
def provider(db: None) -> User:
    """Staff who may do everything with orders."""
    user = make_user("provider@example.com", is_staff=True)
    rights = ["access_admin", "view_order", "change_order", "refund_order"]
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    return user


def open_courses(user: User) -> list[str]:
    """What this person can study now."""
    return sorted(Enrollment.objects.active().filter(user=user).values_list("course__title", flat=True))


def told(user: User, word: str) -> list[str]:
    """The texts of the mails in whose subject the word stands."""
    return list(Mail.objects.filter(user=user, subject__contains=word).values_list("text", flat=True))


def alter_session(shop: Shop, **other: Any) -> None:
    """Stripe's session says something else than what we asked for."""
    store = shop.bank.sandbox.store
    store.save(store.load("checkout.session", shop.session_id) | other)


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ({"amount_subtotal": 100}, "asked for 100, the order for 4800."),
        ({"currency": "jpy"}, "was paid in jpy, the order is in usd."),
        ({"client_reference_id": "00000000-0000-0000-0000-000000000000"}, "was made for another order."),
        ({"client_reference_id": None}, "was made for another order."),
    ],
    ids=["amount", "currency", "reference", "no reference"],
)
def test_a_session_that_differs_from_the_order_is_not_fulfilled(
    shop: Shop, learner: User, provider: User, other: dict[str, Any], reason: str
) -> None:
    landing = shop.pay(shop.enroll(), APPROVED)
    alter_session(shop, **other)
    assert shop.deliver(DONE) == 200
    assert (shop.order.state, shop.order.review_reason) == ("paid", f"Session {shop.session_id} {reason}")
    assert (Enrollment.objects.count(), open_courses(learner)) == (0, [])
    assert [reason in text for text in told(provider, "needs a person")] == [True]
    assert "A person is checking it" in shop.browser.get(landing).content.decode()
    assert reconcile() == []


LIVES = {
    "answered and won": (False, [("under_review", "disputed", False), ("won", "paid", True)]),
    "answered and lost": (False, [("under_review", "disputed", False), ("lost", "dispute_lost", False)]),
    "lost at once": (False, [("lost", "dispute_lost", False)]),
    "prevented": (False, [("prevented", "paid", True)]),
    "an inquiry, closed": (True, [("warning_under_review", "paid", True), ("warning_closed", "paid", True)]),
    "an inquiry that becomes a dispute": (True, [("needs_response", "disputed", False), ("won", "paid", True)]),
    "an inquiry that is lost": (
        True,
        [
            ("warning_under_review", "paid", True),
            ("needs_response", "disputed", False),
            ("lost", "dispute_lost", False),
        ],
    ),
}
"""How it begins (an inquiry or not), and what the bank says next: the order's state, and whether access is on."""


@pytest.mark.parametrize("life", LIVES)
def test_the_life_of_a_dispute(shop: Shop, learner: User, provider: User, life: str) -> None:
    inquiry, steps = LIVES[life]
    shop.browser.get(shop.pay(shop.enroll(), APPROVED))
    dispute = shop.bank.dispute(shop.payment, inquiry=inquiry)
    assert shop.deliver("charge.dispute.created") == 200
    assert (shop.order.state, open_courses(learner)) == (("paid", ["Light touch"]) if inquiry else ("disputed", []))
    due = shop.order.review_reason.partition("Answer by ")[2]
    assert due
    assert [f"Answer by {due}" in text for text in told(provider, "needs a person")] == [True]
    for word, state, on in steps:
        shop.bank.decide(dispute, word)
        ended = word in ("won", "lost", "prevented", "warning_closed")
        assert shop.deliver(f"charge.dispute.{'closed' if ended else 'updated'}") == 200
        assert (shop.order.state, open_courses(learner)) == (state, ["Light touch"] if on else [])
    assert Enrollment.objects.count() == 1
    assert reconcile() == []


@pytest.mark.parametrize("card", [APPROVED, BANK_DEBIT])
def test_a_refund_that_comes_back_days_later_gives_access_again(
    shop: Shop, learner: User, provider: User, card: str
) -> None:
    shop.buy(card)
    if card == BANK_DEBIT:
        shop.bank.settle(shop.session_id)
    shop.deliver(DONE)
    refund = shop.bank.refund(shop.payment)
    shop.deliver("refund.created")
    assert (shop.order.state, open_courses(learner)) == ("refunded", [])
    shop.bank.finish_refund(refund, ok=False)
    assert len(reconcile()) == 1  # no webhook: the nightly comparison finds it
    assert (shop.order.state, shop.order.needs_review, open_courses(learner)) == ("paid", True, ["Light touch"])
    assert len(told(provider, "needs a person")) == 1


def test_a_delayed_payment_that_fails_frees_its_seat(
    shop: Shop, learner: User, stranger: User, client_of: Callable[[User], Client]
) -> None:
    Offer.objects.update(seats=1)
    shop.buy(BANK_DEBIT)
    shop.deliver(DONE)
    rival = Shop(client_of(stranger), shop.bank, shop.course)
    assert rival.enroll() == f"/courses/{shop.course.slug}/"
    shop.bank.settle(shop.session_id, ok=False)
    assert shop.deliver("checkout.session.async_payment_failed") == 200
    assert len(told(learner, "did not confirm")) == 1
    rival.browser.get(rival.pay(rival.enroll(), APPROVED))
    assert (open_courses(learner), open_courses(stranger)) == ([], ["Light touch"])


def test_paid_twice_through_two_orders_goes_back_with_one_press(
    shop: Shop, learner: User, provider: User, client_of: Callable[[User], Client]
) -> None:
    """The course in one tab, a program with it in another."""
    other = make_course("Deeper", instructor=None)
    program = save_offer(courses=[shop.course, other], unit_amount=9000, name="Both")
    single = shop.enroll()
    first = shop.order
    both = shop.enroll(offer=str(program.pk))
    second = shop.order
    for url in (single, both):
        shop.pay(url, APPROVED)
    for event in shop.bank.events(DONE)[-2:]:
        deliver_again(shop, event)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.review_reason, second.needs_review) == ("", True)
    assert open_courses(learner) == ["Deeper", "Light touch"]
    door = reverse("sales:solve", args=[second.pk, "refund"])
    client_of(provider).post(door, {"reason": second.review_reason, "amount": "4500"})
    second.refresh_from_db()
    assert (second.state, second.needs_review) == ("partially_refunded", False)
    assert open_courses(learner) == ["Deeper", "Light touch"]


def deliver_again(shop: Shop, event: dict[str, Any]) -> None:
    """Bring this event."""
    body, header = shop.bank.signed(event)
    answer: Any = Client().post(
        "/stripe/webhook/", body, content_type="application/json", headers={"Stripe-Signature": header}
    )
    assert answer.status_code == 200


def test_an_account_closed_during_checkout_leaves_the_order_for_a_refund(
    shop: Shop, learner: User, provider: User, client_of: Callable[[User], Client]
) -> None:
    shop.buy(APPROVED)
    User.objects.filter(pk=learner.pk).update(is_active=False)
    assert shop.deliver(DONE) == 200
    order = shop.order
    assert (order.state, order.review_reason) == ("paid", "The buyer's account is closed. Refund the payment.")
    assert (Enrollment.objects.count(), len(told(provider, "needs a person"))) == (0, 1)
    door = reverse("sales:solve", args=[order.pk, "refund"])
    client_of(provider).post(door, {"reason": order.review_reason, "amount": "4800"})
    assert (shop.order.state, shop.order.needs_review) == ("refunded", False)


def test_who_has_an_order_cannot_be_deleted(shop: Shop, learner: User) -> None:
    shop.enroll()
    with pytest.raises(ProtectedError):
        learner.delete()
    assert (Order.objects.count(), OrderItem.objects.count()) == (1, 1)


def test_a_course_taken_down_during_checkout_is_open_to_who_paid_and_to_nobody_else(
    shop: Shop, learner: User, stranger: User, client_of: Callable[[User], Client]
) -> None:
    session_url = shop.enroll()
    CoursePage.objects.get(pk=shop.course.pk).unpublish()
    shop.pay(session_url, APPROVED)
    assert shop.deliver(DONE) == 200
    assert (shop.order.state, shop.order.review_reason, open_courses(learner)) == ("paid", "", ["Light touch"])
    rival = client_of(stranger)
    assert rival.post(f"/enroll/{shop.course.slug}/").status_code == 404
    assert Order.objects.count() == 1
