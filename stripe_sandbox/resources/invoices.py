"""Invoices: of a one-time payment once the money is there, of a subscription before it is asked for."""

from stripe_sandbox.call import Call, Route
from stripe_sandbox.checkout.tax import total_taxes
from stripe_sandbox.fields import EXPAND, LIST, Choice, Hash, Text
from stripe_sandbox.listing import list_object, page
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json, new_id

ZERO = (
    "amount_overpaid",
    "amount_paid",
    "amount_shipping",
    "ending_balance",
    "post_payment_credit_notes_amount",
    "pre_payment_credit_notes_amount",
    "starting_balance",
)
OF_SUBSCRIPTION = "json_extract(body, '$.parent.subscription_details.subscription') = ?"


def make_invoice(sandbox: Sandbox, session: Json, private: Json) -> Json:
    """The paid invoice of a one-time session, with the session's lines."""
    data, now = session["invoice_creation"]["invoice_data"], sandbox.clock.now()
    invoice = draft(
        sandbox,
        session,
        private,
        {
            "amount_due": session["amount_total"],
            "billing_reason": "manual",
            "description": data["description"],
            "footer": data["footer"],
            "metadata": data["metadata"],
            "parent": None,
            "period_end": now,
            "period_start": now,
        },
    )
    finalize(sandbox, invoice, private["origin"])
    invoice.update(attempt_count=1, attempted=True)
    return sandbox.store.save(set_paid(sandbox, invoice))


def draft(sandbox: Sandbox, order: Json, private: Json, own: Json) -> Json:
    """A draft with the lines and amounts of an order (a session, or one period of a subscription).

    `own` is what its kind of invoice says itself: reason, parent, period, description.
    """
    now, identifier = sandbox.clock.now(), new_id("invoice")
    discount, off = private.get("discount"), order["total_details"]["amount_discount"]
    taxes = total_taxes(private.get("taxes", []))
    included = sum(tax["amount"] for tax in taxes if tax["tax_behavior"] == "inclusive")
    return sandbox.store.add(
        {
            "id": identifier,
            "object": "invoice",
            "account_country": "US",
            "account_name": "Stripe sandbox",
            "application": None,
            **dict.fromkeys(ZERO, 0),
            "amount_remaining": order["amount_total"],
            "attempt_count": 0,
            "attempted": False,
            "auto_advance": False,
            "automatic_tax": {**order["automatic_tax"], "disabled_reason": None},
            "collection_method": "charge_automatically",
            "created": now,
            "currency": order["currency"],
            "custom_fields": None,
            "customer": order["customer"],
            "customer_address": private.get("address"),
            "customer_email": private["email"],
            "customer_name": private.get("name") or None,
            "customer_tax_exempt": "none",
            "default_payment_method": None,
            "default_source": None,
            "default_tax_rates": [],
            "discounts": [discount["id"]] if discount else [],
            "due_date": None,
            "effective_at": None,
            "hosted_invoice_url": None,
            "invoice_pdf": None,
            "issuer": {"type": "self"},
            "latest_revision": None,
            "lines": _lines(identifier, private, own),
            "livemode": False,
            "next_payment_attempt": None,
            "number": None,
            "on_behalf_of": None,
            "payment_settings": {
                "default_mandate": None,
                "payment_method_options": None,
                "payment_method_types": None,
            },
            "receipt_number": None,
            "status": "draft",
            "status_transitions": {
                "finalized_at": None,
                "marked_uncollectible_at": None,
                "paid_at": None,
                "voided_at": None,
            },
            "subtotal": order["amount_subtotal"],
            "subtotal_excluding_tax": order["amount_subtotal"] - included,
            "test_clock": None,
            "total": order["amount_total"],
            "total_discount_amounts": [{"amount": off, "discount": discount["id"]}] if discount else [],
            "total_excluding_tax": order["amount_total"] - order["total_details"]["amount_tax"],
            "total_taxes": taxes,
            **{key: value for key, value in own.items() if key != "items"},
        }
    )


def _lines(invoice: str, private: Json, own: Json) -> Json:
    lines, discount = private["lines"], private.get("discount")
    taxes = private.get("taxes") or [[] for _ in lines]
    items = own.get("items", {})
    period = items.get("period", {"start": own["period_start"], "end": own["period_end"]})
    parents = items.get("parents", [None] * len(lines))
    data = [
        {
            "id": new_id("line_item"),
            "object": "line_item",
            "amount": line["amount_subtotal"],
            "currency": line["currency"],
            "description": line["description"],
            "discount_amounts": [{"amount": line["amount_discount"], "discount": discount["id"]}] if discount else [],
            "discountable": True,
            "discounts": [discount["id"]] if discount else [],
            "invoice": invoice,
            "livemode": False,
            "metadata": {},
            "parent": parent,
            "period": period,
            "pricing": {
                "price_details": {"price": line["price"]["id"], "product": line["price"]["product"]},
                "type": "price_details",
                "unit_amount_decimal": line["price"]["unit_amount_decimal"],
            },
            "quantity": line["quantity"],
            "subscription": ((parent or {}).get("subscription_item_details") or {}).get("subscription"),
            "subtotal": line["amount_subtotal"],
            "taxes": taxed,
        }
        for line, parent, taxed in zip(lines, parents, taxes, strict=True)
    ]
    return list_object(f"/v1/invoices/{invoice}/lines", data)


def finalize(sandbox: Sandbox, invoice: Json, origin: str) -> Json:
    """From here on it has a number, a page where it can be paid, and does not change."""
    now = sandbox.clock.now()
    rows = sandbox.store.execute(
        "SELECT count(*) AS n FROM objects WHERE kind = 'invoice' AND json_extract(body, '$.number') IS NOT NULL"
    )
    invoice.update(
        effective_at=now,
        hosted_invoice_url=f"{origin}/i/{invoice['id']}",
        invoice_pdf=f"{origin}/i/{invoice['id']}/pdf",
        number=f"SANDBOX-{rows[0]['n'] + 1:04d}",
        status="open",
    )
    invoice["status_transitions"]["finalized_at"] = now
    return sandbox.store.save(invoice)


def set_paid(sandbox: Sandbox, invoice: Json) -> Json:
    """The invoice's own fields once its amount has come."""
    invoice.update(
        status="paid",
        amount_paid=invoice["amount_due"],
        amount_remaining=0,
        auto_advance=False,
        next_payment_attempt=None,
    )
    invoice["status_transitions"]["paid_at"] = sandbox.clock.now()
    return invoice


def subscription_of(invoice: Json) -> str:
    """The id of the subscription that an invoice is for; empty for a one-time payment."""
    details = (invoice["parent"] or {}).get("subscription_details") or {}
    return str(details.get("subscription", ""))


def retrieve(sandbox: Sandbox, call: Call) -> Json:
    return sandbox.get("invoice", call.subject, "invoice")


def list_all(sandbox: Sandbox, call: Call) -> Json:
    params = call.params
    conditions = ((OF_SUBSCRIPTION, params["subscription"]),) if "subscription" in params else ()
    filters = ("customer", "status")
    return page(sandbox.store, "invoice", params, url=call.path, filters=filters, conditions=conditions)


STATUSES = ("draft", "open", "paid", "uncollectible", "void")
ROUTES = (
    Route(
        "GET",
        "/v1/invoices",
        Hash({**LIST, "customer": Text(), "status": Choice(STATUSES), "subscription": Text()}),
        list_all,
    ),
    Route("GET", "/v1/invoices/{id}", Hash(EXPAND), retrieve),
)
