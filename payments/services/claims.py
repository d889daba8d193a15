"""Seats that somebody bought for others: each is passed on by a link and taken once."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from enrollments.models import Enrollment
from enrollments.services import EnrollmentRefused, enroll
from payments.models import Order, OrderItem, OrderNote
from payments.services.given_back import refunded_items
from payments.services.mails import write_seat_mail
from payments.services.renewal import may_buy_again, take_over

SALT = "payments.claim"
NO_SUCH_LINK = "This link is not valid any more. Ask who gave it to you for a new one."


class ClaimRefused(Exception):
    """The seat cannot be taken; the message says why and what to do."""


@dataclass(frozen=True)
class Seat:
    """One seat as its buyer sees it."""

    number: int
    items: list[OrderItem]
    given_back: bool

    @property
    def holder(self) -> User | None:
        """Who took it."""
        taken = next((item.enrollment for item in self.items if item.enrollment), None)
        return taken.user if taken else None

    @property
    def is_free(self) -> bool:
        """Whether its link can still be used."""
        return self.holder is None and not self.given_back

    @property
    def email(self) -> str:
        """Whom the buyer sent it to."""
        return self.items[0].seat_email

    @property
    def link(self) -> str:
        """The address to pass on; the same each time until the seat is given to somebody else."""
        return settings.SITE_URL + reverse("claim_seat", args=[token_of(self.items[0])])


def seats_of(order: Order) -> list[Seat]:
    """The seats of an order for several, in their order; none for an order for oneself."""
    items = order.items.exclude(seat=0).select_related("course", "enrollment__user").order_by("seat", "pk")
    gone = refunded_items(order=order) if items else set()
    seats: dict[int, list[OrderItem]] = {}
    for item in items:
        seats.setdefault(item.seat, []).append(item)
    return [Seat(number, items, given_back=all(item.pk in gone for item in items)) for number, items in seats.items()]


def make_links(*, order: Order) -> None:
    """Every seat of a paid order gets its secret, once."""
    for item in order.items.exclude(seat=0).filter(claim_token_hash=None).order_by("seat", "pk"):
        if item.pk == _first_of_seat(item):
            _new_secret(item)


def _first_of_seat(item: OrderItem) -> int:
    return OrderItem.objects.filter(order=item.order_id, seat=item.seat).order_by("pk").values_list("pk", flat=True)[0]


def _new_secret(item: OrderItem) -> None:
    item.claim_nonce = secrets.token_urlsafe(12)
    item.claim_token_hash = _hash(token_of(item))
    item.save(update_fields=["claim_nonce", "claim_token_hash"])


def token_of(item: OrderItem) -> str:
    """The link's secret part: made from the row and our key, so that it is stored nowhere."""
    return Signer(salt=SALT, sep=".").sign(f"{item.pk}-{item.claim_nonce}")


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def find_seat(token: str) -> OrderItem | None:
    """The first item of the seat that this link opens; None for a link that was replaced or never made."""
    try:
        Signer(salt=SALT, sep=".").unsign(token)
    except BadSignature:
        return None
    found = OrderItem.objects.filter(claim_token_hash=_hash(token))
    return found.select_related("order__offer", "order__user", "course", "enrollment__user").first()


@transaction.atomic
def take_seat(*, token: str, user: User, at: datetime | None = None) -> list[Enrollment]:
    """Enroll this person with the seat's courses, once. Raises ClaimRefused."""
    now = at or timezone.now()
    item = find_seat(token)
    if item is None:
        raise ClaimRefused(NO_SUCH_LINK)
    order = Order.objects.select_for_update(of=("self",)).get(pk=item.order_id)
    items = list(order.items.filter(seat=item.seat).select_related("course", "enrollment__user").order_by("pk"))
    if all(one.enrollment and one.enrollment.user_id == user.pk for one in items):
        return [one.enrollment for one in items if one.enrollment]
    _refuse_what_cannot_be_taken(order, items, user, now)
    return [_enroll(order, one, user, now) for one in items]


def _refuse_what_cannot_be_taken(order: Order, items: list[OrderItem], user: User, now: datetime) -> None:
    if any(one.enrollment for one in items):
        message = "Somebody has taken this seat already. Ask who gave you the link."
    elif not order.status.gives_access or all(one.pk in refunded_items(order=order) for one in items):
        message = "This seat is not paid for (any more). Ask who gave you the link."
    elif any(not may_buy_again(enrollment=held, at=now) for held in _held(items, user)):
        message = "You are enrolled already. Pass this link on to somebody else, or give it back to who sent it."
    else:
        return
    raise ClaimRefused(message)


def _held(items: list[OrderItem], user: User) -> list[Enrollment]:
    return list(Enrollment.objects.current().filter(user=user, course__in=[one.course_id for one in items]))


def _enroll(order: Order, item: OrderItem, user: User, now: datetime) -> Enrollment:
    days = order.terms.get("access_days")
    until = now + timedelta(days=days) if days else None
    item.claimed_at = now
    if held := next(iter(_held([item], user)), None):
        take_over(item=item, enrollment=held, access_until=until, at=now)
        item.save(update_fields=["claimed_at"])
        return held
    try:
        item.enrollment = enroll(
            user=user, course=item.course, source=Enrollment.Source.ORDER, access_until=until, at=now
        )
    except EnrollmentRefused as refusal:
        raise ClaimRefused(str(refusal)) from refusal
    item.save(update_fields=["enrollment", "claimed_at"])
    return item.enrollment


@transaction.atomic
def send_seat(*, order: Order, number: int, email: str, by: User) -> None:
    """Mail the link of a free seat; sending it to another address makes the first link useless."""
    order = Order.objects.select_for_update(of=("self",)).get(pk=order.pk)
    seat = _free_seat(order, number)
    first = seat.items[0]
    if first.seat_email and first.seat_email != email:
        _new_secret(first)
        OrderNote.objects.create(
            order=order, by=by, what=OrderNote.What.SEAT_MOVED, text=f"Seat {number}: a new link was made."
        )
    first.seat_email = email
    first.save(update_fields=["seat_email"])
    write_seat_mail(order=order, item=first, link=seat.link)


@transaction.atomic
def renew_link(*, order: Order, number: int, by: User) -> None:
    """A new link for a free seat; the old one opens nothing any more."""
    order = Order.objects.select_for_update(of=("self",)).get(pk=order.pk)
    seat = _free_seat(order, number)
    _new_secret(seat.items[0])
    OrderItem.objects.filter(pk=seat.items[0].pk).update(seat_email="")
    OrderNote.objects.create(
        order=order, by=by, what=OrderNote.What.SEAT_MOVED, text=f"Seat {number}: a new link was made."
    )


def _free_seat(order: Order, number: int) -> Seat:
    seat = next((one for one in seats_of(order) if one.number == number), None)
    if seat is None or not seat.is_free or not order.status.gives_access:
        message = "This seat is taken or given back, so there is no link to send."
        raise ClaimRefused(message)
    return seat
