"""Subscriptions: made by Checkout, read and ended through the API."""

from stripe_sandbox.billing.periods import boundary
from stripe_sandbox.billing.standing import ENDED, change, end, is_boundary
from stripe_sandbox.call import Call, Route
from stripe_sandbox.checkout.pricing import lasts
from stripe_sandbox.errors import ApiError, not_found, refused_by_state
from stripe_sandbox.fields import (
    EXPAND,
    LIST,
    UNIX_TIME,
    Boolean,
    Choice,
    Hash,
    MetadataUpdate,
    OrNothing,
    Text,
)
from stripe_sandbox.listing import list_object, page
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json, new_id

FEEDBACK = (
    *("customer_service", "low_quality", "missing_features", "other"),
    *("switched_service", "too_complex", "too_expensive", "unused"),
)
STATUSES = (
    *("active", "all", "canceled", "ended", "incomplete", "incomplete_expired"),
    *("past_due", "paused", "trialing", "unpaid"),
)
UPDATE = Hash(
    {
        **EXPAND,
        "cancel_at": OrNothing(UNIX_TIME),
        "metadata": MetadataUpdate(),
        "proration_behavior": Choice(("always_invoice", "create_prorations", "none")),
    }
)
CANCEL = Hash(
    {
        **EXPAND,
        "cancellation_details": Hash({"comment": Text(), "feedback": Choice(FEEDBACK)}),
        "invoice_now": Boolean(),
        "prorate": Boolean(),
    }
)


def make_subscription(sandbox: Sandbox, session: Json, private: Json) -> Json:
    """The subscription of a confirmed session, incomplete until its first payment is under way."""
    now, identifier = sandbox.clock.now(), new_id("subscription")
    asked, lines = private.get("subscription_data", {}), private["lines"]
    discount = private.get("discount")
    kept = discount if discount and lasts(sandbox, discount) else None  # one for once was for the first invoice
    items = [_item(identifier, line, now) for line in lines]
    return sandbox.store.add(
        {
            "id": identifier,
            "object": "subscription",
            "application": None,
            "application_fee_percent": None,
            "automatic_tax": {
                "disabled_reason": None,
                "enabled": session["automatic_tax"]["enabled"],
                "liability": session["automatic_tax"]["liability"],
            },
            "billing_cycle_anchor": now,
            "billing_cycle_anchor_config": None,
            "billing_mode": {"flexible": {"proration_discounts": "included"}, "type": "flexible", "updated_at": None},
            "billing_schedules": [],
            "billing_thresholds": None,
            "cancel_at": None,
            "cancel_at_period_end": False,
            "canceled_at": None,
            "cancellation_details": {"comment": None, "feedback": None, "reason": None},
            "collection_method": "charge_automatically",
            "created": now,
            "currency": session["currency"],
            "customer": session["customer"],
            "days_until_due": None,
            "default_payment_method": new_id("payment_method"),
            "default_source": None,
            "default_tax_rates": [],
            "description": asked.get("description"),
            "discounts": [kept["id"]] if kept else [],
            "ended_at": None,
            "invoice_settings": {"account_tax_ids": None, "issuer": {"type": "self"}},
            "items": list_object(f"/v1/subscription_items?subscription={identifier}", items),
            "latest_invoice": None,
            "livemode": False,
            "metadata": asked.get("metadata", {}),
            "next_pending_invoice_item_invoice": None,
            "on_behalf_of": None,
            "pause_collection": None,
            "payment_settings": {
                "payment_method_options": None,
                "payment_method_types": None,
                "save_default_payment_method": "off",
            },
            "pending_invoice_item_interval": None,
            "pending_setup_intent": None,
            "pending_update": None,
            "schedule": None,
            "start_date": now,
            "status": "incomplete" if session["amount_total"] else "active",
            "test_clock": None,
            "transfer_data": None,
            "trial_end": None,
            "trial_settings": {"end_behavior": {"missing_payment_method": "create_invoice"}},
            "trial_start": None,
        },
        {
            "n": 0,
            "address": private.get("address"),
            "automatic_tax": session["automatic_tax"]["enabled"],
            "email": private["email"],
            "lines": lines,
            "method": private["method"],
            "name": private.get("name"),
            "origin": private["origin"],
            "payment_method_types": session["payment_method_types"],
            **({"discount": kept} if kept else {}),
        },
    )


def _item(subscription: str, line: Json, now: int) -> Json:
    return {
        "id": new_id("subscription_item"),
        "object": "subscription_item",
        "billing_thresholds": None,
        "created": now,
        "current_period_end": boundary(now, line["price"]["recurring"], 1),
        "current_period_start": now,
        "discounts": [],
        "metadata": {},
        "price": line["price"],
        "quantity": line["quantity"],
        "subscription": subscription,
        "tax_rates": [],
    }


def retrieve(sandbox: Sandbox, call: Call) -> Json:
    return sandbox.get("subscription", call.subject)


def list_all(sandbox: Sandbox, call: Call) -> Json:
    """Those that go on, unless a status (or all) is asked for."""
    wanted = call.params.get("status")
    field = "json_extract(body, '$.status')"
    conditions: tuple[tuple[str, str], ...] = ()
    if wanted is None:
        conditions = ((f"{field} <> ?", "canceled"),)
    elif wanted == "ended":
        conditions = tuple((f"({field} = 'canceled' OR {field} = ?)", status) for status in ENDED[1:])
    elif wanted != "all":
        conditions = ((f"{field} = ?", wanted),)
    return page(sandbox.store, "subscription", call.params, url=call.path, filters=("customer",), conditions=conditions)


def update(sandbox: Sandbox, call: Call) -> Json:
    subscription = sandbox.get("subscription", call.subject)
    params, fields = call.params, {}
    if subscription["status"] in ENDED and set(params) - {"expand", "metadata"}:
        raise refused_by_state("A canceled subscription can only update its cancellation_details and metadata.")
    if "metadata" in params:
        fields["metadata"] = _merged(subscription["metadata"], params["metadata"])
    if "cancel_at" in params:
        fields |= _cancel_at(sandbox, subscription, params)
    change(sandbox, subscription, **fields)
    return subscription


def _merged(now: Json, asked: Json) -> Json:
    if "" in asked:
        return {}
    return {key: value for key, value in {**now, **asked}.items() if value}


def _cancel_at(sandbox: Sandbox, subscription: Json, params: Json) -> Json:
    moment, now = params["cancel_at"], sandbox.clock.now()
    details = subscription["cancellation_details"]
    if moment is None:
        return {"cancel_at": None, "canceled_at": None, "cancellation_details": {**details, "reason": None}}
    if moment == subscription["cancel_at"]:
        return {}
    if moment <= now:
        raise ApiError("`cancel_at` must be a timestamp in the future.", param="cancel_at")
    if params.get("proration_behavior", "create_prorations") != "none" and not is_boundary(subscription, moment):
        raise ApiError(
            "The sandbox makes no prorations: pass proration_behavior=none, or the end of a period.",
            param="proration_behavior",
        )
    return {
        "cancel_at": moment,
        "canceled_at": now,
        "cancellation_details": {**details, "reason": "cancellation_requested"},
    }


def cancel(sandbox: Sandbox, call: Call) -> Json:
    """End now. The sandbox has no pending items and no prorations, so `invoice_now` finds nothing to invoice."""
    subscription, params = sandbox.get("subscription", call.subject), call.params
    if subscription["status"] in ENDED:
        raise not_found("subscription", subscription["id"], "id")
    if params.get("prorate"):
        raise ApiError("The sandbox makes no prorations: leave prorate out.", param="prorate")
    subscription["cancellation_details"]["reason"] = None
    return end(sandbox, subscription, "cancellation_requested", **params.get("cancellation_details", {}))


PATH = "/v1/subscriptions"
ROUTES = (
    Route("GET", PATH, Hash({**LIST, "customer": Text(), "status": Choice(STATUSES)}), list_all),
    Route("GET", f"{PATH}/{{id}}", Hash(EXPAND), retrieve),
    Route("POST", f"{PATH}/{{id}}", UPDATE, update),
    Route("DELETE", f"{PATH}/{{id}}", CANCEL, cancel),
)
