"""Offers: current, closed, frozen once ordered; what the catalogue and the publishing gate know of them."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db.models import ProtectedError
from django.utils import timezone

from accounts.models import User
from core.publishing import publish_problems
from courses.models import CatalogueFacts, CoursePage
from courses.tests.factories import make_course
from payments.models import Offer, OfferItem
from payments.services import close_offer, current_offer, save_offer
from payments.tests.factories import make_offer, make_order
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
