"""Without a single webhook: read Stripe for every order that may have moved, and repair what differs."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from payments.models import CheckoutAttempt, Order, ReconcileRun
from payments.rules.reading import Raw, moment
from payments.rules.states import State
from payments.services import stripe_api
from payments.services.events import LOCATORS, order_named, order_of
from payments.services.sync import sync_order

logger = logging.getLogger(__name__)
LOOK_AGAIN = timedelta(minutes=10)
A_DAY = timedelta(hours=23)
LATE = timedelta(days=120)
"""How long refunds and disputes may still come (PAYMENTS.md 2.6)."""
SESSION_LIFE = timedelta(days=2)
Progress = Callable[[int, int], None]
"""Told before each order is read: its place, and of how many."""


def sync_unfinished_orders(*, limit: int = 100, at: datetime | None = None) -> int:
    """Read again every order in new, open or pending that was not read in the last ten minutes; how many moved.

    `sweep` calls it. When Stripe cannot be read it stops: the rest waits for the next round.
    """
    if not stripe_api.is_set_up():
        return 0
    now = at or timezone.now()
    waiting = Order.objects.unfinished().not_read_since(now - LOOK_AGAIN).select_related("offer")[:limit]
    reading = Reading(now)
    try:
        reading.read(waiting)
    except stripe_api.StripeDownError:
        logger.warning("Stripe cannot be read; some orders wait for the next round")
    return len(reading.found)


def reconcile(*, since: timedelta = LATE, order: Order | None = None, at: datetime | None = None) -> list[str]:
    """Compare with Stripe and repair: one line per difference. A second run finds none."""
    return list(run_reconciliation(since=since, order=order, at=at).differences)


def run_reconciliation(
    *,
    since: timedelta = LATE,
    order: Order | None = None,
    at: datetime | None = None,
    progress: Progress | None = None,
) -> ReconcileRun:
    """One comparison, kept with what it found: the row is there before Stripe is asked.

    All unfinished orders, all paid ones since, sessions that Stripe made for us and whose answer we lost, and events
    that no webhook brought. Where Stripe cannot be read, `error` says so and the rest waits for the next run.
    """
    now = at or timezone.now()
    run = ReconcileRun.objects.create(started_at=now, bookmark=_bookmark(), whole=order is None)
    reading = Reading(now, progress)
    try:
        if order is not None:
            reading.read([order])
        else:
            _read_everything(reading, run, now - since)
    except (stripe_api.StripeDownError, stripe_api.StripeRefusedError) as problem:
        reading.refused.append(f"Stripe could not be read ({problem}).")
    finally:
        run.error = " ".join(reading.refused)[:250]
        run.orders_read, run.differences = len(reading.orders), reading.found
        run.ended_at = timezone.now() if at is None else at
        run.save()
    return run


def reconcile_nightly(*, at: datetime | None = None) -> int:
    """Once a day, for `sweep`: refunds and disputes come late, and a webhook may never come. How many differed.

    The row of a run is there before Stripe is asked, so that the next sweep does not begin another.
    """
    now = at or timezone.now()
    lately = ReconcileRun.objects.filter(whole=True, started_at__gt=now - A_DAY)
    if not stripe_api.is_set_up() or lately.exists() or not Order.objects.exists():
        return 0
    return len(run_reconciliation(at=at).differences)


def _read_everything(reading: Reading, run: ReconcileRun, since: datetime) -> None:
    _adopt_lost_sessions(reading)
    monthly = Q(state__in=[State.PAYING, State.OVERDUE])
    lately = Q(state__in=[state for state in State if state.was_paid], paid_at__gte=since)
    paid = Order.objects.filter(monthly | lately)
    reading.read([*Order.objects.unfinished().select_related("offer"), *paid.select_related("offer")])
    for event in stripe_api.undelivered_events(sorted(LOCATORS), after=run.bookmark):
        order = order_of(event)
        if order is not None and order.pk not in reading.orders:
            reading.read([order], because=f"{event['type']} {event['id']} never came. ")
        run.bookmark = event["id"]


def _bookmark() -> str:
    """The newest event up to which all were replayed."""
    marks = ReconcileRun.objects.exclude(bookmark="").values_list("bookmark", flat=True)
    return marks.first() or ""


class Reading:
    """Orders as one comparison reads them: each once, with what had to be repaired."""

    def __init__(self, at: datetime, progress: Progress | None = None) -> None:
        self.at = at
        self.progress = progress
        self.orders: set[int] = set()
        self.found: list[str] = []
        self.refused: list[str] = []

    def read(self, orders: Iterable[Order], *, because: str = "") -> None:
        """Read them at Stripe. Raises StripeDownError at the first that gets no answer."""
        waiting = list(orders)
        for place, order in enumerate(waiting, 1):
            if self.progress:
                self.progress(place, len(waiting))
            self.orders.add(order.pk)
            before = _standing(order)
            try:
                sync_order(order=order, at=self.at)
            except stripe_api.StripeRefusedError as refusal:
                logger.error("order %s cannot be read: %s", order.number, refusal)
                Order.objects.filter(pk=order.pk).update(read_at=self.at)  # the others come first next time
                self.refused.append(f"Order {order.number} could not be read ({refusal}).")
                continue
            after = _standing(order)
            if before != after:
                self.found.append(f"{because}Order {order.number}: {before} -> {after}")


def _standing(order: Order) -> str:
    """What a reading may change, in words."""
    fresh = Order.objects.get(pk=order.pk)
    given = fresh.items.exclude(enrollment=None).count()
    return f"{fresh.state}, {given} enrolled" + (
        f", to be reviewed ({fresh.review_reason})" if fresh.needs_review else ""
    )


def _adopt_lost_sessions(reading: Reading) -> None:
    """A session whose creation was answered into the void belongs to the attempt that asked for it."""
    for session in stripe_api.sessions_since(reading.at - SESSION_LIFE):
        if CheckoutAttempt.objects.filter(session_id=session["id"]).exists():
            continue
        order = _adopt(session)
        if order is not None:
            reading.found.append(f"Session {session['id']} had no attempt; it belongs to order {order.number}.")
            reading.read([order])


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
