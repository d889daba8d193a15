"""From an offer to Stripe's page: a row before the call, one session however often the button is pressed."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypedDict

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from core import money
from courses.models import CoursePage, PolicyVersion
from enrollments.models import Enrollment
from payments.models import CheckoutAttempt, Offer, Order, OrderItem
from payments.rules.pricing import Quote, quote
from payments.rules.reading import Raw, moment
from payments.rules.states import State
from payments.services import stripe_api
from payments.services.billing import terms_shown
from payments.services.renewal import may_buy_again
from payments.services.seats import seat_free
from payments.services.sync import sync_order

logger = logging.getLogger(__name__)
LIFE = timedelta(hours=23)
"""How long a session stays open; Stripe allows 24 hours by its own clock."""
LIFE_WITH_SEATS = timedelta(minutes=31)
SHORTEST_LIFE = timedelta(minutes=30, seconds=20)
"""Stripe refuses less than 30 minutes; an attempt with less left is not repeated but replaced."""
ENROLLED = "You are enrolled already, and nothing was charged. If the course is closed to you, write to the school."
UNDER_WAY = "A payment for this is under way. Look at your orders."
STILL_USABLE = timedelta(minutes=1)


class CheckoutRefusedError(Exception):
    """Nothing is sold as things are; the message says why."""


class Wish(TypedDict):
    """What the buyer chose of an offer."""

    quantity: int
    currency: str
    monthly: bool


@dataclass(frozen=True)
class Checkout:
    """Where the buyer goes: to Stripe, or, with an empty `url`, to the order, which has moved on."""

    order: Order
    url: str


def start_checkout(
    *,
    user: User,
    offer: Offer,
    site: str,
    quantity: int = 1,
    currency: str = "",
    monthly: bool = False,
    at: datetime | None = None,
) -> Checkout:
    """The page to pay on. `site` is the address that the buyer came to, with its slash.

    A second press, a second tab or a second process gets the same order and the same session. Whatever is
    raised (CheckoutRefusedError, StripeDownError, StripeRefusedError): nothing was charged.
    """
    now = at or timezone.now()
    wanted: Wish = {"quantity": quantity, "currency": currency or offer.currency, "monthly": monthly}
    give_up_others(user=user, offer=offer, at=now, **wanted)
    order = take_order(user=user, offer=offer, at=now, **wanted)
    if order.attempts.exclude(session_id=None).exists():
        order = sync_order(order=order, at=now)  # it may be paid by now, or have expired
        if order.status.ended_unpaid:
            order = take_order(user=user, offer=offer, at=now, **wanted)
        elif order.status not in (State.NEW, State.OPEN):
            return Checkout(order, "")
    return Checkout(order, _session_url(order, site, now))


def quote_for(
    *,
    user: User,
    offer: Offer,
    quantity: int = 1,
    currency: str = "",
    monthly: bool = False,
    at: datetime | None = None,
) -> Quote:
    """What this person would pay now. Raises CheckoutRefusedError where it is not sold so."""
    now = at or timezone.now()
    if not 1 <= quantity <= offer.most_seats:
        raise CheckoutRefusedError(f"Choose 1 to {offer.most_seats} seats.")
    price = offer.price_at(now, currency)
    if price is None:
        raise CheckoutRefusedError("It is not sold in this currency.")
    courses = [item.course_id for item in offer.items.all().order_by("pk")]
    owned = owned_courses(user=user, courses=courses, at=now)
    found = quote(price=price, courses=courses, owned=owned, quantity=quantity)
    if not found.lines:
        raise CheckoutRefusedError(ENROLLED)
    if monthly and (
        quantity > 1 or offer.instalments == 1 or found.subtotal % (offer.instalments * money.step(price.currency))
    ):
        raise CheckoutRefusedError("This cannot be paid monthly. Pay it at once, or ask the school.")
    return found


def owned_courses(*, user: User, courses: list[int], at: datetime) -> set[int]:
    """Those of the courses that this person has and need not buy."""
    current = Enrollment.objects.current().filter(user=user.pk, course__in=courses)
    return {held.course_id for held in current if not may_buy_again(enrollment=held, at=at)}


@transaction.atomic
def take_order(
    *,
    user: User,
    offer: Offer,
    quantity: int = 1,
    currency: str = "",
    monthly: bool = False,
    at: datetime | None = None,
) -> Order:
    """This person's one unfinished order of the offer, or a new one that holds its seats."""
    now = at or timezone.now()
    if offer.seats is not None:
        offer = Offer.objects.select_for_update(of=("self",)).get(
            pk=offer.pk
        )  # seats are counted by one buyer at a time
    _refuse_what_cannot_be_sold(user, offer, now)
    existing = Order.objects.unfinished().filter(user=user, offer=offer).first()
    wanted = quote_for(user=user, offer=offer, quantity=quantity, currency=currency, monthly=monthly, at=now)
    if existing and _is_for(existing, quantity, wanted.price.currency, monthly):
        return existing
    if existing:
        raise CheckoutRefusedError(UNDER_WAY)
    if not seat_free(offer=offer, quantity=quantity):
        raise CheckoutRefusedError(
            "This course is full." if quantity == 1 else "So many seats are not left. Choose fewer, or ask the school."
        )
    try:
        with transaction.atomic():
            return _write_order(user, offer, wanted, offer.instalments if monthly else 1, now)
    except IntegrityError:  # the same person pressed twice, and the other press was first
        return Order.objects.unfinished().get(user=user, offer=offer)


def _refuse_what_cannot_be_sold(user: User, offer: Offer, now: datetime) -> None:
    if not stripe_api.is_set_up():
        raise CheckoutRefusedError("Enrolling in this course is not set up yet. Please write to the school.")
    if not offer.is_open(now):
        raise CheckoutRefusedError("This course is not on sale now.")


def _is_for(order: Order, quantity: int, currency: str, monthly: bool) -> bool:
    return (order.quantity, order.currency, order.instalment_count > 1) == (quantity, currency, monthly)


def give_up_others(
    *, user: User, offer: Offer, quantity: int, currency: str, at: datetime, monthly: bool = False
) -> None:
    """The buyer chose other seats, another currency or way to pay: the order begun before can no longer be paid.

    One that was paid a moment ago stands. Raises StripeDownError, CheckoutRefusedError: then nothing new is begun.
    """
    for order in Order.objects.unfinished().filter(user=user, offer=offer).select_related("offer"):
        if _is_for(order, quantity, currency, monthly):
            continue
        for attempt in order.attempts.filter(state=CheckoutAttempt.State.OPEN).exclude(session_id=None):
            stripe_api.expire_session(str(attempt.session_id))
        seen = sync_order(order=order, at=at)
        if seen.status == State.NEW:  # Stripe was never asked, or its answer was lost
            Order.objects.filter(pk=order.pk, state=State.NEW).update(state=State.CANCELED, closed_at=at)
        elif not seen.status.ended_unpaid:
            raise CheckoutRefusedError(UNDER_WAY)


def _write_order(user: User, offer: Offer, wanted: Quote, instalments: int, now: datetime) -> Order:
    order = Order.objects.create(
        user=user,
        buyer={"name": user.legal_name, "email": user.email},
        offer=offer,
        title=offer.name,
        quantity=wanted.quantity,
        currency=wanted.price.currency,
        subtotal=wanted.subtotal,
        terms={
            "access_days": offer.access_days,
            "refund_days": offer.refund_days,
            "refund_seen_percent": offer.refund_seen_percent,
            "refund_text": offer.refund_text,
            "instalments": instalments,
            "grace_days": offer.grace_days,
            "shown": terms_shown(offer, CoursePage.objects.get(pk=wanted.lines[0][1]), now),
            "price_until": wanted.price.until.isoformat() if wanted.price.until else "",
            "policies": [policy.frozen() for policy in PolicyVersion.objects.in_force(timezone.localdate(now))],
        },
        created_at=now,
    )
    OrderItem.objects.bulk_create(
        OrderItem(order=order, seat=seat, course_id=course, amount=amount) for seat, course, amount in wanted.lines
    )
    return order


def _session_url(order: Order, site: str, now: datetime) -> str:
    attempt = next_attempt(order=order, at=now)
    if attempt.url:
        return attempt.url
    try:
        return _ask_stripe(order, attempt, site)
    except stripe_api.StripeRefusedError as refusal:
        if not refusal.other_parameters:
            raise
    # The key was used from another address of the site, or before the e-mail address changed: a new attempt, a new key.
    return _ask_stripe(order, next_attempt(order=order, at=now), site)


@transaction.atomic
def next_attempt(*, order: Order, at: datetime | None = None) -> CheckoutAttempt:
    """The attempt to go on with: the open one, the one whose answer was lost (same key again), else a new one."""
    now = at or timezone.now()
    order = Order.objects.select_for_update(of=("self",)).select_related("offer").get(pk=order.pk)
    latest = order.attempts.order_by("-n").first()
    if latest and _goes_on(latest, now):
        return latest
    n = (order.attempts.aggregate(last=Max("n"))["last"] or 0) + 1
    life = LIFE if order.offer.seats is None else LIFE_WITH_SEATS
    return CheckoutAttempt.objects.create(
        order=order, n=n, idempotency_key=f"order-{order.uuid}-{n}", created_at=now, expires_at=now + life
    )


def _goes_on(attempt: CheckoutAttempt, now: datetime) -> bool:
    left = attempt.expires_at - now
    if attempt.state == CheckoutAttempt.State.OPEN:
        return left > STILL_USABLE
    return attempt.state == CheckoutAttempt.State.ASKED and left > SHORTEST_LIFE


def _ask_stripe(order: Order, attempt: CheckoutAttempt, site: str) -> str:
    landing = site.rstrip("/") + reverse("order_return", args=[order.uuid])
    request = stripe_api.CheckoutRequest(
        order=str(order.uuid),
        attempt=attempt.n,
        product=_product_id(order.offer),
        name=order.title,
        currency=order.currency,
        unit_amount=order.subtotal // order.quantity // order.instalment_count,
        instalments=order.instalment_count,
        quantity=order.quantity,
        email=str(order.buyer["email"]),
        expires_at=attempt.expires_at,
        success_url=f"{landing}?session_id={{CHECKOUT_SESSION_ID}}",
        cancel_url=landing,
        idempotency_key=attempt.idempotency_key,
    )
    try:
        session = stripe_api.create_session(request)
    except stripe_api.StripeDownError as down:
        if down.answered:  # Stripe keeps a failure under its key: the next try needs a new one
            _give_up(attempt)
        raise
    except stripe_api.StripeRefusedError:
        _give_up(attempt)
        raise
    return _keep(order, attempt, session)


def _product_id(offer: Offer) -> str:
    """One product per course, so that a coupon can be for a course; a bundle is a product of its own."""
    if offer.stripe_product:
        return offer.stripe_product
    keys = [item.course.translation_key.hex for item in offer.items.select_related("course")]
    product = f"course-{keys[0]}" if len(keys) == 1 else f"offer-{offer.pk}-{int(offer.created_at.timestamp())}"
    Offer.objects.filter(pk=offer.pk).update(stripe_product=product)
    return product


def _give_up(attempt: CheckoutAttempt) -> None:
    CheckoutAttempt.objects.filter(pk=attempt.pk, session_id=None).update(state=CheckoutAttempt.State.FAILED)


def _keep(order: Order, attempt: CheckoutAttempt, session: Raw) -> str:
    url = session.get("url") or ""
    CheckoutAttempt.objects.filter(pk=attempt.pk, session_id=None).update(
        session_id=session["id"],
        url=url,
        state=CheckoutAttempt.State.OPEN,
        expires_at=moment(session["expires_at"]) or attempt.expires_at,
    )
    Order.objects.filter(pk=order.pk, state=State.NEW).update(state=State.OPEN, livemode=bool(session["livemode"]))
    logger.info("order %s: checkout attempt %s is open", order.number, attempt.n)
    return url
