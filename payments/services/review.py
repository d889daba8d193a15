"""Orders that a person must look at, and what a person does about them."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from core import money
from enrollments.models import Enrollment
from enrollments.services import EnrollmentRefused, enroll
from payments.models import Order, OrderItem, OrderNote, RefundRequest
from payments.rules.derive import too_much
from payments.rules.review import refund_reason
from payments.services.claims import make_links
from payments.services.given_back import ledger_of_order, plan_of
from payments.services.mails import write_mails
from payments.services.refunds import give_back, refundable

logger = logging.getLogger(__name__)


class ReviewRefused(Exception):
    """Nothing was done; the message says why."""


@transaction.atomic
def settle_review(*, order: Order, by: User, note: str = "", at: datetime | None = None) -> Order:
    """A person has dealt with the reasons as they stand; a new reason asks again."""
    order = Order.objects.select_for_update(of=("self",)).get(pk=order.pk)
    if order.needs_review:
        order.review_settled = order.review_reason
        order.save(update_fields=["review_settled"])
        text = "\n".join(filter(None, [note.strip(), order.review_reason]))
        OrderNote.objects.create(order=order, at=at or timezone.now(), by=by, what=OrderNote.What.SETTLED, text=text)
        logger.info("order %s: review settled by user %s", order.number, by.pk)
    return order


def add_note(*, order: Order, by: User, text: str, at: datetime | None = None) -> OrderNote:
    """What colleagues should know about an order."""
    return OrderNote.objects.create(
        order=order, at=at or timezone.now(), by=by, what=OrderNote.What.NOTE, text=text.strip()
    )


def refund_extra(*, order: Order, by: User, amount: int, at: datetime | None = None) -> RefundRequest:
    """Give back the payment that came too much: the amount that was shown, or nothing.

    Raises ReviewRefused, RefundRefused, StripeDownError.
    """
    _check_amount(order, amount, too_much(*ledger_of_order(order), plan_of(order)))
    return give_back(order=order, by=by, reason="Paid twice.", amount=amount, at=at)


def refund_for(*, order: Order, by: User, reason: str, amount: int, at: datetime | None = None) -> RefundRequest:
    """Give back what a reason is about: the part that one has already, else all. Then the reason is dealt with.

    Raises ReviewRefused, RefundRefused, StripeDownError.
    """
    items = items_of_reason(list(order.items.select_related("course")), reason)
    can = refundable(order=order, at=at)
    _check_amount(order, amount, sum(can.by_item.get(item.pk, 0) for item in items) if items else can.left)
    done = give_back(order=order, by=by, reason=refund_reason(reason), items=items, amount=amount, at=at)
    fresh = Order.objects.get(pk=order.pk)
    if not items and reason in fresh.review_reason.splitlines():
        settle_review(order=fresh, by=by, note=f"{money.display(amount, order.currency)} given back.", at=at)
    return done


def items_of_reason(items: list[OrderItem], reason: str) -> list[OrderItem]:
    """Of an order of several the one that the buyer has from elsewhere; none: the reason is about the whole."""
    named = [item for item in items if f"Already enrolled in {item.course.title} " in reason and not item.enrollment_id]
    return named if len(items) > len(named) else []


def _check_amount(order: Order, shown: int, due: int) -> None:
    if shown != due or not due:
        message = f"The order has changed meanwhile: {money.display(due, order.currency)}. Nothing was given back."
        raise ReviewRefused(message)


@transaction.atomic
def give_access(*, order: Order, by: User, reason: str, at: datetime | None = None) -> Order:
    """Staff open what was bought although something does not fit; the order stands behind it from then on.

    Raises ReviewRefused. What one is enrolled in already is left as it is.
    """
    now = at or timezone.now()
    order = Order.objects.select_for_update(of=("self",)).select_related("user").get(pk=order.pk)
    if not reason.strip():
        message = "Please write why access is given."
        raise ReviewRefused(message)
    if not order.user.is_active:
        message = "The buyer's account is closed. Refund the payment."
        raise ReviewRefused(message)
    if not order.status.gives_access:
        message = f"The order is: {order.status.label.lower()}. Access is given for what is paid."
        raise ReviewRefused(message)
    if order.quantity > 1:
        make_links(order=order)
    elif not _enroll(order, now):
        message = "The buyer is enrolled in all of it already."
        raise ReviewRefused(message)
    OrderNote.objects.create(order=order, at=now, by=by, what=OrderNote.What.ACCESS_GIVEN, text=reason.strip())
    order = settle_review(order=order, by=by, note="Access given by hand.", at=now)
    write_mails(order=order)
    return order


def _enroll(order: Order, now: datetime) -> list[OrderItem]:
    days = order.terms.get("access_days")
    given = []
    for item in order.items.filter(enrollment=None, passed_to=None, seat=0).select_related("course"):
        if Enrollment.objects.current().filter(user=order.user, course_id=item.course_id).exists():
            continue
        try:
            item.enrollment = enroll(
                user=order.user,
                course=item.course,
                source=Enrollment.Source.ORDER,
                access_until=now + timedelta(days=days) if days else None,
                at=now,
            )
        except EnrollmentRefused as refusal:
            raise ReviewRefused(str(refusal)) from refusal
        item.save(update_fields=["enrollment"])
        given.append(item)
    return given
