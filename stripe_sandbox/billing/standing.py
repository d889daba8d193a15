"""How a subscription stands: its status, the next moment something happens to it, its end."""

from typing import Any

from stripe_sandbox.billing.periods import DAY, boundary
from stripe_sandbox.errors import refused_by_state
from stripe_sandbox.resources.invoices import OF_SUBSCRIPTION
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json

UPCOMING = 7 * DAY
ENDED = ("canceled", "incomplete_expired")


def recurring_of(subscription: Json) -> Json:
    """The interval: all items of a subscription share one."""
    recurring: Json = subscription["items"]["data"][0]["price"]["recurring"]
    return recurring


def period_end(subscription: Json) -> int:
    return int(subscription["items"]["data"][0]["current_period_end"])


def next_moment(subscription: Json, private: Json) -> int | None:
    """When time brings something: the notice of the next invoice, the next period, the end."""
    if subscription["status"] in ENDED:
        return None
    end, cancel_at = period_end(subscription), subscription["cancel_at"]
    if cancel_at is not None and cancel_at <= end:
        return int(cancel_at)
    begun = subscription["items"]["data"][0]["current_period_start"]
    return end if private.get("told") == private["n"] else max(end - UPCOMING, begun)


def keep(sandbox: Sandbox, subscription: Json, private: Json | None = None) -> Json:
    """Save a subscription with the next moment at which time reaches it."""
    private = sandbox.store.private(subscription["id"]) if private is None else private
    private["due_at"] = next_moment(subscription, private)
    return sandbox.store.save(subscription, private)


def change(sandbox: Sandbox, subscription: Json, **fields: Any) -> None:
    """Set fields and tell of it; nothing is told when nothing changes."""
    before = {name: subscription[name] for name, value in fields.items() if subscription[name] != value}
    if not before:
        return
    subscription.update(fields)
    keep(sandbox, subscription)
    sandbox.outbox.emit("customer.subscription.updated", subscription, before=before)


def is_boundary(subscription: Json, moment: int) -> bool:
    """Whether a period begins at this moment, so that an end there needs no proration."""
    n, anchor = 1, subscription["billing_cycle_anchor"]
    while boundary(anchor, recurring_of(subscription), n) < moment:
        n += 1
    return boundary(anchor, recurring_of(subscription), n) == moment


def cancel(sandbox: Sandbox, subscription_id: str) -> None:
    """End it as the school would in Stripe's dashboard."""
    with sandbox.store.transaction():
        subscription = sandbox.store.load("subscription", subscription_id)
        if subscription["status"] in ENDED:
            raise refused_by_state(f"This subscription is {subscription['status']}.")
        end(sandbox, subscription, "cancellation_requested")


def end(sandbox: Sandbox, subscription: Json, reason: str, **details: str) -> Json:
    """Cancel now: no more invoices, and open ones are no longer charged by themselves (they can still be paid)."""
    now = sandbox.clock.now()
    said = {**subscription["cancellation_details"], **details}
    if said["reason"] is None:
        said["reason"] = reason
    subscription.update(
        status="canceled",
        canceled_at=subscription["canceled_at"] or now,
        cancellation_details=said,
        ended_at=now,
    )
    keep(sandbox, subscription)
    conditions = ((OF_SUBSCRIPTION, subscription["id"]), ("json_extract(body, '$.status') = ?", "open"))
    for invoice in sandbox.store.select("invoice", conditions, oldest_first=True):
        before = {"auto_advance": invoice["auto_advance"], "next_payment_attempt": invoice["next_payment_attempt"]}
        invoice.update(auto_advance=False, next_payment_attempt=None)
        sandbox.store.save(invoice)
        if any(before.values()):
            sandbox.outbox.emit("invoice.updated", invoice, before=before)
    sandbox.outbox.emit("customer.subscription.deleted", subscription)
    return subscription
