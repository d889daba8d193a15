"""Clocks that differ and secrets that change: what Stripe signed is taken, what it did not is refused."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from enrollments.models import Enrollment
from payments.models import Offer, StripeEvent
from payments.tests.conftest import Shop, point_shop_at
from payments.tests.webhooks import deliver, send, signature
from stripe_sandbox.testing import APPROVED, SandboxServer

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]
TOLERANCE = 300
"""Seconds: the age at which Stripe's own library refuses (PAYMENTS.md section 1.2)."""


def completed(shop: Shop) -> dict[str, Any]:
    return shop.bank.events("checkout.session.completed")[-1]


@pytest.mark.parametrize(
    ("age", "status"),
    [(TOLERANCE - 1, 200), (TOLERANCE + 1, 400), (-(TOLERANCE - 1), 200), (-(TOLERANCE + 1), 200)],
    ids=["4:59 old", "5:01 old", "4:59 ahead", "5:01 ahead"],
)
def test_the_age_of_a_signature(shop: Shop, age: int, status: int) -> None:
    """A moment ahead of ours is signed all the same: our clock is late, and only Stripe has the secret."""
    shop.buy(APPROVED)
    assert deliver(Client(), completed(shop), shop.bank.secret, age=age).status_code == status
    taken = int(status == 200)
    assert (Enrollment.objects.count(), StripeEvent.objects.count()) == (taken, taken)


@pytest.mark.parametrize(
    ("ahead", "status"),
    [(TOLERANCE - 5, 200), (TOLERANCE + 5, 400), (-TOLERANCE - 5, 200)],
    ids=["4:55 fast", "5:05 fast", "5:05 slow"],
)
def test_a_clock_of_ours_that_is_off(shop: Shop, ahead: int, status: int) -> None:
    """Webhooks are refused when it is five minutes fast; whoever comes back is enrolled all the same."""
    landing = shop.pay(shop.enroll(), APPROVED)
    body, header = shop.bank.signed(completed(shop))
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=ahead)):
        assert send(Client(), body, header).status_code == status
        assert "<h1>You are in.</h1>" in shop.browser.get(landing).content.decode()
    assert Enrollment.objects.count() == 1


@pytest.fixture
def other_clock(shop: Shop, settings: Any) -> Iterator[Callable[[int], Shop]]:
    """The same shop at a bank whose clock is so many seconds ahead of ours."""
    with SandboxServer() as bank:
        point_shop_at(bank, settings)

        def ahead(seconds: int) -> Shop:
            bank.skip(seconds)
            return Shop(shop.browser, bank, shop.course)

        yield ahead


@pytest.mark.parametrize("seconds", [299, -299])
def test_a_course_is_sold_while_the_clocks_are_minutes_apart(other_clock: Any, seconds: int) -> None:
    shop = other_clock(seconds)
    assert "<h1>You are in.</h1>" in shop.browser.get(shop.pay(shop.enroll(), APPROVED)).content.decode()


@pytest.mark.parametrize("seconds", [45, -299])
def test_the_last_seats_are_sold_too(other_clock: Any, offer: Offer, seconds: int) -> None:
    """Their session lasts 31 minutes by our clock; Stripe wants 30 by its own."""
    Offer.objects.update(seats=1)
    shop = other_clock(seconds)
    assert "<h1>You are in.</h1>" in shop.browser.get(shop.pay(shop.enroll(), APPROVED)).content.decode()


def test_a_clock_that_is_too_late_for_a_session_with_seats_charges_nothing(other_clock: Any, offer: Offer) -> None:
    Offer.objects.update(seats=1)
    shop = other_clock(299)
    answer = shop.browser.post(f"/enroll/{shop.course.slug}/")
    assert (answer.status_code, "<h1>Nothing was charged</h1>" in answer.content.decode()) == (503, True)
    assert shop.bank.sandbox.store.select("checkout.session") == []


def test_a_secret_is_changed_without_losing_an_event(shop: Shop, settings: Any, learner: User) -> None:
    """Both are listed while Stripe still signs with the old one; when it is taken off the list, it opens nothing."""
    shop.buy(APPROVED)
    old, new = shop.bank.secret, "whsec_new_for_tests_only"
    taken = []
    for listed in ([old], [new, old], [new]):
        settings.STRIPE_WEBHOOK_SECRETS = listed
        taken.append([deliver(Client(), completed(shop), secret).status_code for secret in (old, new)])
    assert taken == [[200, 400], [200, 200], [400, 200]]
    assert (StripeEvent.objects.get().count, Enrollment.objects.count()) == (4, 1)


def test_while_stripe_signs_with_both_secrets_one_that_fits_is_enough(shop: Shop, settings: Any) -> None:
    """In the day of a change its header holds a signature of each."""
    shop.buy(APPROVED)
    body, header = shop.bank.signed(completed(shop))
    new = signature(body, "whsec_new_for_tests_only").split(",")[1]
    both = f"{header.split(',')[0]},{new},{header.split(',')[1]}"
    for listed in ([shop.bank.secret], ["whsec_another", shop.bank.secret]):
        settings.STRIPE_WEBHOOK_SECRETS = listed
        assert send(Client(), body, both).status_code == 200
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_another"]
    assert send(Client(), body, both).status_code == 400
