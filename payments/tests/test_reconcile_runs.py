"""Every comparison with Stripe is kept: what was read and repaired, what could not be read, and how far events went."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from courses.models import CoursePage
from enrollments.models import Enrollment
from payments.models import Order, ReconcileRun
from payments.services import reconcile_nightly, run_reconciliation, sync_order
from payments.services.events import LOCATORS
from payments.services.stripe_api import undelivered_events
from payments.tests.conftest import Shop, point_shop_at
from payments.tests.test_queue import staff_with
from stripe_sandbox.testing import APPROVED, SandboxServer

pytestmark = pytest.mark.django_db
NOWHERE = "http://localhost:9/stripe/webhook/"


@pytest.fixture
def deaf(settings: Any, as_learner: Client, paid_course: CoursePage) -> Iterator[Shop]:
    """A shop that no webhook reaches, and a bank that knows it."""
    with SandboxServer(webhook_url=NOWHERE) as bank:
        bank.webhooks("drop")
        point_shop_at(bank, settings)
        yield Shop(as_learner, bank, paid_course)


def newest_of_ours(shop: Shop) -> str:
    """The last event of a kind that moves orders."""
    return str([event["id"] for event in shop.bank.events() if event["type"] in LOCATORS][-1])


def test_a_run_says_what_it_read_and_repaired(shop: Shop) -> None:
    shop.buy(APPROVED)
    run = run_reconciliation()
    line = f"Order {shop.order.number}: open, 0 enrolled -> paid, 1 enrolled"
    assert (run.orders_read, run.differences, run.error, run.ended_at is not None) == (1, [line], "", True)
    again = run_reconciliation()
    assert (again.orders_read, again.differences, again.error) == (1, [], "")
    assert ReconcileRun.objects.count() == 2


def test_one_order_is_a_run_too(shop: Shop) -> None:
    shop.buy(APPROVED)
    run = run_reconciliation(order=shop.order)
    assert (run.orders_read, len(run.differences)) == (1, 1)


def test_a_run_that_got_no_answer_says_so_and_the_next_repairs(shop: Shop) -> None:
    shop.buy(APPROVED)
    shop.bank.fault("500", times=3)
    with pytest.raises(CommandError) as raised:
        call_command("reconcile_payments", stdout=StringIO())
    assert raised.value.returncode == 2
    run = ReconcileRun.objects.get()
    assert (run.differences, run.error.startswith("Stripe could not be read"), run.ended_at is None) == (
        [],
        True,
        False,
    )
    assert len(run_reconciliation().differences) == 1


def test_an_order_that_stripe_refuses_does_not_stop_the_others(shop: Shop) -> None:
    shop.browser.get(shop.pay(shop.enroll(), APPROVED))
    shop.order.attempts.update(session_id="cs_test_of_another_key")
    run = run_reconciliation()
    assert run.error.startswith(f"Order {shop.order.number} could not be read (resource_missing")


@pytest.mark.both_databases
def test_events_that_never_came_are_seen_to_once(deaf: Shop) -> None:
    """A refund of an order so old that the nightly reading leaves it alone."""
    deaf.buy(APPROVED)
    sync_order(order=deaf.order)
    Order.objects.update(paid_at="2020-01-02T12:00:00Z")
    first = run_reconciliation()
    assert (first.differences, first.bookmark) == ([], newest_of_ours(deaf))
    deaf.bank.refund(deaf.payment)
    run = run_reconciliation()
    event = deaf.bank.events("refund.created")[-1]["id"]
    line = f"refund.created {event} never came. Order {deaf.order.number}: paid, 1 enrolled -> refunded, 1 enrolled"
    assert (run.differences, run.orders_read) == ([line], 1)
    assert not Enrollment.objects.active().exists()
    third = run_reconciliation()
    assert (third.differences, third.orders_read, third.bookmark) == ([], 0, run.bookmark)


def test_events_come_oldest_first_whether_marked_or_not(deaf: Shop) -> None:
    deaf.buy(APPROVED)
    kinds = ["checkout.session.completed", "charge.updated", "charge.succeeded", "payment_intent.succeeded"]
    everything = [event["id"] for event in undelivered_events(kinds, after="")]
    made = [event["id"] for event in deaf.bank.events() if event["type"] in kinds]
    assert everything == made
    assert [event["id"] for event in undelivered_events(kinds, after=made[0])] == made[1:]


def test_a_mark_that_stripe_forgot_begins_anew(deaf: Shop) -> None:
    deaf.buy(APPROVED)
    ReconcileRun.objects.create(started_at=timezone.now(), bookmark="evt_long_gone")
    run = run_reconciliation()
    assert (run.error, run.bookmark) == ("", newest_of_ours(deaf))


def test_events_that_were_delivered_are_not_read_again(shop: Shop) -> None:
    shop.buy(APPROVED)
    assert undelivered_events(["checkout.session.completed"], after="") == []


def test_the_page_lists_runs_with_links_and_filters_and_constant_queries(
    shop: Shop, client_of: Callable[[User], Client]
) -> None:
    looker = client_of(staff_with("view_order"))
    shop.buy(APPROVED)
    run_reconciliation()
    for _ in range(3):
        run_reconciliation()
    ReconcileRun.objects.create(started_at=timezone.now(), error="Stripe could not be read (no answer).")
    door = reverse("sales:reconciliation")
    page = looker.get(door)
    assert [len(run.differences) for run, _, _ in page.context["runs"]] == [0, 0, 0, 0, 1]
    assert reverse("orders:inspect", args=[shop.order.pk]) in page.content.decode()
    only = looker.get(f"{door}?show=differences")
    assert [bool(run.error) for run, _, _ in only.context["runs"]] == [True, False]
    with CaptureQueriesContext(connection) as few:
        looker.get(door)
    numbers = [f"SP-{n:08d}" for n in range(15)]
    ReconcileRun.objects.bulk_create(
        ReconcileRun(started_at=timezone.now(), ended_at=timezone.now(), differences=[f"Order {number}: a -> b"])
        for number in numbers
    )
    with CaptureQueriesContext(connection) as many:
        looker.get(door)
    assert len(few) == len(many)


def test_the_sweep_compares_everything_once_a_day(shop: Shop) -> None:
    shop.buy(APPROVED)
    assert [reconcile_nightly(), reconcile_nightly()] == [1, 0]
    assert ReconcileRun.objects.count() == 1
    reconcile_nightly(at=timezone.now() + timedelta(hours=24))
    assert ReconcileRun.objects.count() == 2


def test_a_run_for_one_order_does_not_stand_for_the_night(shop: Shop) -> None:
    shop.buy(APPROVED)
    run_reconciliation(order=shop.order)
    reconcile_nightly()
    assert list(ReconcileRun.objects.order_by("pk").values_list("whole", flat=True)) == [False, True]
