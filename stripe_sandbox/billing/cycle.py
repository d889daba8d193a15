"""What time brings to subscriptions: notices, the next period, retries, the end, each at its own moment."""

from stripe_sandbox.billing import collection
from stripe_sandbox.billing.issuing import issue
from stripe_sandbox.billing.periods import boundary
from stripe_sandbox.billing.standing import ENDED, end, keep, period_end, recurring_of
from stripe_sandbox.checkout.pricing import later_order
from stripe_sandbox.errors import refused_by_state
from stripe_sandbox.resources.invoices import OF_SUBSCRIPTION
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json

DUE = """SELECT id, kind, at FROM (
    SELECT id, kind, json_extract(private, '$.due_at') AS at FROM objects WHERE kind = 'subscription'
    UNION ALL
    SELECT id, kind, json_extract(body, '$.next_payment_attempt') AS at FROM objects WHERE kind = 'invoice')
    WHERE at <= ? ORDER BY at, kind LIMIT 1"""


def bill_due(sandbox: Sandbox) -> None:
    """Catch up, oldest first; what a skipped month brings is dated as if it had passed."""
    while sandbox.store.execute(DUE, (sandbox.clock.now(),)):
        with sandbox.store.transaction():
            rows = sandbox.store.execute(DUE, (sandbox.clock.now(),))
            if rows:
                with sandbox.clock.as_of(int(rows[0]["at"])):
                    _happen(sandbox, rows[0]["kind"], rows[0]["id"])


def _happen(sandbox: Sandbox, kind: str, identifier: str) -> None:
    if kind == "invoice":
        collection.charge(sandbox, sandbox.store.load("invoice", identifier))
        return
    subscription = sandbox.store.load("subscription", identifier)
    private = sandbox.store.private(identifier)
    if private["due_at"] < min(period_end(subscription), subscription["cancel_at"] or period_end(subscription)):
        _tell_upcoming(sandbox, subscription, private)
    else:
        _turn(sandbox, subscription, ok=True)


def next_payment(sandbox: Sandbox, subscription_id: str, *, ok: bool = True) -> str:
    """Do now what comes next: the retry of a failed invoice, else the next period's invoice, else the end.

    Answers the invoice's id, empty at the end. The clock stays where it is; the next period counts as begun.
    """
    with sandbox.store.transaction():
        subscription = sandbox.store.load("subscription", subscription_id)
        if subscription["status"] in ENDED:
            raise refused_by_state(f"This subscription is {subscription['status']}.")
        waiting = sandbox.store.select(
            "invoice",
            (
                (OF_SUBSCRIPTION, subscription_id),
                ("json_extract(body, '$.next_payment_attempt') > ?", 0),
            ),
            oldest_first=True,
        )
        if waiting:
            collection.charge(sandbox, waiting[0], ok=ok)
            return str(waiting[0]["id"])
        latest = sandbox.store.load("invoice", subscription["latest_invoice"])
        with sandbox.clock.as_of(max(sandbox.clock.now(), latest["created"] + 1)):  # two invoices never share a second
            return _turn(sandbox, subscription, ok=ok)


def _turn(sandbox: Sandbox, subscription: Json, *, ok: bool) -> str:
    """The period is over: the subscription ends, or the next period begins with its invoice."""
    cancel_at = subscription["cancel_at"]
    if cancel_at is not None and cancel_at <= period_end(subscription):
        end(sandbox, subscription, "cancellation_requested")
        return ""
    private = sandbox.store.private(subscription["id"])
    private["n"] += 1
    items, latest = subscription["items"]["data"], subscription["latest_invoice"]
    since = items[0]["current_period_start"]
    for item in items:
        item["current_period_start"] = item["current_period_end"]
        item["current_period_end"] = boundary(
            subscription["billing_cycle_anchor"], recurring_of(subscription), private["n"] + 1
        )
    keep(sandbox, subscription, private)
    order = later_order(sandbox, subscription, private)
    given_up = subscription["status"] == "unpaid"
    invoice = issue(sandbox, subscription, order, private, reason="subscription_cycle", since=since, final=not given_up)
    sandbox.outbox.emit("customer.subscription.updated", subscription, before={"latest_invoice": latest})
    if not given_up:
        collection.charge(sandbox, invoice, ok=ok)
    return str(invoice["id"])


def _tell_upcoming(sandbox: Sandbox, subscription: Json, private: Json) -> None:
    """A week before: the invoice as it will be, which is not kept."""
    private["told"] = private["n"]
    keep(sandbox, subscription, private)
    order = later_order(sandbox, subscription, private)
    sandbox.outbox.emit(
        "invoice.upcoming",
        {
            "id": f"upcoming_{subscription['id'].replace('sub', 'in')}",
            "object": "invoice",
            "amount_due": order["amount_total"],
            "amount_remaining": order["amount_total"],
            "billing_reason": "upcoming",
            "currency": order["currency"],
            "customer": order["customer"],
            "customer_email": private["email"],
            "next_payment_attempt": period_end(subscription),
            "parent": {
                "quote_details": None,
                "subscription_details": {
                    "metadata": subscription["metadata"],
                    "subscription": subscription["id"],
                    "subscription_proration_date": None,
                },
                "type": "subscription_details",
            },
            "subtotal": order["amount_subtotal"],
            "total": order["amount_total"],
        },
    )
