"""What a course costs now, and making and changing offers."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from courses.models import CoursePage
from courses.services import rebuild_catalogue
from payments.models import Offer, OfferItem


def current_offer(course: CoursePage, *, at: datetime | None = None) -> Offer | None:
    """The newest offer of this course alone that is on sale."""
    return Offer.objects.of_course(course).open(at).first()


@transaction.atomic
def save_offer(
    *, courses: list[CoursePage], unit_amount: int, currency: str = "usd", name: str = "", **terms: Any
) -> Offer:
    """Put courses on sale. The same offer twice is one; another price is a new offer, and the old one closes."""
    name = name or ", ".join(course.title for course in courses)
    now = timezone.now()
    wanted = {"name": name, "currency": currency, "unit_amount": unit_amount, **terms}
    if len(courses) == 1:
        for offer in Offer.objects.of_course(courses[0]).open(now):
            if all(getattr(offer, field) == value for field, value in wanted.items()):
                return offer
            close_offer(offer=offer, at=now)
    offer = Offer(**wanted)
    offer.full_clean()
    offer.save()
    for course in courses:
        OfferItem(offer=offer, course=course).save()
    tell_catalogue(offer=offer)
    return offer


@transaction.atomic
def close_offer(*, offer: Offer, at: datetime | None = None) -> None:
    """Off sale. Whoever is at checkout may finish."""
    now = at or timezone.now()
    Offer.objects.filter(pk=offer.pk).update(
        closes_at=now, opens_at=None if not offer.opens_at or offer.opens_at >= now else offer.opens_at
    )
    tell_catalogue(offer=offer)


def tell_catalogue(*, offer: Offer) -> None:
    """The catalogue's price of every course in the offer, made anew."""
    for item in OfferItem.objects.filter(offer=offer).select_related("course"):
        rebuild_catalogue(course=item.course)


def catalogue_facts(course: CoursePage) -> dict[str, Any]:
    """The price that the catalogue shows, filters and sorts by: now an early one, after its day the standing one.

    `sweep` asks again and again, so that nobody has to save an offer for its price to change.
    """
    offer = current_offer(course)
    price = offer.price_at(timezone.now()) if offer else None
    return (
        {"price_amount": price.amount, "currency": price.currency} if price else {"price_amount": None, "currency": ""}
    )
