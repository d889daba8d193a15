"""Payment health: what is said of webhooks, clock, secrets and reading, and that looking asks nobody."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from payments.models import Order, ReconcileRun, RefundRequest, StripeEvent
from payments.services import run_reconciliation, sync_order
from payments.services.health import Finding, findings
from payments.tests.conftest import Shop
from payments.tests.test_queue import staff_with
from payments.tests.webhooks import deliver
from stripe_sandbox.testing import APPROVED

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
    assert "number 2: the others can be taken out" in secret.advice
    assert shop.bank.secret not in str(findings())


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
    assert "Stripe answers, and knows our key." in looker.post(ask, follow=True).content.decode()


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
