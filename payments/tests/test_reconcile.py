"""No webhook ever comes: reconciliation alone brings every order to where Stripe is; a second run changes nothing."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from enrollments.models import Enrollment
from notifications.models import Mail
from payments.models import CheckoutAttempt, Order
from payments.services import reconcile, sync_order, sync_unfinished_orders
from payments.services.stripe_api import StripeDownError
from payments.tests.conftest import Shop
from stripe_sandbox.testing import APPROVED, BANK_DEBIT

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> tuple[int, str]:
    """The command's exit status and what it printed."""
    printed = StringIO()
    try:
        call_command("reconcile_payments", *arguments, stdout=printed)
    except SystemExit as left:
        return int(str(left.code)), printed.getvalue()
    return 0, printed.getvalue()


def test_sweep_enrolls_whom_no_webhook_told_of(shop: Shop) -> None:
    shop.buy(APPROVED)
    assert sync_unfinished_orders() == 1
    assert (shop.order.state, Enrollment.objects.count(), Mail.objects.count()) == ("paid", 1, 1)
    assert sync_unfinished_orders() == 0


def test_sweep_asks_at_most_every_ten_minutes(shop: Shop) -> None:
    shop.enroll()
    assert sync_unfinished_orders() == 0
    shop.pay(shop.enroll(), APPROVED)
    Order.objects.update(read_at=timezone.now())
    assert sync_unfinished_orders() == 0
    assert sync_unfinished_orders(at=timezone.now() + timedelta(minutes=11)) == 1


def test_sweep_waits_when_stripe_cannot_be_read(shop: Shop) -> None:
    shop.buy(APPROVED)
    shop.bank.fault("500", times=3)
    assert sync_unfinished_orders() == 0
    assert (shop.order.state, Enrollment.objects.count()) == ("open", 0)
    assert sync_unfinished_orders() == 1


def test_sweep_does_nothing_where_payments_are_off(shop: Shop, settings) -> None:
    shop.buy(APPROVED)
    settings.PAYMENTS = False
    assert sync_unfinished_orders() == 0
    assert run() == (0, "Payments are not set up; there is nothing to compare.\n")


def test_the_command_prints_what_it_repaired_and_then_finds_nothing(shop: Shop) -> None:
    shop.buy(APPROVED)
    number = shop.order.number
    assert run() == (1, f"Order {number}: open, 0 enrolled -> paid, 1 enrolled\n1 repaired.\n")
    assert run() == (0, "Nothing differs.\n")


def test_a_refund_that_nobody_told_us_of_is_found(shop: Shop) -> None:
    shop.browser.get(shop.pay(shop.enroll(), APPROVED))
    shop.bank.refund(shop.payment)
    assert reconcile() == [f"Order {shop.order.number}: paid, 1 enrolled -> refunded, 1 enrolled"]
    assert not Enrollment.objects.active().exists()
    assert reconcile() == []


def test_a_dispute_that_nobody_told_us_of_is_found(shop: Shop) -> None:
    shop.browser.get(shop.pay(shop.enroll(), APPROVED))
    shop.bank.dispute(shop.payment)
    assert len(reconcile()) == 1
    assert not Enrollment.objects.active().exists()


def test_paid_orders_older_than_asked_for_are_left_alone(shop: Shop) -> None:
    shop.browser.get(shop.pay(shop.enroll(), APPROVED))
    shop.bank.refund(shop.payment)
    Order.objects.update(paid_at=timezone.now() - timedelta(days=40))
    assert run("--since", "30d") == (0, "Nothing differs.\n")
    assert run("--order", str(shop.order.uuid))[0] == 1
    assert shop.order.state == "refunded"


def test_a_delayed_payment_settles_without_a_webhook(shop: Shop) -> None:
    shop.buy(BANK_DEBIT)
    sync_order(order=shop.order)
    shop.bank.settle(shop.session_id)
    assert len(reconcile()) == 1
    assert Enrollment.objects.active().count() == 1


def test_a_session_whose_answer_was_lost_finds_its_attempt(shop: Shop) -> None:
    """We died after Stripe had made the session and before we had written its number."""
    session_url = shop.enroll()
    session_id = shop.session_id
    CheckoutAttempt.objects.update(session_id=None, url="", state="asked")
    shop.pay(session_url, APPROVED)
    assert reconcile() == [
        f"Session {session_id} had no attempt; it belongs to order {shop.order.number}.",
        f"Order {shop.order.number}: open, 0 enrolled -> paid, 1 enrolled",
    ]
    assert reconcile() == []


def test_an_order_that_never_reached_stripe_expires(shop: Shop) -> None:
    shop.bank.fault("500", times=3)
    shop.browser.post(f"/enroll/{shop.course.slug}/")
    assert sync_unfinished_orders() == 0
    assert sync_unfinished_orders(at=timezone.now() + timedelta(days=1)) == 1
    assert shop.order.state == "expired"


@pytest.mark.parametrize(
    "arguments",
    [["--since", "soon"], ["--order", "nonsense"], ["--order", "00000000-0000-0000-0000-000000000000"]],
)
def test_the_command_says_what_it_does_not_understand(sandbox, arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command("reconcile_payments", *arguments)


def test_the_command_says_when_stripe_cannot_be_read(shop: Shop) -> None:
    shop.enroll()
    shop.bank.fault("500", times=3)
    with pytest.raises(CommandError, match="Stripe cannot be read") as raised:
        call_command("reconcile_payments")
    assert raised.value.returncode == 2


def test_while_stripe_cannot_be_read_nothing_changes(shop: Shop) -> None:
    shop.buy(APPROVED)
    shop.bank.fault("500", times=3)
    with pytest.raises(StripeDownError):
        sync_order(order=shop.order)
    assert (shop.order.state, shop.order.facts.count(), shop.order.read_at) == ("open", 0, None)


def test_a_session_that_stripe_does_not_have_ends_its_order(shop: Shop) -> None:
    """Made under another key, as when test keys give way to live ones: the buyer must be able to buy."""
    shop.enroll()
    shop.order.attempts.update(session_id="cs_test_of_another_key")
    assert shop.enroll().startswith(shop.bank.url)
    assert list(Order.objects.order_by("pk").values_list("state", flat=True)) == ["expired", "open"]


def test_a_paid_session_that_stripe_does_not_have_changes_nothing(shop: Shop) -> None:
    shop.browser.get(shop.pay(shop.enroll(), APPROVED))
    shop.order.attempts.update(session_id="cs_test_of_another_key")
    assert reconcile() == []
    assert shop.order.state == "paid"
