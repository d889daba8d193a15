"""A Stripe to talk to: the sandbox, over HTTP, in a thread; our side is Django's test client."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import stripe
from django.test import Client

from accounts.models import User
from courses.models import CoursePage
from courses.tests.factories import make_course
from payments.models import Offer, Order
from payments.tests.factories import make_offer
from payments.tests.webhooks import deliver
from stripe_sandbox.testing import SandboxServer

SITE = "http://testserver"


@pytest.fixture(scope="session")
def sandbox_process() -> Iterator[SandboxServer]:
    """One server for all tests; sessions of different tests do not meet."""
    with SandboxServer() as server:
        yield server


def point_shop_at(bank: SandboxServer, settings: Any) -> None:
    """An address and two secrets are all that tells one bank from another."""
    settings.STRIPE_SECRET_KEY = bank.key
    settings.STRIPE_WEBHOOK_SECRETS = [bank.secret]
    settings.STRIPE_API_BASE = bank.url
    settings.PAYMENTS = True


@pytest.fixture
def sandbox(sandbox_process: SandboxServer, settings: Any) -> Iterator[SandboxServer]:
    """The shop's settings point at the sandbox."""
    point_shop_at(sandbox_process, settings)
    yield sandbox_process
    sandbox_process.clear()


@pytest.fixture
def stripe_asks_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stripe's client waits half a second and more between its three tries."""
    monkeypatch.setattr(stripe.HTTPClient, "INITIAL_DELAY", 0)
    monkeypatch.setattr(stripe.HTTPClient, "MAX_DELAY", 0)


@pytest.fixture
def client_of() -> Callable[[User], Client]:
    """A browser in which this person is logged in."""

    def log_in(user: User) -> Client:
        browser = Client()
        browser.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return browser

    return log_in


@pytest.fixture
def paid_course(instructor: User) -> CoursePage:
    """A published course for $48.00, refunds within 30 days."""
    course = make_course("Light touch", instructor=instructor)
    make_offer(course, 4800, refund_days=30, refund_text="Money back within 30 days.")
    return course


@pytest.fixture
def offer(paid_course: CoursePage) -> Offer:
    """The offer of the paid course."""
    return Offer.objects.get()


@dataclass
class Shop:
    """A buyer's browser, the shop and the bank."""

    browser: Client
    bank: SandboxServer
    course: CoursePage

    def enroll(self, **form: str) -> str:
        """Press the button; where the browser is sent."""
        response = self.browser.post(f"/enroll/{self.course.slug}/", form)
        assert response.status_code == 303, response.content
        return str(response["Location"])

    def pay(self, session_url: str, card: str, **more: str) -> str:
        """Pay at the bank; the path on which the browser comes back ("" when it stays there)."""
        return self.bank.pay(session_url, card, **more).location.removeprefix(SITE)

    def buy(self, card: str) -> Order:
        """Enroll, pay, and do not come back."""
        self.pay(self.enroll(), card)
        return self.order

    @property
    def order(self) -> Order:
        """The newest order."""
        return Order.objects.order_by("-pk")[0]

    @property
    def session_id(self) -> str:
        """The session of the newest attempt."""
        session_id = self.order.attempts.order_by("-n")[0].session_id
        assert session_id
        return session_id

    @property
    def payment(self) -> str:
        """The payment of the newest session."""
        return str(self.bank.sandbox.store.load("checkout.session", self.session_id)["payment_intent"])

    def deliver(self, kind: str, *, client: Client | None = None) -> int:
        """Bring the newest event of a kind about the newest order as Stripe would; the answer's status."""
        event = self.bank.events(kind)[-1]
        return deliver(client or Client(), event, self.bank.secret).status_code


@pytest.fixture
def shop(sandbox: SandboxServer, as_learner: Client, paid_course: CoursePage) -> Shop:
    """The learner in front of the paid course."""
    return Shop(as_learner, sandbox, paid_course)
