"""Checkout Sessions: create, retrieve, list, expire, line items."""

from stripe_sandbox.call import Call, Route
from stripe_sandbox.checkout.pricing import (
    CodeRefusedError,
    apply_discount,
    find_discount,
    line_items,
    make_lines,
    reprice,
)
from stripe_sandbox.errors import ApiError, refused_by_state
from stripe_sandbox.fields import EXPAND, LIST, Choice, Hash, Integer, Text
from stripe_sandbox.listing import list_object, page
from stripe_sandbox.resources.session_params import (
    LATEST_EXPIRY,
    SESSION,
    check_combinations,
    check_tax_location,
    payment_methods,
)
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json, new_id

INVOICE_OFF: Json = {
    "account_tax_ids": None,
    "custom_fields": None,
    "description": None,
    "footer": None,
    "issuer": None,
    "metadata": {},
    "rendering_options": None,
}


def create(sandbox: Sandbox, call: Call) -> Json:
    params, now = call.params, sandbox.clock.now()
    check_combinations(params, now)
    methods = payment_methods(params)
    customer = sandbox.refer("customer", params["customer"], "customer") if "customer" in params else None
    if customer:
        check_tax_location(params, customer)
    lines = make_lines(sandbox, params)
    session = _new_session(params, now, lines[0]["currency"], methods)
    session["customer"] = customer["id"] if customer else None
    session["url"] = f"{call.origin}/c/pay/{session['id']}"
    private = {
        "automatic_tax": session["automatic_tax"]["enabled"],
        "customer_update": params.get("customer_update", {}),
        "lines": lines,
        "origin": call.origin,
        "payment_intent_data": params.get("payment_intent_data", {}),
        "subscription_data": params.get("subscription_data", {}),
    }
    sandbox.store.add(session, private)
    for wanted in params.get("discounts", []):
        _apply_asked(sandbox, session, private, wanted)
    reprice(sandbox, session, private)
    return sandbox.store.save(session, private)


def _apply_asked(sandbox: Sandbox, session: Json, private: Json, wanted: Json) -> None:
    """A discount that the request asks for: one that does not fit is the request's mistake."""
    try:
        apply_discount(sandbox, session, private, find_discount(sandbox, wanted))
    except CodeRefusedError as refusal:
        raise ApiError(str(refusal), param="discounts") from refusal


def _new_session(params: Json, now: int, currency: str, methods: list[str]) -> Json:
    invoice, recurs = params.get("invoice_creation", {"enabled": False}), params["mode"] == "subscription"
    creation = params.get("customer_creation", "always" if invoice["enabled"] or recurs else "if_required")
    return {
        "id": new_id("checkout.session"),
        "object": "checkout.session",
        "adaptive_pricing": {"enabled": False},
        "after_expiration": None,
        "allow_promotion_codes": params.get("allow_promotion_codes"),
        "allowed_payment_method_types": params.get("allowed_payment_method_types"),
        "amount_subtotal": 0,
        "amount_total": 0,
        "automatic_tax": _automatic_tax(params.get("automatic_tax", {"enabled": False})["enabled"]),
        "billing_address_collection": params.get("billing_address_collection"),
        "cancel_url": params.get("cancel_url"),
        "client_reference_id": params.get("client_reference_id"),
        "client_secret": None,
        "collected_information": None,
        "consent": None,
        "consent_collection": None,
        "created": now,
        "currency": currency,
        "currency_conversion": None,
        "custom_fields": [],
        "custom_text": {
            "after_submit": None,
            "shipping_address": None,
            "submit": None,
            "terms_of_service_acceptance": None,
        },
        "customer": None,
        "customer_creation": None if "customer" in params else creation,
        "customer_details": None,
        "customer_email": params.get("customer_email"),
        "discounts": [],
        "excluded_payment_method_types": params.get("excluded_payment_method_types"),
        "expires_at": params.get("expires_at", now + LATEST_EXPIRY),
        "invoice": None,
        "invoice_creation": None
        if recurs
        else {"enabled": invoice["enabled"], "invoice_data": {**INVOICE_OFF, **invoice.get("invoice_data", {})}},
        "livemode": False,
        "locale": params.get("locale"),
        "metadata": params.get("metadata", {}),
        "mode": params["mode"],
        "origin_context": None,
        "payment_intent": None,
        "payment_link": None,
        "payment_method_collection": "always" if recurs else "if_required",
        "payment_method_configuration_details": None,
        "payment_method_options": {},
        "payment_method_types": methods,
        "payment_status": "unpaid",
        "permissions": None,
        "phone_number_collection": {"enabled": False},
        "recovered_from": None,
        "redirect_on_completion": "always",
        "saved_payment_method_options": None,
        "setup_intent": None,
        "shipping_address_collection": None,
        "shipping_cost": None,
        "shipping_options": [],
        "status": "open",
        "submit_type": params.get("submit_type"),
        "subscription": None,
        "success_url": params["success_url"],
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
        "url": None,
        "wallet_options": None,
    }


def _automatic_tax(enabled: bool) -> Json:
    """Complete once the buyer has given an address; the customer's own is not looked at."""
    if not enabled:
        return {"enabled": False, "liability": None, "provider": None, "status": None}
    return {
        "enabled": True,
        "liability": {"type": "self"},
        "provider": "stripe",
        "status": "requires_location_inputs",
    }


def expire_session(sandbox: Sandbox, session: Json) -> Json:
    """Close an open session; nobody can pay it any more."""
    if session["status"] != "open":
        raise refused_by_state(
            'Only Checkout Sessions with a status in ["open"] can be expired. '
            f"This Checkout Session has a status of `{session['status']}`.",
        )
    session["status"] = "expired"
    session["url"] = None
    sandbox.store.save(session)
    sandbox.outbox.emit("checkout.session.expired", session)
    return session


def expire_due(sandbox: Sandbox) -> None:
    """Expire what has passed its time, as Stripe does without being asked."""
    conditions = (
        ("json_extract(body, '$.status') = ?", "open"),
        ("json_extract(body, '$.expires_at') <= ?", sandbox.clock.now()),
    )
    if not sandbox.store.select("checkout.session", conditions, limit=1):
        return
    with sandbox.store.transaction():
        for session in sandbox.store.select("checkout.session", conditions, oldest_first=True):
            expire_session(sandbox, session)


def retrieve(sandbox: Sandbox, call: Call) -> Json:
    return sandbox.get("checkout.session", call.subject, "session")


def list_all(sandbox: Sandbox, call: Call) -> Json:
    filters = ("customer", "payment_intent", "status", "subscription")
    return page(sandbox.store, "checkout.session", call.params, url=call.path, filters=filters)


def expire(sandbox: Sandbox, call: Call) -> Json:
    return expire_session(sandbox, sandbox.get("checkout.session", call.subject, "session"))


def list_lines(sandbox: Sandbox, call: Call) -> Json:
    session = sandbox.get("checkout.session", call.subject, "session")
    found = line_items(sandbox, session)["data"]
    limit = call.params.get("limit", 10)
    return list_object(call.path, found[:limit], has_more=len(found) > limit)


SESSIONS = "/v1/checkout/sessions"
ROUTES = (
    Route("POST", SESSIONS, SESSION, create),
    Route(
        "GET",
        SESSIONS,
        Hash(
            {
                **LIST,
                "customer": Text(),
                "payment_intent": Text(),
                "status": Choice(("open", "complete", "expired")),
                "subscription": Text(),
            }
        ),
        list_all,
    ),
    Route("GET", f"{SESSIONS}/{{id}}", Hash(EXPAND), retrieve),
    Route("POST", f"{SESSIONS}/{{id}}/expire", Hash(EXPAND), expire),
    Route("GET", f"{SESSIONS}/{{id}}/line_items", Hash({**EXPAND, "limit": Integer(1, 100)}), list_lines),
)
