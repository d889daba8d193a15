"""What templates ask about price and enrolling."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import template
from django.db.models import Count
from django.template import Context
from django.utils import timezone
from django.utils.formats import date_format

from core import money
from courses.models import CoursePage
from enrollments.models import AccessHold, Enrollment
from enrollments.prerequisites import unmet_prerequisites
from enrollments.standing import standing_of
from payments.models import Offer, Order
from payments.rules.pricing import Price, price_now
from payments.services import CheckoutRefusedError, current_offer, is_set_up, may_buy_again
from payments.services.billing import credit_terms, in_order, terms_of
from payments.services.checkout import quote_for
from payments.services.seats import seat_free

register = template.Library()


@dataclass(frozen=True)
class Program:
    """A bundle with this course, at the price that this person would pay for what is not theirs yet."""

    offer: Offer
    titles: list[str]
    price: str
    reduced: bool
    """Some of it is the buyer's already and is not paid for."""


@dataclass(frozen=True)
class OnSale:
    """The current offer of a course as a page shows it."""

    offer: Offer | None
    open: bool
    why_not: str
    price: str
    facts: list[tuple[str, str]]
    """What one reads before paying: until when this price holds, access, credit, refund, the card statement."""
    each: str = ""
    """One monthly payment, where it can be paid so."""
    elsewhere: tuple[tuple[str, str], ...] = ()
    """Other currencies to pay in: (eur, €45.00)."""

    @property
    def label(self) -> str:
        """The act, on the button."""
        return "Enroll" if self.offer is None or self.offer.is_free else f"Enroll: pay {self.price}"


@register.simple_tag
def offer_of(course: CoursePage) -> OnSale:
    """`{% offer_of page as sale %}`: `sale.offer`, `sale.open`, `sale.why_not`, `sale.price`, `sale.facts`."""
    offer, now = current_offer(course), timezone.now()
    prices = offer.all_prices() if offer else []
    price = price_now(prices, currency=offer.currency, now=now) if offer else None
    if offer is None or price is None:
        return OnSale(None, False, "This course is not on sale now.", "", [])
    said = money.display(price.amount, price.currency) if price.amount else "Free"
    why_not = ""
    if not offer.is_free and not is_set_up():
        why_not = "Enrolling in this course is not set up yet. Please write to the school."
    elif not seat_free(offer=offer, quantity=1):
        why_not = "This course is full."
    facts = _facts(offer, course, price, now)
    return OnSale(offer, not why_not, why_not, said, facts, _each(offer, price), _elsewhere(prices, offer, now))


def _facts(offer: Offer, course: CoursePage, price: Price, now: datetime) -> list[tuple[str, str]]:
    until = [("This price", f"until {date_format(timezone.localtime(price.until), 'F j, Y')}")] if price.until else []
    return until + in_order(dict(terms_of(offer, now)) | dict(credit_terms(course, now)))


def _each(offer: Offer, price: Price) -> str:
    parts = offer.instalments
    return "" if parts == 1 or price.amount % parts else money.display(price.amount // parts, price.currency)


def _elsewhere(prices: list[Price], offer: Offer, now: datetime) -> tuple[tuple[str, str], ...]:
    others = sorted({price.currency for price in prices} - {offer.currency})
    found = [price_now(prices, currency=currency, now=now) for currency in others]
    return tuple((price.currency, money.display(price.amount, price.currency)) for price in found if price)


@register.inclusion_tag("payments/_enroll.html", takes_context=True)
def enroll_box(context: Context, course: CoursePage, **shown: Any) -> dict[str, Any]:
    """Price and the one button: `{% enroll_box page hours="6 CE hours" hours_note=note warning=no %}`.

    For whom is enrolled it leads on; for whom is at the bank it says so; what stands in the way is said before paying.
    """
    user = context["request"].user
    standing = standing_of(user, course.pk)
    again = standing.enrollment is not None and may_buy_again(enrollment=standing.enrollment)
    return {
        **shown,
        "request": context["request"],
        "course": course,
        "csrf_token": context.get("csrf_token"),
        "enrollment": standing.enrollment,
        "has_access": standing.has_access,
        "holds": [_why(hold) for hold in standing.holds()],
        "unfinished": None if standing.enrollment and not again else _unfinished_order(user, course),
        "sale": None
        if standing.enrollment and not again
        else _once(context, "offer", course, lambda: offer_of(course)),
        "programs": _once(context, "programs", course, lambda: _programs(user, course)),
        "before": [] if standing.enrollment else unmet_prerequisites(user, course),
        "ended": _ended(standing.enrollment)
        if standing.enrollment and not standing.held and not standing.has_access
        else None,
    }


def _once(context: Context, what: str, course: CoursePage, ask: Callable[[], Any]) -> Any:
    """Asked once for the two boxes of a course page."""
    key = f"{what} of course {course.pk}"
    if key not in context.render_context:
        context.render_context[key] = ask()
    return context.render_context[key]


def _programs(user: Any, course: CoursePage) -> list[Program]:
    """The bundles on sale that hold this course and something that this person lacks, cheapest first."""
    if not is_set_up():
        return []
    bundles = Offer.objects.open().filter(items__course=course).annotate(parts=Count("items__offer__items"))
    found = []
    for offer in bundles.filter(parts__gt=1).prefetch_related("items__course", "prices"):
        try:
            wanted = quote_for(user=user, offer=offer)
        except CheckoutRefusedError:
            continue
        titles = [item.course.title for item in offer.items.all()]
        reduced = len(wanted.lines) < len(titles)
        found.append(Program(offer, titles, money.display(wanted.subtotal, wanted.price.currency), reduced))
    return sorted(found, key=lambda program: program.offer.unit_amount)


def _unfinished_order(user: Any, course: CoursePage) -> Order | None:
    if not user.is_authenticated:
        return None
    return Order.objects.unfinished().filter(user=user, items__course=course).order_by("-pk").first()


def _ended(enrollment: Enrollment) -> Any:
    return enrollment.access_until


def _why(hold: AccessHold) -> str:
    return {
        AccessHold.Reason.REFUND: "Your payment was given back, so the course is closed to you. Your progress is kept.",
        AccessHold.Reason.DISPUTE: "Your bank disputes the payment. The course is closed to you until that is settled.",
        AccessHold.Reason.ARREARS: "A payment is missing. See your orders, or write to the school.",
        AccessHold.Reason.PREREQUISITE: "You are enrolled. The course opens when you have completed the one before it.",
        AccessHold.Reason.STAFF: "The school has suspended your access. Please write to it.",
    }[AccessHold.Reason(hold.reason)]
