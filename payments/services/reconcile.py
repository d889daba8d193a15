"""Without a single webhook: read Stripe for every order that may have moved, and repair what differs."""

import logging
from datetime import datetime, timedelta

from django.utils import timezone

from payments.models import CheckoutAttempt, Order
from payments.rules.reading import Raw, moment
from payments.rules.states import State
from payments.services import stripe_api
from payments.services.events import order_named
from payments.services.sync import sync_order

logger = logging.getLogger(__name__)
LOOK_AGAIN = timedelta(minutes=10)
LATE = timedelta(days=120)
"""How long refunds and disputes may still come (PAYMENTS.md 2.6)."""
SESSION_LIFE = timedelta(days=2)


def sync_unfinished_orders(*, limit: int = 100, at: datetime | None = None) -> int:
    """Read again every order in new, open or pending that was not read in the last ten minutes; how many moved.

    `sweep` calls it. When Stripe cannot be read it stops: the rest waits for the next round.
    """
    if not stripe_api.is_set_up():
        return 0
    now = at or timezone.now()
    waiting = Order.objects.unfinished().not_read_since(now - LOOK_AGAIN).select_related("offer")[:limit]
    return len(_read_again(list(waiting), now))


def reconcile(*, since: timedelta = LATE, order: Order | None = None, at: datetime | None = None) -> list[str]:
    """Compare with Stripe and repair: one line per difference. A second run finds none.

    All unfinished orders, all paid ones since, and sessions that Stripe made for us and whose answer we lost.
    """
    now = at or timezone.now()
    if order is not None:
        return _read_again([order], now)
    found = _adopt_lost_sessions(now)
    paid = Order.objects.filter(state__in=[state for state in State if state.was_paid], paid_at__gte=now - since)
    orders = [*Order.objects.unfinished().select_related("offer"), *paid.select_related("offer")]
    return found + _read_again(orders, now)


def _read_again(orders: list[Order], now: datetime) -> list[str]:
    found = []
    for order in orders:
        before = _standing(order)
        try:
            sync_order(order=order, at=now)
        except stripe_api.StripeDownError:
            logger.warning("Stripe cannot be read; %s and later orders wait for the next round", order.number)
            break
        except stripe_api.StripeRefusedError as refusal:
            logger.error("order %s cannot be read: %s", order.number, refusal)
            Order.objects.filter(pk=order.pk).update(read_at=now)  # the others come first next time
            continue
        after = _standing(order)
        if before != after:
            found.append(f"Order {order.number}: {before} -> {after}")
    return found


def _standing(order: Order) -> str:
    """What a reading may change, in words."""
    fresh = Order.objects.get(pk=order.pk)
    given = fresh.items.exclude(enrollment=None).count()
    return f"{fresh.state}, {given} enrolled" + (
        f", to be reviewed ({fresh.review_reason})" if fresh.needs_review else ""
    )


def _adopt_lost_sessions(now: datetime) -> list[str]:
    """A session whose creation was answered into the void belongs to the attempt that asked for it."""
    found = []
    for session in stripe_api.sessions_since(now - SESSION_LIFE):
        if CheckoutAttempt.objects.filter(session_id=session["id"]).exists():
            continue
        order = _adopt(session)
        if order is not None:
            found.append(f"Session {session['id']} had no attempt; it belongs to order {order.number}.")
            found += _read_again([order], now)
    return found


def _adopt(session: Raw) -> Order | None:
    order = order_named(session.get("client_reference_id") or "")
    number = str((session.get("metadata") or {}).get("attempt", ""))
    if order is None or not number.isdigit():
        return None
    adopted = CheckoutAttempt.objects.filter(order=order, n=int(number), session_id=None).update(
        session_id=session["id"],
        url=session.get("url") or "",
        state=CheckoutAttempt.State.OPEN,  # until it is read, a moment from now
        expires_at=moment(session["expires_at"]),
    )
    return order if adopted else None
