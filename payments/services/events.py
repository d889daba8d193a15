"""Webhooks: each is written into the diary and makes us read its order at Stripe. What it says is not believed."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from payments.models import CheckoutAttempt, Order, PaymentFact, StripeEvent
from payments.rules.reading import Raw
from payments.services import stripe_api
from payments.services.sync import sync_order

logger = logging.getLogger(__name__)
Locator = Callable[[Raw], Order | None]


def receive_event(*, payload: bytes, signature: str, at: datetime | None = None) -> StripeEvent:
    """Take one webhook. Raises BadSignatureError (nothing is stored), StripeDownError, or whatever the database raises.

    A known event is handled like a new one: a row in the diary does not show that its order was ever read.
    """
    signed = stripe_api.signed_event(payload, signature)
    raw = signed.raw
    if not _is_event(raw):
        raise stripe_api.BadSignatureError
    event = _write_diary(signed, at or timezone.now())
    try:
        order = order_of(raw)
        if order is not None:
            sync_order(order=order, at=at)
    except Exception as error:
        _note(event, StripeEvent.Outcome.FAILED, error=type(error).__name__)
        raise
    _note(event, StripeEvent.Outcome.SYNCED if order else StripeEvent.Outcome.IGNORED, order=order)
    return event


def _is_event(raw: Raw) -> bool:
    """What carries our signature and is no event (a hand-made request with the secret) is refused like a bad one."""
    data = raw.get("data")
    named = all(isinstance(raw.get(name), str) for name in ("id", "type"))
    return (
        named
        and isinstance(raw.get("created"), int)
        and isinstance(data, dict)
        and isinstance(data.get("object"), dict)
    )


def _write_diary(signed: stripe_api.SignedEvent, now: datetime) -> StripeEvent:
    raw = signed.raw
    subject = raw["data"]["object"]
    StripeEvent.objects.get_or_create(
        id=raw["id"],
        defaults={
            "type": raw["type"],
            "api_version": raw.get("api_version") or "",
            "created": datetime.fromtimestamp(raw["created"], UTC),
            "livemode": raw["livemode"],
            "object_id": subject.get("id") or "",
            "first_seen_at": now,
        },
    )
    StripeEvent.objects.filter(pk=raw["id"]).update(
        count=F("count") + 1, last_seen_at=now, signed_at=signed.signed_at, secret_number=signed.secret_number
    )
    return StripeEvent.objects.get(pk=raw["id"])


def _note(event: StripeEvent, outcome: str, *, order: Order | None = None, error: str = "") -> None:
    StripeEvent.objects.filter(pk=event.pk).update(outcome=outcome, order=order or event.order, error=error[:250])
    event.outcome = outcome
    if outcome != StripeEvent.Outcome.SYNCED:
        logger.info("event %s (%s): %s %s", event.pk, event.type, outcome, error)


def order_of(raw: Raw) -> Order | None:
    """The order that an event is about; None for kinds we do not act on, and for what is not ours."""
    locate = LOCATORS.get(raw["type"])
    if locate is None or raw["livemode"] != stripe_api.live_mode():
        return None
    return locate(raw["data"]["object"])


def by_session(subject: Raw) -> Order | None:
    """A session that we asked for."""
    attempt = CheckoutAttempt.objects.filter(session_id=subject["id"]).select_related("order__offer").first()
    return attempt.order if attempt else None


def by_payment(subject: Raw) -> Order | None:
    """A charge, refund or dispute: through the payment that it belongs to."""
    payment = subject.get("payment_intent")
    if not isinstance(payment, str):
        return None
    fact = PaymentFact.objects.filter(stripe_id=payment).select_related("order__offer").first()
    return fact.order if fact else order_named(stripe_api.order_of_payment(payment))


def by_subscription(subject: Raw) -> Order | None:
    """An invoice or a subscription of monthly payments; before its first reading, by the metadata that we gave it."""
    details = (subject.get("parent") or {}).get("subscription_details") or {}
    subscription = subject["id"] if subject["object"] == "subscription" else details.get("subscription")
    if not isinstance(subscription, str):
        return None
    fact = PaymentFact.objects.filter(stripe_id=subscription).select_related("order__offer").first()
    named = subject.get("metadata") if subject["object"] == "subscription" else details.get("metadata")
    return fact.order if fact else order_named(str((named or {}).get("order", "")))


def order_named(reference: str) -> Order | None:
    """The order with this uuid, if it is one and if it is ours."""
    try:
        return Order.objects.filter(uuid=UUID(reference)).select_related("offer").first()
    except ValueError:
        return None


LOCATORS: dict[str, Locator] = {
    "checkout.session.completed": by_session,
    "checkout.session.async_payment_succeeded": by_session,
    "checkout.session.async_payment_failed": by_session,
    "checkout.session.expired": by_session,
    "charge.refunded": by_payment,
    "charge.updated": by_payment,
    "refund.created": by_payment,
    "refund.updated": by_payment,
    "refund.failed": by_payment,
    "charge.dispute.created": by_payment,
    "charge.dispute.updated": by_payment,
    "charge.dispute.closed": by_payment,
    "charge.dispute.funds_withdrawn": by_payment,
    "charge.dispute.funds_reinstated": by_payment,
    "invoice.paid": by_subscription,
    "invoice.payment_failed": by_subscription,
    "invoice.voided": by_subscription,
    "invoice.marked_uncollectible": by_subscription,
    "customer.subscription.updated": by_subscription,
    "customer.subscription.deleted": by_subscription,
}
"""One line per kind of event that moves an order: how to find it. `sync_order` does the rest.

Twenty at most: Stripe lists undelivered events of so many kinds at a time.
"""
