"""Invoice payments: which PaymentIntent pays which invoice (API version 2025-03-31.basil took it off the invoice)."""

from stripe_sandbox.call import Call, Route
from stripe_sandbox.errors import missing_parameter
from stripe_sandbox.fields import EXPAND, LIST, Choice, Hash, Text
from stripe_sandbox.listing import list_object, page
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json, new_id

OF_INVOICE = "json_extract(body, '$.invoice') = ?"
OF_INTENT = "json_extract(body, '$.payment.payment_intent') = ?"


def make_invoice_payment(sandbox: Sandbox, invoice: Json, intent: Json) -> Json:
    return sandbox.store.add(
        {
            "id": new_id("invoice_payment"),
            "object": "invoice_payment",
            "amount_paid": None,
            "amount_requested": invoice["amount_due"],
            "created": sandbox.clock.now(),
            "currency": invoice["currency"],
            "invoice": invoice["id"],
            "is_default": True,
            "livemode": False,
            "payment": {"payment_intent": intent["id"], "type": "payment_intent"},
            "status": "open",
            "status_transitions": {"canceled_at": None, "paid_at": None},
        }
    )


def close_invoice_payment(sandbox: Sandbox, invoice: Json, *, paid: bool) -> None:
    """Paid or canceled with its invoice; an invoice of nothing has none."""
    for payment in sandbox.store.select("invoice_payment", ((OF_INVOICE, invoice["id"]),)):
        payment["status"] = "paid" if paid else "canceled"
        payment["amount_paid"] = payment["amount_requested"] if paid else None
        payment["status_transitions"]["paid_at" if paid else "canceled_at"] = sandbox.clock.now()
        sandbox.store.save(payment)
        if paid:
            sandbox.outbox.emit("invoice_payment.paid", payment)


def payments_of(sandbox: Sandbox, invoice: Json) -> Json:
    """`invoice.payments`, which is there only when expanded."""
    found = sandbox.store.select("invoice_payment", ((OF_INVOICE, invoice["id"]),))
    return list_object(f"/v1/invoice_payments?invoice={invoice['id']}", found[:10], has_more=len(found) > 10)


def list_all(sandbox: Sandbox, call: Call) -> Json:
    params = call.params
    conditions: tuple[tuple[str, str], ...] = ()
    if "payment" in params:
        if "payment_intent" not in params["payment"]:
            raise missing_parameter("payment[payment_intent]")
        conditions = ((OF_INTENT, params["payment"]["payment_intent"]),)
    filters = ("invoice", "status")
    return page(sandbox.store, "invoice_payment", params, url=call.path, filters=filters, conditions=conditions)


def retrieve(sandbox: Sandbox, call: Call) -> Json:
    return sandbox.get("invoice_payment", call.subject, "invoice_payment")


PAYMENT = Hash({"payment_intent": Text(), "type": Choice(("payment_intent",))}, required=("type",))
ROUTES = (
    Route(
        "GET",
        "/v1/invoice_payments",
        Hash({**LIST, "invoice": Text(), "payment": PAYMENT, "status": Choice(("canceled", "open", "paid"))}),
        list_all,
    ),
    Route("GET", "/v1/invoice_payments/{id}", Hash(EXPAND), retrieve),
)
