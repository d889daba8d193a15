"""Payment health: what is said of webhooks, clock, secrets and reading, and that looking asks nobody."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import User
from courses.models import CoursePage
from payments.models import Order, ReconcileRun, RefundRequest, StripeEvent
from payments.services import run_reconciliation, sync_order
from payments.services.events import LOCATORS
from payments.services.health import Finding, findings, undelivered
from payments.tests.conftest import Shop, point_shop_at
from payments.tests.test_queue import staff_with
from payments.tests.webhooks import deliver
from stripe_sandbox.testing import APPROVED, SandboxServer

pytestmark = pytest.mark.django_db
AT = timezone.now


def said(name: str, **when: Any) -> Finding:
    (found,) = [one for one in findings(at=AT() + timedelta(**when)) if one.name == name]
    return found


def test_a_delivery_leaves_when_it_was_signed_and_by_which_secret(shop: Shop, settings: Any) -> None:
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_newer", shop.bank.secret]
    shop.buy(APPROVED)
    assert shop.deliver("checkout.session.completed") == 200
    event = StripeEvent.objects.get()
    assert (event.secret_number, abs((AT() - event.signed_at).total_seconds()) < 60) == (2, True)
    secret = said("Webhook secret in use")
    assert (secret.value, secret.good) == ("Number 2 of 2", True)
    assert secret.advice.startswith("Stripe does not sign with number 1.")
    assert shop.bank.secret not in str(findings())


def test_after_a_rotation_the_old_secret_is_said_to_be_unused(shop: Shop, settings: Any) -> None:
    """The new one stands first, the old one behind it, until Stripe signs with the new one."""
    shop.buy(APPROVED)
    shop.deliver("checkout.session.completed")
    assert said("Webhook secret in use") == Finding("Webhook secret in use", "Number 1 of 1")
    old, settings.STRIPE_WEBHOOK_SECRETS = shop.bank.secret, ["whsec_new", shop.bank.secret]
    shop.bank.refund(shop.payment, 100)
    shop.deliver("charge.refunded")
    StripeEvent.objects.filter(type="charge.refunded").update(last_seen_at="2026-11-18T09:30:00Z")
    event = shop.bank.events("checkout.session.completed")[-1]
    assert deliver(Client(), event, "whsec_new").status_code == 200
    found = said("Webhook secret in use")
    at = date_format(timezone.localtime(datetime(2026, 11, 18, 9, 30, tzinfo=UTC)), "F j, Y, H:i")
    assert (found.value, found.good) == ("Number 1 of 2", True)
    assert found.advice == f"The old secret is unused since {at}: take it out of STRIPE_WEBHOOK_SECRETS."
    settings.STRIPE_WEBHOOK_SECRETS = [old]
    assert said("Webhook secret in use").value == "Number 1 of 1"


def test_an_old_secret_that_never_fitted_is_said_too(shop: Shop, settings: Any) -> None:
    settings.STRIPE_WEBHOOK_SECRETS = [shop.bank.secret, "whsec_old"]
    shop.buy(APPROVED)
    shop.deliver("checkout.session.completed")
    assert said("Webhook secret in use").advice.startswith("The old secret was never used: take it out")


def test_a_secret_that_was_taken_out_too_early_is_said(shop: Shop, settings: Any) -> None:
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_new", shop.bank.secret]
    shop.buy(APPROVED)
    shop.deliver("checkout.session.completed")
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_new"]
    found = said("Webhook secret in use")
    assert (found.good, "put it back" in found.advice) == (False, True)


def test_a_newer_delivery_replaces_both(shop: Shop, settings: Any) -> None:
    shop.buy(APPROVED)
    event = shop.bank.events("checkout.session.completed")[-1]
    deliver(Client(), event, shop.bank.secret, age=200)
    first = StripeEvent.objects.get()
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_newer", shop.bank.secret]
    deliver(Client(), event, shop.bank.secret)
    second = StripeEvent.objects.get()
    assert (first.secret_number, second.secret_number, second.count) == (1, 2, 2)
    assert second.signed_at - first.signed_at > timedelta(seconds=100)


def test_a_clock_that_is_off_is_said(shop: Shop) -> None:
    shop.buy(APPROVED)
    event = shop.bank.events("checkout.session.completed")[-1]
    deliver(Client(), event, shop.bank.secret, age=-200)
    clock = said("Clock")
    assert (clock.good, "before Stripe's signature" in clock.value, "NTP" in clock.advice) == (False, True, True)
    deliver(Client(), event, shop.bank.secret)
    assert said("Clock").good


def test_nothing_is_known_before_the_first_webhook(shop: Shop) -> None:
    assert said("Clock") == Finding("Clock", "Not known before a webhook comes")
    assert said("Last webhook") == Finding("Last webhook", "None yet")


def test_payments_without_webhooks_are_said(shop: Shop) -> None:
    shop.buy(APPROVED)
    sync_order(order=shop.order)
    assert said("Last webhook").good
    silent = said("Last webhook", hours=1)
    assert (silent.good, "look at the endpoint" in silent.advice) == (False, True)
    shop.deliver("checkout.session.completed")
    assert said("Last webhook", hours=1).good


def test_a_shop_that_sells_nothing_for_a_week_is_not_ill(shop: Shop) -> None:
    shop.browser.get(shop.pay(shop.enroll(), APPROVED))
    shop.deliver("checkout.session.completed")
    week = said("Last webhook", days=7)
    assert (week.value, week.good) == ("1\xa0week ago", True)


@pytest.mark.parametrize(
    "changes", [{"type": "customer.created"}, {"outcome": "failed"}, {"livemode": True}], ids=["kind", "failed", "mode"]
)
def test_only_a_webhook_that_told_of_an_order_breaks_the_silence(shop: Shop, changes: dict[str, Any]) -> None:
    """Another kind, one that was not understood, or one of the other mode shows no more than that the door is found."""
    shop.browser.get(shop.pay(shop.enroll(), APPROVED))
    shop.deliver("checkout.session.completed")
    assert said("Last webhook", hours=1).good
    StripeEvent.objects.update(**changes)
    silent = said("Last webhook", hours=1)
    assert (silent.value, silent.good) == ("None yet", False)


def test_failures_are_counted_by_day_and_week(shop: Shop) -> None:
    shop.buy(APPROVED)
    shop.deliver("checkout.session.completed")
    StripeEvent.objects.update(outcome="failed")
    assert said("Webhooks that failed").value == "1 in a day, 1 in seven days"
    later = said("Webhooks that failed", days=2)
    assert (later.value, later.good) == ("0 in a day, 1 in seven days", True)
    assert said("Webhooks that failed", days=8).value == "0 in a day, 0 in seven days"


@pytest.mark.both_databases
def test_an_open_order_that_nobody_reads_is_said(shop: Shop) -> None:
    assert said("Longest unread open order").value == "None is open"
    shop.enroll()
    assert said("Longest unread open order").good
    late = said("Longest unread open order", hours=2)
    assert (late.good, "sweep" in late.advice) == (False, True)
    Order.objects.update(read_at=AT() + timedelta(minutes=110))
    assert said("Longest unread open order", hours=2).good


def test_a_refund_that_did_not_reach_stripe_is_said(shop: Shop, stranger: User) -> None:
    shop.enroll()
    RefundRequest.objects.create(
        order=shop.order,
        n=1,
        idempotency_key="k",
        amount=1,
        reason="x",
        requested_by=stranger,
        state="asked",
        decided_at=AT(),
    )
    assert said("Refunds on their way to Stripe").good
    assert not said("Refunds on their way to Stripe", hours=1).good


def test_the_last_reconciliation_is_judged(shop: Shop) -> None:
    assert not said("Last reconciliation").good
    run_reconciliation()
    assert said("Last reconciliation").good
    assert not said("Last reconciliation", hours=27).good
    ReconcileRun.objects.update(
        differences=["refund.created evt_1 never came. Order SP-1: a -> b", "Order SP-2: a -> b"]
    )
    two = "2 differences, repaired; of 1 Stripe had sent news that did not arrive"
    assert said("Last reconciliation").value.endswith(two)
    ReconcileRun.objects.update(error="Stripe could not be read (no answer).")
    assert said("Last reconciliation").advice == "Stripe could not be read (no answer)."
    ReconcileRun.objects.update(error="", ended_at=None)
    assert said("Last reconciliation").advice == "It did not come to its end."


def test_what_is_not_set_up_is_named(settings: Any) -> None:
    settings.PAYMENTS, settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRETS = True, "sk_test_x", []
    found = said("Set up")
    assert (found.good, "Set STRIPE_WEBHOOK_SECRETS, and" in found.advice) == (False, True)


def test_looking_asks_nobody_and_pressing_asks_stripe(shop: Shop, client_of: Callable[[User], Client]) -> None:
    looker = client_of(staff_with("view_order"))
    shop.bank.fault("500", times=3)
    door, ask = reverse("sales:health"), reverse("sales:ask_stripe")
    assert looker.get(door).status_code == 200
    assert "Stripe gave no answer" in looker.post(ask, follow=True).content.decode()
    good = "Stripe answers, and knows our key. No event about an order is missing here."
    assert good in looker.post(ask, follow=True).content.decode()


def test_pressing_says_what_stripe_could_not_bring(
    settings: Any, as_learner: Client, paid_course: CoursePage, client_of: Callable[[User], Client]
) -> None:
    ask = reverse("sales:ask_stripe")
    with SandboxServer(webhook_url="http://localhost:9/stripe/webhook/") as bank:
        bank.webhooks("drop")
        point_shop_at(bank, settings)
        shop = Shop(as_learner, bank, paid_course)
        shop.buy(APPROVED)
        looker = client_of(staff_with("view_order"))
        missing = len([event for event in bank.events() if event["type"] in LOCATORS])
        said_now = looker.post(ask, follow=True).content.decode()
        assert f"there are {missing} events about orders that we did not get." in said_now
        assert undelivered() == missing
        shop.deliver("checkout.session.completed")
        assert undelivered() == missing - 1
        run_reconciliation()
        assert undelivered() == 0


def test_a_key_that_stripe_refuses_is_said(shop: Shop, settings: Any, client_of: Callable[[User], Client]) -> None:
    settings.STRIPE_SECRET_KEY = "sk_test_sandbox_of_somebody_else"
    page = client_of(staff_with("view_order")).post(reverse("sales:ask_stripe"), follow=True).content.decode()
    assert "refused our key" in page
    assert "somebody_else" not in page


def test_asking_needs_the_right_and_payments(shop: Shop, settings: Any, client_of: Callable[[User], Client]) -> None:
    ask = reverse("sales:ask_stripe")
    looker = client_of(staff_with("view_order"))
    others = [Client(), shop.browser, client_of(staff_with())]
    assert [one.post(ask).status_code for one in others] == [302, 404, 302]
    assert looker.get(ask).status_code == 405
    settings.PAYMENTS = False
    assert "not set up" in looker.post(ask, follow=True).content.decode()


@pytest.mark.both_databases
def test_queries_do_not_grow(shop: Shop, client_of: Callable[[User], Client]) -> None:
    looker = client_of(staff_with("view_order"))
    shop.buy(APPROVED)
    shop.deliver("checkout.session.completed")
    run_reconciliation()

    def queries() -> int:
        looker.get(reverse("sales:health"))
        with CaptureQueriesContext(connection) as caught:
            looker.get(reverse("sales:health"))
        return len(caught)

    few = queries()
    event = StripeEvent.objects.get()
    for number in range(10):
        event.pk = f"evt_{number}"
        event.save(force_insert=True)
        run_reconciliation(order=shop.order)
    assert queries() == few


def compared(*arguments: str) -> tuple[int, str]:
    """What the command exits with, and what it says."""
    out = StringIO()
    try:
        call_command("reconcile_payments", *arguments, stdout=out)
    except SystemExit as left:
        return int(str(left.code)), out.getvalue()
    except CommandError as error:
        return error.returncode, str(error)
    return 0, out.getvalue()


def test_the_exit_code_says_what_a_comparison_came_to(shop: Shop) -> None:
    shop.buy(APPROVED)
    number, uuid = shop.order.number, str(shop.order.uuid)
    repaired = f"Order {number}: open, 0 enrolled -> paid, 1 enrolled\n1 repaired.\n"
    assert compared("--order", number.lower()) == (1, repaired)
    assert [compared(*these)[0] for these in ([], ["--order", uuid], ["--since", "1d"])] == [0, 0, 0]
    shop.bank.fault("500", times=3)
    code, words = compared()
    assert (code, words.startswith("Stripe cannot be read: ")) == (2, True)


@pytest.mark.parametrize("name", ["00000000-0000-4000-8000-000000000000", "SP-22222222", "nonsense", " "])
def test_an_order_that_is_not_there_is_named(shop: Shop, name: str) -> None:
    code, words = compared("--order", name)
    assert (code, words.startswith(f"There is no order {name}. Write its number")) == (2, True)
    assert not ReconcileRun.objects.exists()


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def test_who_waits_at_a_terminal_sees_how_far_it_is(shop: Shop) -> None:
    shop.browser.get(shop.pay(shop.enroll(), APPROVED))
    terminal, log, out = Terminal(), StringIO(), StringIO()
    for error in (terminal, log):
        call_command("reconcile_payments", stdout=out, stderr=error)
    bar = "#" * 30
    assert (terminal.getvalue(), log.getvalue()) == (f"\r\x1b[K[{bar}] order 1 of 1\r\x1b[K", "")
    assert out.getvalue() == "Nothing differs.\n" * 2


def test_a_span_that_is_none_is_explained(shop: Shop) -> None:
    with pytest.raises(CommandError, match="soon is no span of time"):
        call_command("reconcile_payments", "--since", "soon")
