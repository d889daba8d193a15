"""Coupons (what is taken off) and promotion codes (the word that a buyer types)."""

import secrets

from stripe_sandbox.call import Call, Route
from stripe_sandbox.errors import ApiError, exclusive_parameters, missing_parameter
from stripe_sandbox.fields import (
    CURRENCY,
    EXPAND,
    LIST,
    UNIX_TIME,
    Boolean,
    Choice,
    Hash,
    Integer,
    Items,
    Metadata,
    Percent,
    Text,
)
from stripe_sandbox.listing import page
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json, new_id

COUPON = Hash(
    {
        **EXPAND,
        "amount_off": Integer(1),
        "applies_to": Hash({"products": Items(Text())}),
        "currency": CURRENCY,
        "duration": Choice(("once", "forever"), unserved=("repeating",)),
        "id": Text(),
        "max_redemptions": Integer(1),
        "metadata": Metadata(),
        "name": Text(40),
        "percent_off": Percent(),
        "redeem_by": UNIX_TIME,
    }
)
PROMOTION_CODE = Hash(
    {
        **EXPAND,
        "active": Boolean(),
        "code": Text(500),
        "customer": Text(),
        "expires_at": UNIX_TIME,
        "max_redemptions": Integer(1),
        "metadata": Metadata(),
        "promotion": Hash({"type": Choice(("coupon",)), "coupon": Text()}, required=("type", "coupon")),
        "restrictions": Hash({"minimum_amount": Integer(1), "minimum_amount_currency": CURRENCY}),
    },
    required=("promotion",),
)


def make_coupon(sandbox: Sandbox, params: Json) -> Json:
    percent, amount = params.get("percent_off"), params.get("amount_off")
    if percent is None and amount is None:
        raise missing_parameter("percent_off")
    if percent is not None and amount is not None:
        raise exclusive_parameters("percent_off", "amount_off")
    if amount is not None and "currency" not in params:
        raise missing_parameter("currency")
    for product in params.get("applies_to", {}).get("products", []):
        sandbox.refer("product", product, "applies_to[products]")
    if "id" in params and sandbox.store.find("coupon", params["id"]):
        raise ApiError("Coupon already exists.", code="resource_already_exists", param="id")
    return sandbox.store.add(
        {
            "id": params.get("id") or new_id("coupon"),
            "object": "coupon",
            "amount_off": amount,
            "created": sandbox.clock.now(),
            "currency": params.get("currency") if amount is not None else None,
            "duration": params.get("duration", "once"),
            "duration_in_months": None,
            "livemode": False,
            "max_redemptions": params.get("max_redemptions"),
            "metadata": params.get("metadata", {}),
            "name": params.get("name"),
            "percent_off": percent,
            "redeem_by": params.get("redeem_by"),
            "times_redeemed": 0,
            "valid": True,
        },
        {"applies_to": params.get("applies_to")},
    )


def products_of(sandbox: Sandbox, coupon: Json) -> list[str]:
    """The products that a coupon is for; an empty list means all."""
    applies = sandbox.store.private(coupon["id"]).get("applies_to") or {}
    return list(applies.get("products", []))


def applies_to(sandbox: Sandbox, coupon: Json) -> Json:
    return {"products": products_of(sandbox, coupon)}


def _code_taken(sandbox: Sandbox, code: str) -> bool:
    condition = ("upper(json_extract(body, '$.code')) = upper(?)", code)
    return any(other["active"] for other in sandbox.store.select("promotion_code", (condition,)))


def make_promotion_code(sandbox: Sandbox, params: Json) -> Json:
    coupon = sandbox.refer("coupon", params["promotion"]["coupon"], "promotion[coupon]")
    code = params.get("code") or secrets.token_hex(4).upper()
    if not code.isascii() or not code.replace("-", "").replace("_", "").isalnum():
        raise ApiError("A promotion code may contain only letters, digits, dashes and underscores.", param="code")
    if params.get("active", True) and _code_taken(sandbox, code):
        raise ApiError("An active promotion code with `code: " + code + "` already exists.", param="code")
    if "customer" in params:
        sandbox.refer("customer", params["customer"], "customer")
    restrictions = params.get("restrictions", {})
    if ("minimum_amount" in restrictions) != ("minimum_amount_currency" in restrictions):
        raise missing_parameter("restrictions[minimum_amount_currency]")
    return sandbox.store.add(
        {
            "id": new_id("promotion_code"),
            "object": "promotion_code",
            "active": params.get("active", True),
            "code": code,
            "created": sandbox.clock.now(),
            "customer": params.get("customer"),
            "expires_at": params.get("expires_at"),
            "livemode": False,
            "max_redemptions": params.get("max_redemptions"),
            "metadata": params.get("metadata", {}),
            "promotion": {"type": "coupon", "coupon": coupon["id"]},
            "restrictions": {
                "first_time_transaction": False,
                "minimum_amount": restrictions.get("minimum_amount"),
                "minimum_amount_currency": restrictions.get("minimum_amount_currency"),
            },
            "times_redeemed": 0,
        }
    )


def create_coupon(sandbox: Sandbox, call: Call) -> Json:
    return make_coupon(sandbox, call.params)


def retrieve_coupon(sandbox: Sandbox, call: Call) -> Json:
    return sandbox.get("coupon", call.subject, "coupon")


def list_coupons(sandbox: Sandbox, call: Call) -> Json:
    return page(sandbox.store, "coupon", call.params, url=call.path)


def create_code(sandbox: Sandbox, call: Call) -> Json:
    return make_promotion_code(sandbox, call.params)


def retrieve_code(sandbox: Sandbox, call: Call) -> Json:
    return sandbox.get("promotion_code", call.subject, "promotion_code")


def list_codes(sandbox: Sandbox, call: Call) -> Json:
    params = call.params
    conditions = (("json_extract(body, '$.promotion.coupon') = ?", params["coupon"]),) if "coupon" in params else ()
    filters = ("active", "code", "customer")
    return page(sandbox.store, "promotion_code", params, url=call.path, filters=filters, conditions=conditions)


ROUTES = (
    Route("POST", "/v1/coupons", COUPON, create_coupon),
    Route("GET", "/v1/coupons", Hash(LIST), list_coupons),
    Route("GET", "/v1/coupons/{id}", Hash(EXPAND), retrieve_coupon),
    Route("POST", "/v1/promotion_codes", PROMOTION_CODE, create_code),
    Route(
        "GET",
        "/v1/promotion_codes",
        Hash({**LIST, "active": Boolean(), "code": Text(), "coupon": Text(), "customer": Text()}),
        list_codes,
    ),
    Route("GET", "/v1/promotion_codes/{id}", Hash(EXPAND), retrieve_code),
)
