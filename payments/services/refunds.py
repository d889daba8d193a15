"""Giving money back: asked for by the buyer or begun by staff, decided by a person, stored before Stripe is asked.

What a refund does to access follows from what Stripe says of it afterwards (`sync_order`), never from the decision.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from core import money
from payments.models import Order, OrderItem, OrderNote, PaymentFact, RefundRequest
from payments.rules.facts import Fact
from payments.rules.reading import Raw
from payments.rules.refunds import RefundRight, refund_right, shares
from payments.services import stripe_api
from payments.services.given_back import ledger_of_order, refunded_items
from payments.services.mails import write_refund_decision, write_refund_request
from payments.services.sync import sync_order

logger = logging.getLogger(__name__)
State = RefundRequest.State


class RefundRefused(Exception):
    """Nothing was given back; the message says why and what to do."""


@dataclass(frozen=True)
class Refundable:
    """What of an order can be given back now, in the smallest unit."""

    left: int
    by_item: dict[int, int]
    """Item -> its share of what was paid; items that were given back are left out."""
    right: RefundRight
    disputed: bool


def refundable(*, order: Order, at: datetime | None = None) -> Refundable:
    """Read from the ledger as it stands; Stripe is not asked."""
    payments, refunds = ledger_of_order(order)
    paid = sum(payment.amount for payment in payments)
    back = sum(refund.amount for refund in refunds)
    items = list(order.items.all())
    parts = dict(
        zip(
            (item.pk for item in items),
            shares(paid, [item.amount for item in items], money.step(order.currency)),
            strict=True,
        )
    )
    gone = refunded_items(order=order)
    seen = max((item.enrollment.percent for item in items if item.enrollment), default=0)
    return Refundable(
        left=max(0, paid - back),
        by_item={pk: min(part, max(0, paid - back)) for pk, part in parts.items() if pk not in gone},
        right=refund_right(terms=order.terms, paid_at=order.paid_at, seen_percent=seen, now=at or timezone.now()),
        disputed=order.status.hold == "dispute",
    )


@transaction.atomic
def ask_refund(
    *, order: Order, by: User, reason: str, items: Sequence[OrderItem] = (), at: datetime | None = None
) -> RefundRequest:
    """The buyer asks; staff decide. Asking again while one request is open gives that one. Raises RefundRefused."""
    now = at or timezone.now()
    order = Order.objects.select_for_update(of=("self",)).get(pk=order.pk)
    if waiting := order.refund_requests.filter(state__in=RefundRequest.OPEN).first():
        return waiting
    request = _write(order, by, reason, items, now, amount=None)
    write_refund_request(request=request)
    return request


def give_back(
    *,
    order: Order,
    by: User,
    reason: str,
    items: Sequence[OrderItem] = (),
    amount: int | None = None,
    left: int | None = None,
    at: datetime | None = None,
) -> RefundRequest:
    """Staff give back the whole, some parts, or an amount. Raises RefundRefused, StripeDownError.

    `left` is what could be given back when it was decided: where that has changed, nothing goes out.
    """
    now = at or timezone.now()
    with transaction.atomic():
        order = Order.objects.select_for_update(of=("self",)).get(pk=order.pk)
        if left is not None and refundable(order=order, at=now).left != left:
            message = "Something was given back meanwhile. Please look once more."
            raise RefundRefused(message)
        if order.refund_requests.filter(state__in=RefundRequest.OPEN).exists():
            message = "There is an open request for this order. Decide about it first."
            raise RefundRefused(message)
        request = _write(order, by, reason, items, now, amount)
    return approve_refund(request=request, by=by, at=now)


def _write(
    order: Order, by: User, reason: str, items: Sequence[OrderItem], now: datetime, amount: int | None
) -> RefundRequest:
    if not reason.strip():
        message = "Please write a reason."
        raise RefundRefused(message)
    can = refundable(order=order, at=now)
    wanted = amount or (sum(can.by_item.get(item.pk, 0) for item in items) if items else can.left)
    _check(order, can, wanted)
    n = (order.refund_requests.aggregate(last=Max("n"))["last"] or 0) + 1
    try:
        with transaction.atomic():
            request = RefundRequest.objects.create(
                order=order,
                n=n,
                idempotency_key=f"refund-{order.uuid}-{n}",
                amount=wanted,
                reason=reason.strip(),
                requested_by=by,
                created_at=now,
            )
    except IntegrityError as taken:  # somebody else asked at the same moment
        message = "There is an open request for this order already."
        raise RefundRefused(message) from taken
    request.items.set(items)
    return request


def _check(order: Order, can: Refundable, wanted: int) -> None:
    if can.disputed:
        message = "The bank disputes this payment. It cannot be refunded while the dispute is open."
    elif not can.left:
        message = "Nothing of this order is left to give back."
    elif not 0 < wanted <= can.left:
        message = f"Of this order {money.display(can.left, order.currency)} can be given back."
    else:
        return
    raise RefundRefused(message)


def approve_refund(*, request: RefundRequest, by: User, text: str = "", at: datetime | None = None) -> RefundRequest:
    """Decide yes, once, and send it to Stripe. Raises RefundRefused, StripeDownError: it is sent again by `sweep`."""
    now = at or timezone.now()
    with transaction.atomic():
        won = RefundRequest.objects.filter(pk=request.pk, state=State.REQUESTED).update(
            state=State.ASKED, decided_by=by, decided_at=now, decision=text.strip()
        )
        request.refresh_from_db()
        if won:
            _part_on_payments(request)
            OrderNote.objects.create(
                order_id=request.order_id, at=now, by=by, what=OrderNote.What.REFUND_APPROVED, text=request.reason
            )
    for one in request.order.refund_requests.filter(state=State.ASKED).order_by("n"):
        send_refund(request=one, at=now)
    request.refresh_from_db()
    return request


def _part_on_payments(request: RefundRequest) -> None:
    """What no single payment holds is asked of several, the newest first: one request for each."""
    payments, refunds = ledger_of_order(request.order)
    left = {payment.payment_intent: _left(payment, refunds) for payment in reversed(payments)}
    if any(amount >= request.amount for amount in left.values()):
        return
    missing, items, n = request.amount, list(request.items.all()), request.n
    for amount in filter(None, left.values()):
        share = min(amount, missing)
        missing -= share
        if n == request.n:
            RefundRequest.objects.filter(pk=request.pk).update(amount=share)
        else:
            _another(request, n, share).items.set(items)
        n += 1
        if not missing:
            return


def _another(request: RefundRequest, n: int, amount: int) -> RefundRequest:
    """The same decision for a further payment."""
    return RefundRequest.objects.create(
        order=request.order,
        n=n,
        idempotency_key=f"refund-{request.order.uuid}-{n}",
        amount=amount,
        reason=request.reason,
        decision=request.decision,
        decided_by=request.decided_by,
        decided_at=request.decided_at,
        requested_by=request.requested_by,
        created_at=request.created_at,
        state=State.ASKED,
    )


@transaction.atomic
def refuse_refund(*, request: RefundRequest, by: User, text: str, at: datetime | None = None) -> RefundRequest:
    """Decide no, once, with words for the buyer."""
    if not text.strip():
        message = "Please write to the buyer why."
        raise RefundRefused(message)
    now = at or timezone.now()
    won = RefundRequest.objects.filter(pk=request.pk, state=State.REQUESTED).update(
        state=State.REFUSED, decided_by=by, decided_at=now, decision=text.strip()
    )
    request.refresh_from_db()
    if won:
        OrderNote.objects.create(
            order_id=request.order_id, at=now, by=by, what=OrderNote.What.REFUND_REFUSED, text=text.strip()
        )
        write_refund_decision(request=request)
    return request


def send_refund(*, request: RefundRequest, at: datetime | None = None) -> RefundRequest:
    """Ask Stripe under the request's own key: however often it is sent, the money goes back once."""
    order = Order.objects.select_related("offer").get(pk=request.order_id)
    raw = _made_already(request) or _ask_stripe(order, request)
    mine = RefundRequest.objects.filter(pk=request.pk, state=State.ASKED)
    mine.update(stripe_id=raw["id"])
    logger.info("order %s: refund %s of request %s", order.number, raw["id"], request.n)
    sync_order(order=order, at=at)  # first: until the ledger knows of it, the request must keep the next one out
    mine.update(state=State.DONE)
    request.refresh_from_db()
    if not order.refund_requests.filter(state=State.ASKED).exists():
        write_refund_decision(request=request)
    return request


def _made_already(request: RefundRequest) -> Raw | None:
    """The refund of this request, where Stripe's answer was lost and a reading has found it since."""
    mine = PaymentFact.objects.filter(order=request.order_id, raw__metadata__request=request.idempotency_key)
    return mine.filter(kind=PaymentFact.Kind.REFUND).values_list("raw", flat=True).first()


def _ask_stripe(order: Order, request: RefundRequest) -> Raw:
    intent = _payment_with(order, request.amount)
    if not intent:
        _fail(request, "no single payment holds so much")
        message = "No single payment of this order holds so much. Give back each payment by itself."
        raise RefundRefused(message)
    try:
        return stripe_api.refund(
            payment_intent=intent,
            amount=request.amount,
            order=str(order.uuid),
            idempotency_key=request.idempotency_key,
        )
    except stripe_api.StripeRefusedError as refusal:
        _fail(request, refusal.code)
        message = f"Stripe said no ({refusal.code}). Nothing was given back."
        raise RefundRefused(message) from refusal


def _payment_with(order: Order, amount: int) -> str:
    """The newest payment from which so much can still be given back, or ""."""
    payments, refunds = ledger_of_order(order)
    fitting = [
        payment for payment in reversed(payments) if payment.payment_intent and _left(payment, refunds) >= amount
    ]
    return fitting[0].payment_intent if fitting else ""


def _left(payment: Fact, refunds: list[Fact]) -> int:
    return payment.amount - sum(back.amount for back in refunds if back.payment_intent == payment.payment_intent)


def _fail(request: RefundRequest, code: str) -> None:
    RefundRequest.objects.filter(pk=request.pk, state=State.ASKED).update(state=State.FAILED, failure=code[:250])


def send_waiting_refunds(*, limit: int = 50, at: datetime | None = None) -> int:
    """Refunds that were decided and did not reach Stripe, for `sweep`: how many went out."""
    sent = 0
    if not stripe_api.is_set_up():
        return sent
    for request in RefundRequest.objects.filter(state=State.ASKED).order_by("decided_at")[:limit]:
        try:
            send_refund(request=request, at=at)
            sent += 1
        except stripe_api.StripeDownError:
            break
        except RefundRefused:
            logger.warning("refund request %s was refused by Stripe", request.pk)
    return sent
