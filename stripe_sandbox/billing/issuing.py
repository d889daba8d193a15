"""One period's invoice: its lines at the present price, discount and tax, with the PaymentIntent that shall pay it."""

from stripe_sandbox.billing.standing import keep
from stripe_sandbox.resources.invoice_payments import make_invoice_payment
from stripe_sandbox.resources.invoices import draft, finalize
from stripe_sandbox.resources.payments import make_payment_intent
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json, new_id

LATER = {"description": "Subscription update", "setup_future_usage": "off_session"}


def issue(
    sandbox: Sandbox,
    subscription: Json,
    order: Json,
    private: Json,
    *,
    reason: str,
    since: int,
    intent: Json | None = None,
    final: bool = True,
) -> Json:
    """Make the invoice of the current period. `order` and `private` hold lines and amounts as a session does."""
    now = sandbox.clock.now()
    details = {"metadata": subscription["metadata"], "subscription": subscription["id"]}
    invoice = draft(
        sandbox,
        order,
        private,
        {
            "amount_due": order["amount_total"],
            "billing_reason": reason,
            "description": None,
            "footer": None,
            "items": _items(subscription),
            "metadata": {},
            "parent": {
                "quote_details": None,
                "subscription_details": {**details, "subscription_proration_date": None},
                "type": "subscription_details",
            },
            "period_end": now,
            "period_start": since,
        },
    )
    sandbox.outbox.emit("invoice.created", invoice)
    if final:
        finalize(sandbox, invoice, private["origin"])
        invoice["auto_advance"] = True
        sandbox.store.save(invoice, {"payment_intent": _intent(sandbox, invoice, order, intent)})
        sandbox.outbox.emit("invoice.finalized", invoice)
        subscription["latest_invoice"] = invoice["id"]
        keep(sandbox, subscription)
    return invoice


def _intent(sandbox: Sandbox, invoice: Json, order: Json, intent: Json | None) -> str | None:
    if not invoice["amount_due"]:
        return None
    if intent is None:
        intent = make_payment_intent(sandbox, order, LATER)
        intent["payment_method"] = new_id("payment_method")
        sandbox.store.save(intent)
    make_invoice_payment(sandbox, invoice, intent)
    return str(intent["id"])


def _items(subscription: Json) -> Json:
    """What the lines say of the subscription, in the order of its items: each its parent, all the same period."""
    items = subscription["items"]["data"]
    parents = [
        {
            "invoice_item_details": None,
            "subscription_item_details": {
                "invoice_item": None,
                "proration": False,
                "proration_details": {"credited_items": None},
                "subscription": subscription["id"],
                "subscription_item": item["id"],
            },
            "type": "subscription_item_details",
        }
        for item in items
    ]
    period = {"start": items[0]["current_period_start"], "end": items[0]["current_period_end"]}
    return {"parents": parents, "period": period}
