"""PaymentIntents and charges: made by Checkout, read through the API."""

from stripe_sandbox.call import Call, Route
from stripe_sandbox.fields import CURRENCY, EXPAND, LIST, Hash, Text
from stripe_sandbox.listing import list_object, page
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json, new_id


def make_payment_intent(sandbox: Sandbox, session: Json, data: Json) -> Json:
    """The PaymentIntent of a session, made when the buyer first confirms; metadata comes from the request.

    `session` may be an invoice of a subscription instead: `amount_total`, currency, customer and ways to pay.
    """
    identifier = new_id("payment_intent")
    return sandbox.store.add(
        {
            "id": identifier,
            "object": "payment_intent",
            "amount": session["amount_total"],
            "amount_capturable": 0,
            "amount_details": {"tip": {}},
            "amount_received": 0,
            "application": None,
            "application_fee_amount": None,
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "always"},
            "canceled_at": None,
            "cancellation_reason": None,
            "capture_method": "automatic_async",
            "client_secret": None,
            "confirmation_method": "automatic",
            "created": sandbox.clock.now(),
            "currency": session["currency"],
            "customer": session["customer"],
            "description": data.get("description"),
            "last_payment_error": None,
            "latest_charge": None,
            "livemode": False,
            "metadata": data.get("metadata", {}),
            "next_action": None,
            "on_behalf_of": None,
            "payment_method": None,
            "payment_method_options": {},
            "payment_method_types": session["payment_method_types"],
            "processing": None,
            "receipt_email": data.get("receipt_email"),
            "review": None,
            "setup_future_usage": data.get("setup_future_usage"),
            "shipping": None,
            "source": None,
            "statement_descriptor": data.get("statement_descriptor"),
            "statement_descriptor_suffix": data.get("statement_descriptor_suffix"),
            "status": "requires_payment_method",
            "transfer_data": None,
            "transfer_group": None,
        }
    )


def make_charge(sandbox: Sandbox, intent: Json, *, status: str, email: str, details: Json) -> Json:
    """One attempt to take money: succeeded, pending (bank debit) or failed. It copies the intent's metadata."""
    taken = status == "succeeded"
    return sandbox.store.add(
        {
            "id": new_id("charge"),
            "object": "charge",
            "amount": intent["amount"],
            "amount_captured": intent["amount"] if taken else 0,
            "amount_refunded": 0,
            "application": None,
            "application_fee": None,
            "application_fee_amount": None,
            "balance_transaction": None,
            "billing_details": {
                "address": {
                    "city": None,
                    "country": None,
                    "line1": None,
                    "line2": None,
                    "postal_code": None,
                    "state": None,
                },
                "email": email,
                "name": None,
                "phone": None,
                "tax_id": None,
            },
            "calculated_statement_descriptor": "SANDBOX",
            "captured": taken,
            "created": sandbox.clock.now(),
            "currency": intent["currency"],
            "customer": intent["customer"],
            "description": intent["description"],
            "disputed": False,
            "failure_balance_transaction": None,
            "failure_code": None,
            "failure_message": None,
            "fraud_details": {},
            "livemode": False,
            "metadata": intent["metadata"],
            "on_behalf_of": None,
            "outcome": None,
            "paid": taken,
            "payment_intent": intent["id"],
            "payment_method": intent["payment_method"],
            "payment_method_details": details,
            "receipt_email": intent["receipt_email"],
            "receipt_number": None,
            "receipt_url": None,
            "refunded": False,
            "review": None,
            "shipping": None,
            "source": None,
            "source_transfer": None,
            "statement_descriptor": intent["statement_descriptor"],
            "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
            "status": status,
            "transfer_data": None,
            "transfer_group": None,
        }
    )


def make_balance_transaction(
    sandbox: Sandbox, source: Json, *, amount: int, fee: int, kind: str, description: str | None = None
) -> Json:
    """What a charge, refund or dispute does to the school's balance: amount, fee and net."""
    now = sandbox.clock.now()
    disputed = "dispute" if amount < 0 else "dispute_reversal"
    category = {"payment": "charge", "adjustment": disputed, "payout_failure": "payout_reversal"}.get(kind, kind)
    details = [
        {
            "amount": fee,
            "application": None,
            "currency": source["currency"],
            "description": "Stripe processing fees",
            "type": "stripe_fee",
        }
    ]
    return sandbox.store.add(
        {
            "id": new_id("balance_transaction"),
            "object": "balance_transaction",
            "amount": amount,
            "available_on": now,
            "balance_type": "payments",
            "created": now,
            "currency": source["currency"],
            "description": description,
            "exchange_rate": None,
            "fee": fee,
            "fee_details": details if fee else [],
            "net": amount - fee,
            "reporting_category": category,
            "source": source["id"],
            "status": "available",
            "type": kind,
        }
    )


def refunds_of(sandbox: Sandbox, charge: Json) -> Json:
    """`charge.refunds`, which is there only when expanded."""
    found = sandbox.store.select("refund", (("json_extract(body, '$.charge') = ?", charge["id"]),))
    return list_object(f"/v1/charges/{charge['id']}/refunds", found[:10], has_more=len(found) > 10)


def charge_of(sandbox: Sandbox, intent: Json) -> Json | None:
    return sandbox.store.find("charge", intent["latest_charge"]) if intent["latest_charge"] else None


def intent_of(sandbox: Sandbox, session: Json) -> Json | None:
    """A session's PaymentIntent, also where the session does not show it (subscriptions)."""
    shown = session["payment_intent"] or sandbox.store.private(session["id"]).get("payment_intent")
    return sandbox.store.find("payment_intent", shown or "")


def retrieve_intent(sandbox: Sandbox, call: Call) -> Json:
    return sandbox.get("payment_intent", call.subject, "intent")


def list_intents(sandbox: Sandbox, call: Call) -> Json:
    return page(sandbox.store, "payment_intent", call.params, url=call.path, filters=("customer",))


def retrieve_charge(sandbox: Sandbox, call: Call) -> Json:
    return sandbox.get("charge", call.subject, "charge")


def list_charges(sandbox: Sandbox, call: Call) -> Json:
    return page(sandbox.store, "charge", call.params, url=call.path, filters=("customer", "payment_intent"))


def list_balance_transactions(sandbox: Sandbox, call: Call) -> Json:
    params = call.params
    conditions = (("json_extract(private, '$.payout') = ?", params["payout"]),) if "payout" in params else ()
    filters = ("currency", "source", "type")
    return page(sandbox.store, "balance_transaction", params, url=call.path, filters=filters, conditions=conditions)


def retrieve_balance_transaction(sandbox: Sandbox, call: Call) -> Json:
    return sandbox.get("balance_transaction", call.subject)


ROUTES = (
    Route("GET", "/v1/payment_intents", Hash({**LIST, "customer": Text()}), list_intents),
    Route("GET", "/v1/payment_intents/{id}", Hash(EXPAND), retrieve_intent),
    Route("GET", "/v1/charges", Hash({**LIST, "customer": Text(), "payment_intent": Text()}), list_charges),
    Route("GET", "/v1/charges/{id}", Hash(EXPAND), retrieve_charge),
    Route(
        "GET",
        "/v1/balance_transactions",
        Hash({**LIST, "currency": CURRENCY, "payout": Text(), "source": Text(), "type": Text()}),
        list_balance_transactions,
    ),
    Route("GET", "/v1/balance_transactions/{id}", Hash(EXPAND), retrieve_balance_transaction),
)
