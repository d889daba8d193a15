"""`sync_order`: read what Stripe says now, write it down, and let access follow.

Webhook, landing page, reconciliation and refunds all call it; it may run any number of times, at once, in any order.
"""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from payments.models import CheckoutAttempt, Offer, Order, PaymentFact
from payments.rules.derive import derive, is_stale, objections
from payments.rules.facts import Fact, Sale
from payments.rules.reading import Raw, fact_of, gone, ledger_of, moment, parts
from payments.rules.states import State
from payments.services import stripe_api
from payments.services.effects import apply_access
from payments.services.given_back import plan_of
from payments.services.instalments import end_in_time, keep_instalments
from payments.services.mails import write_mails

logger = logging.getLogger(__name__)


def sync_order(*, order: Order, at: datetime | None = None) -> Order:
    """Make the order what Stripe says it is; answers the fresh row. Raises StripeDownError when Stripe cannot be read.

    The network is read before the transaction, so that no lock waits for it. The ticket decides which of several
    readings is the newest (see `rules.derive.is_stale`).
    """
    ticket = draw_ticket(order=order)
    observed: list[Raw] = []
    for attempt in _attempts_to_read(order):
        for raw in _read(attempt):
            observed += parts(raw)
    written = write_down(order=order, ticket=ticket, observed=observed, at=at)
    end_in_time(order=written)
    return written


def draw_ticket(*, order: Order) -> int:
    """A number higher than that of every reading begun before."""
    Order.objects.filter(pk=order.pk).update(readings_begun=F("readings_begun") + 1)
    return Order.objects.values_list("readings_begun", flat=True).get(pk=order.pk)


def _attempts_to_read(order: Order) -> list[CheckoutAttempt]:
    """Every session that was not seen to expire: an expired one can no longer be paid."""
    with_session = CheckoutAttempt.objects.filter(order=order).exclude(session_id=None)
    return list(with_session.exclude(state=CheckoutAttempt.State.EXPIRED))


def _read(attempt: CheckoutAttempt) -> list[Raw]:
    session_id = attempt.session_id or ""
    try:
        return stripe_api.read_session(session_id)
    except stripe_api.StripeRefusedError as refusal:
        if refusal.code != "resource_missing" or attempt.state == CheckoutAttempt.State.COMPLETE:
            raise
        return [gone(session_id)]


@transaction.atomic
def write_down(*, order: Order, ticket: int, observed: list[Raw], at: datetime | None = None) -> Order:
    """Apply one reading, unless a newer one was applied already."""
    now = at or timezone.now()
    if order.offer.seats is not None:
        Offer.objects.select_for_update(of=("self",)).get(pk=order.offer_id)
    order = Order.objects.select_for_update(of=("self",)).select_related("user", "offer").get(pk=order.pk)
    if is_stale(reading=ticket, applied=order.reading_applied):
        return order
    for raw in observed:
        _keep_fact(order, raw, now)
        _keep_attempt(order, raw)
    facts = _facts(order)
    plan = plan_of(order)
    derived = derive(facts, now, plan)
    against = objections(facts, Sale(str(order.uuid), order.currency, order.subtotal // plan.payments))
    reasons = apply_access(order=order, state=derived.state, objections=against, at=now)
    _keep_order(order, derived.state, "\n".join([*reasons, *filter(None, [derived.reason])]), ticket, now)
    keep_instalments(order=order, facts=facts, at=now)
    write_mails(order=order)
    return order


def _keep_fact(order: Order, raw: Raw, now: datetime) -> None:
    shown = ledger_of(raw)
    PaymentFact.objects.update_or_create(
        stripe_id=raw["id"],
        order=order,
        defaults={"kind": fact_of(raw).kind, "raw": raw, "observed_at": now, **vars(shown)},
    )


def _keep_attempt(order: Order, raw: Raw) -> None:
    if raw["object"] != "checkout.session":
        return
    attempts = CheckoutAttempt.objects.filter(order=order, session_id=raw["id"])
    attempts.update(state=raw["status"], url=raw.get("url") or "")
    ends = moment(raw.get("expires_at"))
    if ends:
        attempts.update(expires_at=ends)
        order.livemode = bool(raw["livemode"])


def _facts(order: Order) -> list[Fact]:
    """Everything known of the order: what Stripe said, and our attempts that have no session (yet)."""
    attempts = CheckoutAttempt.objects.filter(order=order, session_id=None)
    return [
        *(fact_of(raw) for raw in PaymentFact.objects.filter(order=order).values_list("raw", flat=True)),
        *(
            Fact(kind="attempt", id=one.idempotency_key, status=one.state, expires_at=one.expires_at)
            for one in attempts
        ),
    ]


def _keep_order(order: Order, state: State, reason: str, ticket: int, now: datetime) -> None:
    before = order.state
    order.state, order.review_reason = state.value, reason
    order.reading_applied, order.read_at = ticket, now
    if state.was_paid:
        order.paid_at = order.paid_at or now
    if state == State.REFUNDED:
        order.refunded_at = order.refunded_at or now
    if state.ended_unpaid:
        order.closed_at = order.closed_at or now
    order.save(
        update_fields=[
            "state",
            "review_reason",
            "reading_applied",
            "read_at",
            "livemode",
            "paid_at",
            "refunded_at",
            "closed_at",
        ]
    )
    if before != order.state:
        logger.info("order %s: %s -> %s", order.number, before, order.state)
