"""Offers: current, closed, frozen once ordered; how staff write them; what the catalogue knows."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db.models import ProtectedError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from core.publishing import publish_problems
from courses.models import CatalogueFacts, CoursePage
from courses.tests.factories import make_course
from payments.models import Offer, OfferItem, OfferPrice
from payments.services import close_offer, current_offer, save_offer
from payments.tests.factories import make_offer, make_order
from payments.tests.test_admin import offer_form
from payments.tests.test_queue import staff_with
from payments.wagtail_hooks import NO_PRICE

pytestmark = pytest.mark.django_db


def price_in_catalogue(course: CoursePage) -> tuple[int | None, str]:
    facts = CatalogueFacts.objects.get(course=course)
    return facts.price_amount, facts.currency


def test_the_same_offer_twice_is_one(course: CoursePage) -> None:
    assert make_offer(course, 4800, refund_days=14) == make_offer(course, 4800, refund_days=14)
    assert Offer.objects.count() == OfferItem.objects.count() == 1


def test_a_new_price_is_a_new_offer_and_closes_the_old_one(course: CoursePage) -> None:
    old = make_offer(course, 4800)
    new = make_offer(course, 9900)
    old.refresh_from_db()
    assert (old.is_open(), new.is_open(), current_offer(course)) == (False, True, new)
    assert price_in_catalogue(course) == (9900, "usd")


def test_the_catalogue_follows_the_offer(course: CoursePage) -> None:
    assert price_in_catalogue(course) == (None, "")
    offer = make_offer(course, 0)
    assert price_in_catalogue(course) == (0, "usd")
    close_offer(offer=offer)
    assert price_in_catalogue(course) == (None, "")


def test_an_offer_is_current_from_its_opening_to_its_closing(course: CoursePage) -> None:
    now = timezone.now()
    offer = make_offer(course, 4800, opens_at=now + timedelta(days=1), closes_at=now + timedelta(days=2))
    found = [current_offer(course, at=now + timedelta(days=days)) for days in (0, 1.5, 3)]
    assert found == [None, offer, None]


def test_the_newest_of_several_open_offers_counts(course: CoursePage) -> None:
    regular = make_offer(course, 9900)
    early = Offer.objects.create(name="Early bird", unit_amount=7900, closes_at=timezone.now() + timedelta(days=9))
    OfferItem.objects.create(offer=early, course=course)
    assert current_offer(course) == early
    assert current_offer(course, at=timezone.now() + timedelta(days=10)) == regular


def test_a_bundle_is_not_the_offer_of_its_courses(course: CoursePage, instructor: User) -> None:
    save_offer(courses=[course, make_course("Another")], unit_amount=5000)
    assert current_offer(course) is None


@pytest.mark.parametrize(
    ("field", "value"), [("unit_amount", 1), ("currency", "eur"), ("refund_days", 9), ("name", "New")]
)
def test_the_terms_of_an_ordered_offer_stand(course: CoursePage, learner: User, field: str, value: object) -> None:
    offer = make_offer(course, 4800)
    setattr(offer, field, value)
    offer.save()
    make_order(learner, offer)
    setattr(offer, field, 4800 if field == "unit_amount" else "usd" if field == "currency" else 3)
    with pytest.raises(ValidationError, match="its terms stand"):
        offer.save()
    with pytest.raises(ValidationError, match="its terms stand"):
        offer.clean()


def test_when_an_ordered_offer_is_sold_may_change(course: CoursePage, learner: User) -> None:
    offer = make_offer(course, 4800)
    make_order(learner, offer)
    offer.closes_at = timezone.now()
    offer.save()
    assert current_offer(course) is None


def test_the_courses_of_an_ordered_offer_stand(course: CoursePage, learner: User) -> None:
    offer = make_offer(course, 4800)
    make_order(learner, offer)
    with pytest.raises(ValidationError, match="its terms stand"):
        OfferItem(offer=offer, course=make_course("Another")).save()
    with pytest.raises(ValidationError, match="its terms stand"):
        offer.items.get().delete()
    with pytest.raises(ProtectedError):
        offer.delete()


@pytest.mark.parametrize(
    "terms",
    [
        {"unit_amount": 0, "seats": 5},
        {"unit_amount": 100, "currency": "USD"},
        {"unit_amount": 100, "opens_at": timezone.now(), "closes_at": timezone.now() - timedelta(days=1)},
    ],
    ids=["free with seats", "currency in capitals", "closes before it opens"],
)
def test_an_offer_that_makes_no_sense_is_refused(course: CoursePage, terms: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        save_offer(courses=[course], **terms)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("amount", "currency", "shown"), [(4800, "usd", "$48.00"), (4800, "jpy", "¥4,800"), (0, "usd", "Free")]
)
def test_a_price_is_said_in_its_currency(amount: int, currency: str, shown: str) -> None:
    assert Offer(unit_amount=amount, currency=currency).price == shown


def test_a_course_first_goes_live_with_a_price(course: CoursePage) -> None:
    course.promises_certificate, course.live = True, False
    assert NO_PRICE in publish_problems(course)
    close_offer(offer=make_offer(course, 0))
    assert NO_PRICE not in publish_problems(course)  # it had one, and may be corrected while it is off sale


def test_a_course_that_is_live_may_be_corrected(course: CoursePage) -> None:
    course.promises_certificate = True
    assert NO_PRICE not in publish_problems(course)


# -- early prices in the catalogue -----------------------------------------------------------------------------------


def test_the_catalogue_shows_an_early_price_until_its_day_and_not_longer(course: CoursePage) -> None:
    now = timezone.now()
    offer = make_offer(course, 9900)
    OfferPrice.objects.create(offer=offer, currency="usd", unit_amount=7900, until=now + timedelta(days=2))
    OfferPrice.objects.create(offer=offer, currency="eur", unit_amount=100)
    call_command("sweep", stdout=StringIO())
    assert price_in_catalogue(course) == (7900, "usd")
    for days, amount in ((1, 7900), (3, 9900)):
        with time_machine.travel(now + timedelta(days=days)):
            call_command("sweep", stdout=StringIO())
        assert price_in_catalogue(course) == (amount, "usd")


def test_the_catalogue_shows_an_offer_from_the_day_on_which_it_opens(course: CoursePage) -> None:
    now = timezone.now()
    make_offer(course, 9900, opens_at=now + timedelta(days=1), closes_at=now + timedelta(days=3))
    found = []
    for days in (0, 2, 4):
        with time_machine.travel(now + timedelta(days=days)):
            call_command("sweep", stdout=StringIO())
        found.append(price_in_catalogue(course))
    assert found == [(None, ""), (9900, "usd"), (None, "")]


# -- how staff write prices ------------------------------------------------------------------------------------------


@pytest.fixture
def keeper(client_of: Callable[[User], Client]) -> Client:
    """A browser of somebody who keeps offers."""
    return client_of(staff_with("view_offer", "add_offer", "change_offer"))


def further(*prices: tuple[str, str, str]) -> dict[str, Any]:
    """Prices beside the offer's own: (price, currency, until)."""
    form: dict[str, Any] = {"prices-TOTAL_FORMS": len(prices)}
    for place, (price, currency, until) in enumerate(prices):
        row = {"unit_amount": price, "currency": currency, "until": until, "id": "", "DELETE": "", "ORDER": ""}
        form |= {f"prices-{place}-{name}": value for name, value in row.items()}
    return form


def post(keeper: Client, course: CoursePage, **changes: Any) -> str:
    return keeper.post(reverse("offers:add"), offer_form(course, **changes)).content.decode()


def test_further_prices_are_written_as_the_first_one_is(keeper: Client, course: CoursePage) -> None:
    prices = further(("38.5", "usd", "2030-01-01 12:00"), ("5000", "jpy", ""), ("12.340", "kwd", ""))
    assert post(keeper, course, **prices) == ""
    offer = Offer.objects.get()
    assert [(one.currency, one.unit_amount) for one in offer.prices.all()] == [
        ("jpy", 5000),
        ("kwd", 12_340),
        ("usd", 3850),
    ]
    shown = keeper.get(reverse("offers:edit", args=[offer.pk])).content.decode()
    for value in ("5000", "12.340", "38.50"):
        assert f'-unit_amount" value="{value}"' in shown


@pytest.mark.parametrize(
    ("price", "currency", "words"),
    [
        ("38.505", "usd", "This currency has no such small part. Write 38.50 or 38.51."),
        ("500.5", "jpy", "This currency has no such small part. Write 500 or 501."),
        ("5.124", "bhd", "This currency has no such small part. Write 5.120 or 5.130."),
        ("5.50", "isk", "This currency has no such small part. Write 5.00 or 6.00."),
        ("5", "xyz", "Stripe takes no payments in this currency."),
        ("5", "bgn", "Stripe takes no payments in this currency."),
        ("0", "eur", "Write a price above 0."),
    ],
)
def test_a_further_price_that_cannot_be_charged_is_refused_in_words(
    keeper: Client, course: CoursePage, price: str, currency: str, words: str
) -> None:
    assert words in post(keeper, course, **further((price, currency, "")))
    assert Offer.objects.count() == 0


@pytest.mark.parametrize(
    ("price", "currency", "words"),
    [
        ("5.124", "kwd", "Write 5.120 or 5.130."),
        ("5.5", "ugx", "Write 5.00 or 6.00."),
        ("5", "zzz", "Stripe takes no payments in this currency."),
    ],
)
def test_so_is_the_offer_s_own(keeper: Client, course: CoursePage, price: str, currency: str, words: str) -> None:
    assert words in post(keeper, course, unit_amount=price, currency=currency)
    assert Offer.objects.count() == 0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"unit_amount": "299.00"}, "$299.00 cannot be parted into 3 equal payments; take $297.00 or $300.00."),
        ({"unit_amount": "0.50"}, "$0.50 cannot be parted into 3 equal payments; take $0.48 or $0.51."),
        ({"unit_amount": "0.02"}, "$0.02 cannot be parted into 3 equal payments; take $0.03."),
        ({"unit_amount": "1000", "currency": "jpy"}, "¥1,000 cannot be parted into 3 equal payments; take ¥999 or"),
        (
            {"unit_amount": "300", **further(("250", "usd", "2030-01-01 12:00"))},
            "$250.00 cannot be parted into 3 equal payments; take $249.00 or $252.00.",
        ),
        ({"unit_amount": "300", "most_seats": "2"}, "Monthly payments are for one seat"),
        ({"unit_amount": "0"}, "A free offer has no monthly payments"),
    ],
)
def test_monthly_payments_are_equal_and_one_person_s(
    keeper: Client, course: CoursePage, changes: dict[str, str], words: str
) -> None:
    assert words in post(keeper, course, instalments="3", **changes)
    assert Offer.objects.count() == 0


def test_prices_that_can_be_parted_are_sold_monthly(keeper: Client, course: CoursePage) -> None:
    prices = further(("249", "usd", "2030-01-01 12:00"), ("999", "jpy", ""))
    assert post(keeper, course, unit_amount="300", instalments="3", grace_days="5", **prices) == ""
    offer = Offer.objects.get()
    assert (offer.instalments, offer.grace_days, offer.prices.count()) == (3, 5, 2)


def test_a_price_that_staff_take_away_need_not_be_parted(keeper: Client, course: CoursePage) -> None:
    gone = further(("250", "usd", "2030-01-01 12:00")) | {"prices-0-DELETE": "1"}
    assert post(keeper, course, unit_amount="300", instalments="3", **gone) == ""
    assert Offer.objects.get().prices.count() == 0
