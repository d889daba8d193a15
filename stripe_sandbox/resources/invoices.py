"""Invoices of one-time payments: made when `invoice_creation` is on and the money is there."""

from stripe_sandbox.call import Call, Route
from stripe_sandbox.fields import EXPAND, LIST, Choice, Hash, Text
from stripe_sandbox.listing import list_object, page
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json, new_id


def make_invoice(sandbox: Sandbox, session: Json, private: Json) -> Json:
    """A paid invoice with the session's lines; its page and a plain PDF are served by the sandbox."""
    now, identifier = sandbox.clock.now(), new_id("invoice")
    total, data = session["amount_total"], session["invoice_creation"]["invoice_data"]
    number = f"SANDBOX-{len(sandbox.store.select('invoice')) + 1:04d}"
    zero: Json = dict.fromkeys(
        (
            "amount_overpaid",
            "amount_remaining",
            "amount_shipping",
            "post_payment_credit_notes_amount",
            "pre_payment_credit_notes_amount",
            "starting_balance",
        ),
        0,
    )
    return sandbox.store.add(
        {
            "id": identifier,
            "object": "invoice",
            "account_country": "US",
            "account_name": "Stripe sandbox",
            **zero,
            "amount_due": total,
            "amount_paid": total,
            "attempt_count": 1,
            "attempted": True,
            "auto_advance": False,
            "automatic_tax": session["automatic_tax"],
            "billing_reason": "manual",
            "collection_method": "charge_automatically",
            "created": now,
            "currency": session["currency"],
            "custom_fields": None,
            "customer": session["customer"],
            "customer_email": private["email"],
            "customer_name": None,
            "description": data["description"],
            "discounts": [private["discount"]["id"]] if "discount" in private else [],
            "due_date": None,
            "effective_at": now,
            "ending_balance": 0,
            "footer": data["footer"],
            "hosted_invoice_url": f"{private['origin']}/i/{identifier}",
            "invoice_pdf": f"{private['origin']}/i/{identifier}/pdf",
            "issuer": {"type": "self"},
            "lines": _lines(identifier, private["lines"], now),
            "livemode": False,
            "metadata": data["metadata"],
            "number": number,
            "on_behalf_of": None,
            "parent": None,
            "period_end": now,
            "period_start": now,
            "receipt_number": None,
            "status": "paid",
            "status_transitions": {
                "finalized_at": now,
                "marked_uncollectible_at": None,
                "paid_at": now,
                "voided_at": None,
            },
            "subtotal": session["amount_subtotal"],
            "subtotal_excluding_tax": session["amount_subtotal"],
            "total": total,
            "total_discount_amounts": [],
            "total_excluding_tax": total,
            "total_taxes": [],
        }
    )


def _lines(invoice: str, lines: list[Json], now: int) -> Json:
    data = [
        {
            "id": new_id("line_item"),
            "object": "line_item",
            "amount": line["amount_subtotal"],
            "currency": line["currency"],
            "description": line["description"],
            "discount_amounts": [],
            "discountable": True,
            "discounts": [],
            "invoice": invoice,
            "livemode": False,
            "metadata": {},
            "parent": None,
            "period": {"end": now, "start": now},
            "pricing": {
                "price_details": {"price": line["price"]["id"], "product": line["price"]["product"]},
                "type": "price_details",
                "unit_amount_decimal": line["price"]["unit_amount_decimal"],
            },
            "quantity": line["quantity"],
            "subtotal": line["amount_subtotal"],
            "taxes": [],
        }
        for line in lines
    ]
    return list_object(f"/v1/invoices/{invoice}/lines", data)


def retrieve(sandbox: Sandbox, call: Call) -> Json:
    return sandbox.get("invoice", call.subject, "invoice")


def list_all(sandbox: Sandbox, call: Call) -> Json:
    return page(sandbox.store, "invoice", call.params, url=call.path, filters=("customer", "status"))


ROUTES = (
    Route(
        "GET",
        "/v1/invoices",
        Hash(
            {**LIST, "customer": Text(), "status": Choice(("draft", "open", "paid", "uncollectible", "void"))},
        ),
        list_all,
    ),
    Route("GET", "/v1/invoices/{id}", Hash(EXPAND), retrieve),
)
