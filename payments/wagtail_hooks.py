"""Prices in the catalogue, what a course needs before it is sold, and the sales menu."""

from typing import Any

from django.urls import URLResolver, include, path
from wagtail import hooks
from wagtail.models import Page
from wagtail.permissions import register_permission_policy

from core.records import ReadOnlyPolicy
from courses.models import CoursePage
from payments.admin import urls
from payments.admin.menu import SalesGroup
from payments.models import OfferItem, Order, StripeEvent
from payments.services import catalogue_facts

register_permission_policy(Order, ReadOnlyPolicy(Order))
register_permission_policy(StripeEvent, ReadOnlyPolicy(StripeEvent))

NO_PRICE = (
    "The course has no price: the provider makes an offer under Sales, Offers (0 is free). "
    "Ask for it, then publish the course."
)


@hooks.register("register_admin_viewset")
def sales_menu() -> SalesGroup:
    """Orders, offers, webhooks."""
    return SalesGroup()


@hooks.register("register_admin_urls")
def sales_pages() -> list[URLResolver]:
    """The review queue, disputes, the ledger and how the shop does: pages of our own."""
    return [path("sales/", include(urls))]


@hooks.register("catalogue_facts", order=20)
def price_for_the_catalogue(course: CoursePage) -> dict[str, Any]:
    """The price of the current offer."""
    return catalogue_facts(course)


@hooks.register("publish_problems")
def priced_before_it_is_published(page: Page) -> list[str]:
    """A course that promises a certificate first goes live with a price, be it 0.

    Later it may be off sale and still be corrected: those who are enrolled read on.
    """
    if not isinstance(page, CoursePage) or page.live or not page.promises_certificate:
        return []
    return [] if page.pk and OfferItem.objects.filter(course_id=page.pk).exists() else [NO_PRICE]
