"""Offers and orders for tests, made the way the product makes them."""

from typing import Any

from accounts.models import User
from courses.models import CoursePage
from payments.models import Offer, Order
from payments.services import save_offer
from payments.services.checkout import take_order


def make_offer(course: CoursePage, amount: int = 4800, **terms: Any) -> Offer:
    """Put a course on sale; 0 is free."""
    return save_offer(courses=[course], unit_amount=amount, **terms)


def make_order(user: User, offer: Offer) -> Order:
    """An order that has not been to Stripe."""
    return take_order(user=user, offer=offer)
