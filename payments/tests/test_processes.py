"""Two web processes on one database, and `kill -9`: real servers, real HTTP, the bank between them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import StringIO
from typing import Any, NamedTuple

import pytest
from django.conf import settings as site_settings
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from accounts.models import User
from courses.models import CoursePage
from courses.tests.factories import make_user
from enrollments.models import AccessHold, Enrollment
from notifications.models import Mail
from payments.models import CheckoutAttempt, Offer, Order, RefundRequest, StripeEvent
from payments.services import send_waiting_refunds
from payments.tests.conftest import point_shop_at
from payments.tests.fault_steps import KILLED, SITE, Answer, Visitor, WebProcess, database_url, free_port
from payments.tests.test_races import together
from stripe_sandbox.testing import APPROVED, KEY, SECRET, SandboxServer

pytestmark = [
    pytest.mark.both_databases,
    pytest.mark.slow,
    pytest.mark.xdist_group("web processes"),
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


class Servers(NamedTuple):
    """A bank and two web processes; the bank sends its webhooks to the first."""

    bank: SandboxServer
    first: WebProcess
    second: WebProcess


@pytest.fixture(scope="module")
def servers(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """They live as long as this file's tests; what they keep is in the database."""
    folder = tmp_path_factory.mktemp("processes")
    ports = free_port(), free_port()
    bank = SandboxServer().start(webhook_url=f"http://127.0.0.1:{ports[0]}/stripe/webhook/")
    environment = {
        "DATABASE_URL": database_url(),
        "DEBUG": "on",
        "VAR_DIR": str(folder),
        "SECRET_KEY": site_settings.SECRET_KEY,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "STRIPE_API_BASE": bank.url,
        "STRIPE_SECRET_KEY": KEY,
        "STRIPE_WEBHOOK_SECRETS": SECRET,
    }
    processes = [WebProcess(port, folder, environment) for port in ports]
    for process in processes:
        process.wait()
    yield Servers(bank, *processes)
    for process in processes:
        process.stop()
    bank.stop()


@dataclass
class Town:
    """A buyer's browser in front of the shop's two processes."""

    bank: SandboxServer
    first: WebProcess
    second: WebProcess
    course: CoursePage
    buyer: Visitor

    def enroll(self, process: WebProcess, who: Visitor | None = None) -> Answer:
        """Press the button at this process."""
        return (who or self.buyer).post(process.url, f"/enroll/{self.course.slug}/")

    def pay(self) -> str:
        """Enroll at the first process and pay; the path on which the browser comes back."""
        answer = self.enroll(self.first)
        assert answer.status == 303, answer
        return self.bank.pay(answer.location, APPROVED).location.removeprefix(SITE)

    def completed(self, **other: str) -> tuple[bytes, str]:
        """The signed news that the newest checkout was completed."""
        return self.bank.signed(self.bank.events("checkout.session.completed")[-1] | other)

    def refunds(self) -> list[int]:
        """What really went back to the buyer."""
        made = self.bank.sandbox.store.select("refund")
        uuid = str(Order.objects.get().uuid)
        return [refund["amount"] for refund in made if refund["metadata"].get("order") == uuid]


@pytest.fixture
def town(
    servers: Servers, settings: Any, learner: User, paid_course: CoursePage, client_of: Callable[[User], Client]
) -> Iterator[Town]:
    """The learner in front of the paid course; webhooks wait until they are released."""
    point_shop_at(servers.bank, settings)
    servers.bank.sandbox.store.changed("DELETE FROM deliveries")  # news of another test's orders
    servers.bank.hold_webhooks()
    yield Town(*servers, paid_course, Visitor(client_of(learner)))
    servers.bank.clear()
    servers.bank.wait_for_webhooks(timeout=60)


def standing() -> tuple[str, int, int]:
    """The order's state, and how many enrollments and mails there are."""
    return Order.objects.get().state, Enrollment.objects.count(), Mail.objects.count()


def reconcile_payments() -> int:
    """The command's exit status: 1 where it repaired something."""
    try:
        call_command("reconcile_payments", stdout=StringIO())
    except SystemExit as left:
        return int(str(left.code))
    return 0


def test_two_processes_get_the_press_the_landing_and_the_webhooks_at_once(town: Town) -> None:
    presses = together(lambda: town.enroll(town.first), lambda: town.enroll(town.second))
    assert {press.status for press in presses} == {303}
    (session_url,) = {press.location for press in presses}
    assert Order.objects.count() == CheckoutAttempt.objects.count() == 1
    landing = town.bank.pay(session_url, APPROVED).location.removeprefix(SITE)
    news, again = town.completed(), town.completed(id="evt_the_same_fact_again")
    stripe = Visitor()
    answers = together(
        *(lambda at=at: town.buyer.get(at.url, landing) for at in (town.first, town.second)),
        *(lambda at=at, event=event: stripe.bring(at.url, event)
          for at in (town.first, town.second) for event in (news, again)),
    )  # fmt: skip
    assert {answer.status for answer in answers} <= {200, 503}
    assert [stripe.bring(town.second.url, event).status for event in (news, again)] == [200, 200]
    assert standing() == ("paid", 1, 1)
    assert Order.objects.get().facts.count() == 4
    assert set(StripeEvent.objects.values_list("outcome", flat=True)) == {"synced"}
    assert "<h1>You are in.</h1>" in town.buyer.get(town.second.url, landing).text


def test_two_processes_sell_the_last_seat_once(town: Town, client_of: Callable[[User], Client]) -> None:
    Offer.objects.update(seats=1)
    rival = Visitor(client_of(make_user()))
    presses = together(lambda: town.enroll(town.first), lambda: town.enroll(town.second, rival))
    assert sorted(press.location.startswith(town.bank.url) for press in presses) == [False, True]
    assert Order.objects.count() == 1


@pytest.mark.parametrize(
    ("where", "left"),
    [
        ("before it is written", ("open", 0, 0)),
        ("half written", ("open", 0, 0)),
        ("written and not answered", ("paid", 1, 1)),
    ],
)
def test_killed_in_the_webhook_stripes_retry_alone_heals(town: Town, where: str, left: tuple[str, int, int]) -> None:
    town.pay()
    town.first.dies(where)
    assert Visitor().bring(town.first.url, town.completed()) == KILLED
    assert (town.first.died(), standing()) == (True, left)
    # The control: the diary knows the event, so a shop that answers 200 to known events would have lost this sale.
    assert StripeEvent.objects.get(type="checkout.session.completed").outcome == "received"
    town.bank.release_webhooks()
    town.bank.wait_for_webhooks(timeout=60)
    assert standing() == ("paid", 1, 1)
    assert StripeEvent.objects.get(type="checkout.session.completed").count == 2


@pytest.mark.parametrize("where", ["before it is written", "half written"])
def test_killed_on_the_landing_page_reconcile_payments_alone_heals(town: Town, where: str) -> None:
    town.bank.webhooks("drop")
    landing = town.pay()
    town.first.dies(where)
    assert town.buyer.get(town.first.url, landing) == KILLED
    assert (town.first.died(), standing()) == (True, ("open", 0, 0))
    assert (reconcile_payments(), standing()) == (1, ("paid", 1, 1))
    assert (reconcile_payments(), standing()) == (0, ("paid", 1, 1))
    assert "<h1>You are in.</h1>" in town.buyer.get(town.first.url, landing).text


def test_killed_when_the_session_was_made_the_next_press_gets_the_same_session(town: Town) -> None:
    town.first.dies("the session made")
    assert town.enroll(town.first) == KILLED
    assert CheckoutAttempt.objects.values_list("session_id", "state").get() == (None, "asked")
    again = town.enroll(town.second)
    made = [one for one in town.bank.sandbox.store.select("checkout.session") if one["url"] == again.location]
    uuid = str(Order.objects.get().uuid)
    ours = [one for one in town.bank.sandbox.store.select("checkout.session") if one["client_reference_id"] == uuid]
    assert ours == made
    landing = town.bank.pay(again.location, APPROVED).location.removeprefix(SITE)
    assert "<h1>You are in.</h1>" in town.buyer.get(town.second.url, landing).text


@pytest.mark.parametrize("news_first", [False, True], ids=["the sweep first", "the webhook first"])
@pytest.mark.parametrize("amount", ["", "30.00"], ids=["all", "a part"])
def test_killed_when_the_refund_was_made_it_is_made_once_and_known(
    town: Town, client_of: Callable[[User], Client], amount: str, news_first: bool
) -> None:
    town.buyer.get(town.first.url, town.pay())
    staff = make_user(is_staff=True)
    rights = ["access_admin", "view_order", "refund_order"]
    staff.user_permissions.set(Permission.objects.filter(codename__in=rights))
    town.second.dies("the refund made")
    form = {"amount": amount, "reason": "Goodwill.", "confirmed": "1"}
    door = reverse("orders:refund", args=[Order.objects.get().pk])
    assert Visitor(client_of(staff)).post(town.second.url, door, form) == KILLED
    assert (RefundRequest.objects.get().state, len(town.refunds())) == ("asked", 1)
    if news_first:
        town.bank.release_webhooks()
        town.bank.wait_for_webhooks(timeout=60)
    send_waiting_refunds()
    assert town.refunds() == [3000 if amount else 4800]
    request = RefundRequest.objects.get()
    assert (request.state, request.failure) == ("done", "")
    assert Order.objects.get().state == ("partially_refunded" if amount else "refunded")
    assert AccessHold.objects.filter(closed_at=None).count() == (0 if amount else 1)
