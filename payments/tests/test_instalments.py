"""Monthly payments against the bank: access at once, the certificate with the last payment."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from courses.models import CoursePage
from courses.tests.factories import make_course, make_user
from enrollments.models import AccessHold, Enrollment
from enrollments.standing import standing_of
from notifications.models import Mail
from payments.models import Offer, Order, OrderNote, PaymentFact
from payments.services import (
    CheckoutRefusedError,
    give_back,
    parts_of,
    reconcile,
    remind_of_instalments,
    start_checkout,
    sync_order,
)
from payments.tests.conftest import Shop
from payments.tests.factories import make_offer
from stripe_sandbox.testing import APPROVED, BANK_DEBIT, FAILS_LATER

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]


@pytest.fixture
def paid_course(instructor: User) -> CoursePage:
    """$48.00 at once, or three monthly payments of $16.00 with a week of grace."""
    course = make_course("Light touch", instructor=instructor)
    make_offer(course, 4800, refund_days=30, refund_text="Money back.", instalments=3, grace_days=7)
    return course


@pytest.fixture
def monthly(shop: Shop) -> Order:
    """The learner chose to pay monthly; the first payment is made."""
    shop.pay(shop.enroll(monthly="1"), APPROVED)
    return sync_order(order=shop.order)


@pytest.fixture
def missed(shop: Shop) -> Order:
    """Paid monthly with a card that the bank refuses from the second payment on."""
    shop.pay(shop.enroll(monthly="1"), FAILS_LATER)
    order = sync_order(order=shop.order)
    shop.bank.next_payment(subscription_of(order))
    return sync_order(order=order)


def subscription_of(order: Order) -> str:
    return order.facts.get(kind=PaymentFact.Kind.SUBSCRIPTION).stripe_id


def states_of(order: Order) -> list[str]:
    return list(order.instalments.values_list("state", flat=True))


def mails_about(what: str) -> list[str]:
    return list(Mail.objects.filter(key__startswith=f"instalment-{what}").values_list("subject", flat=True))


def has_access(order: Order) -> bool:
    user = User.objects.get(pk=order.user_id)
    return standing_of(user, order.items.get().course_id).has_access


def test_the_first_payment_opens_the_course_and_holds_the_certificate(monthly: Order) -> None:
    assert (monthly.state, states_of(monthly)) == ("paying", ["paid", "due", "due"])
    assert has_access(monthly)
    assert [hold.reason for hold in AccessHold.objects.open()] == ["unpaid"]
    assert [part.amount for part in parts_of(monthly)] == ["$16.00"] * 3


def test_stripe_is_told_when_the_payments_end(monthly: Order, shop: Shop) -> None:
    kept = shop.bank.sandbox.store.load("subscription", subscription_of(monthly))
    last = monthly.instalments.get(n=3).due_at
    assert kept["cancel_at"] is not None
    assert last < timezone.datetime.fromtimestamp(kept["cancel_at"], tz=last.tzinfo) <= last + timedelta(days=32)


def test_all_payments_release_the_certificate_and_stripe_asks_for_no_fourth(monthly: Order, shop: Shop) -> None:
    for _ in range(2):
        shop.bank.next_payment(subscription_of(monthly))
    paid = sync_order(order=monthly)
    assert (paid.state, states_of(paid)) == ("paid", ["paid"] * 3)
    assert not AccessHold.objects.open().exists()
    assert len(mails_about("paid")), len(mails_about("last")) == (1, 1)
    assert shop.bank.sandbox.store.load("subscription", subscription_of(paid))["status"] == "canceled"


def test_a_missed_payment_is_told_with_a_way_to_pay_and_access_stays_for_the_grace(missed: Order) -> None:
    assert (missed.state, states_of(missed)) == ("paying", ["paid", "missed", "due"])
    mail = Mail.objects.get(key__startswith="instalment-missed")
    assert parts_of(missed)[1].pay_url in mail.text
    due = missed.instalments.get(n=2).due_at
    for days, state, open_ in ((6, "paying", True), (8, "overdue", False)):
        with time_machine.travel(due + timedelta(days=days), tick=False):
            assert (sync_order(order=missed).state, has_access(missed)) == (state, open_)
    assert len(mails_about("suspended")) == 1


def test_paying_late_with_another_card_opens_the_course_again(missed: Order, shop: Shop) -> None:
    due = missed.instalments.get(n=2).due_at
    with time_machine.travel(due + timedelta(days=8), tick=False):
        overdue = sync_order(order=missed)
        shop.bank.pay_invoice(parts_of(overdue)[1].pay_url, APPROVED)
        paid = sync_order(order=missed)
        assert (paid.state, states_of(paid), has_access(paid)) == ("paying", ["paid", "paid", "due"], True)


def test_a_webhook_about_a_monthly_payment_reads_the_order(monthly: Order, shop: Shop) -> None:
    shop.bank.next_payment(subscription_of(monthly))
    assert shop.deliver("invoice.paid") == 200
    assert states_of(monthly) == ["paid", "paid", "due"]


def test_without_any_webhook_the_nightly_reading_finds_what_came(monthly: Order, shop: Shop) -> None:
    Order.objects.filter(pk=monthly.pk).update(paid_at=timezone.now() - timedelta(days=200))
    shop.bank.next_payment(subscription_of(monthly))
    reconcile()
    assert states_of(monthly) == ["paid", "paid", "due"]
    assert reconcile() == []


def test_a_delayed_bank_debit_begins_nothing_before_the_bank_says_so(shop: Shop) -> None:
    shop.pay(shop.enroll(monthly="1"), BANK_DEBIT)
    assert sync_order(order=shop.order).state == "pending"
    assert not Enrollment.objects.exists()
    shop.bank.settle(shop.session_id)
    assert sync_order(order=shop.order).state == "paying"


def test_a_full_refund_gives_back_every_payment_and_ends_the_rest(monthly: Order, shop: Shop) -> None:
    shop.bank.next_payment(subscription_of(monthly))
    order = sync_order(order=monthly)
    give_back(order=order, by=make_user(is_staff=True), reason="Moved away.")
    order.refresh_from_db()
    assert order.state == "refunded"
    assert [request.amount for request in order.refund_requests.order_by("n")] == [1600, 1600]
    assert {request.state for request in order.refund_requests.all()} == {"done"}
    assert shop.bank.sandbox.store.load("subscription", subscription_of(order))["status"] == "canceled"
    assert not has_access(order)


def test_payments_that_stop_early_wait_for_staff_who_may_waive_the_rest(
    monthly: Order, shop: Shop, client_of: Callable[[User], Client]
) -> None:
    shop.bank.cancel_subscription(subscription_of(monthly))
    stopped = sync_order(order=monthly)
    assert stopped.review_reason.startswith("The monthly payments stopped after 1 of 3.")
    cashier = make_user("cashier@example.com", is_staff=True)
    rights = ["access_admin", "view_order", "refund_order"]
    cashier.user_permissions.set(Permission.objects.filter(codename__in=rights))
    door = reverse("sales:solve", args=[monthly.pk, "waive"])
    client_of(cashier).post(door, {"reason": stopped.review_reason, "note": "Hardship."})
    monthly.refresh_from_db()
    assert (monthly.state, states_of(monthly), monthly.needs_review) == ("paid", ["paid", "waived", "waived"], False)
    assert OrderNote.objects.get(what="waived").text == "Hardship."
    assert not AccessHold.objects.open().exists()


def test_the_reminder_comes_once_a_few_days_before(monthly: Order) -> None:
    due = monthly.instalments.get(n=2).due_at
    early, soon = due - timedelta(days=4), due - timedelta(days=2)
    assert [remind_of_instalments(at=early), remind_of_instalments(at=soon), remind_of_instalments(at=soon)] == [
        0,
        1,
        0,
    ]
    assert len(mails_about("due")) == 1


@pytest.mark.parametrize("choice", [{"quantity": 2}, {}])
def test_what_cannot_be_parted_is_not_sold_monthly(shop: Shop, learner: User, choice: Any) -> None:
    offer = Offer.objects.get()
    Offer.objects.filter(pk=offer.pk).update(most_seats=2, instalments=3 if choice else 1)
    offer.refresh_from_db()
    with pytest.raises(CheckoutRefusedError, match="cannot be paid monthly"):
        start_checkout(user=learner, offer=offer, site="http://testserver/", monthly=True, **choice)
    assert not Order.objects.exists()


def test_who_changes_to_paying_at_once_gets_another_session(shop: Shop) -> None:
    first = shop.enroll(monthly="1")
    second = shop.enroll()
    assert first != second
    assert [order.state for order in Order.objects.order_by("pk")] == ["expired", "open"]
    assert shop.bank.sandbox.store.load("checkout.session", shop.session_id)["amount_total"] == 4800
