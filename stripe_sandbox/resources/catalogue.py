"""Products and prices: one product per course, a price per offer or made in passing by a session."""

import json
from typing import Any

from stripe_sandbox.call import Call, Route
from stripe_sandbox.encoding import child
from stripe_sandbox.errors import ApiError, exclusive_parameters, missing_parameter
from stripe_sandbox.fields import CURRENCY, EXPAND, LIST, Boolean, Choice, Hash, Integer, Items, Metadata, Text, Url
from stripe_sandbox.listing import page
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json, new_id

PRODUCT_DATA = Hash(
    {
        "name": Text(),
        "description": Text(40_000),
        "images": Items(Url, 8),
        "metadata": Metadata(),
        "tax_code": Text(),
        "unit_label": Text(12),
    },
    required=("name",),
)
PRODUCT = Hash(
    {
        **PRODUCT_DATA.fields,
        **EXPAND,
        "active": Boolean(),
        "id": Text(),
        "statement_descriptor": Text(22),
        "url": Url,
    },
    required=("name",),
)
INTERVALS = ("day", "week", "month", "year")
RECURRING = Hash({"interval": Choice(INTERVALS), "interval_count": Integer(1, 156)}, required=("interval",))
PRICE_FIELDS: dict[str, Any] = {
    "currency": CURRENCY,
    "product": Text(),
    "recurring": RECURRING,
    "unit_amount": Integer(),
    "tax_behavior": Choice(("exclusive", "inclusive", "unspecified")),
}
PRICE = Hash(
    {
        **PRICE_FIELDS,
        **EXPAND,
        "active": Boolean(),
        "lookup_key": Text(200),
        "metadata": Metadata(),
        "nickname": Text(),
        "product_data": Hash({k: v for k, v in PRODUCT_DATA.fields.items() if k in {"name", "metadata"}}, ("name",)),
    },
    required=("currency", "unit_amount"),
)


def make_product(sandbox: Sandbox, params: Json, *, active: bool = True) -> Json:
    now = sandbox.clock.now()
    identifier = params.get("id") or new_id("product")
    if sandbox.store.position("product", identifier) is not None:
        raise ApiError("Product already exists.", code="resource_already_exists", param="id")
    return sandbox.store.add(
        {
            "id": identifier,
            "object": "product",
            "active": params.get("active", active),
            "created": now,
            "default_price": None,
            "description": params.get("description"),
            "images": params.get("images", []),
            "livemode": False,
            "marketing_features": [],
            "metadata": params.get("metadata", {}),
            "name": params["name"],
            "package_dimensions": None,
            "shippable": None,
            "statement_descriptor": params.get("statement_descriptor"),
            "tax_code": params.get("tax_code"),
            "type": "service",
            "unit_label": params.get("unit_label"),
            "updated": now,
            "url": params.get("url"),
        }
    )


def product_of(sandbox: Sandbox, params: Json, name: str) -> Json:
    """The product that a price names, or the one described in its place: exactly one of the two."""
    if "product" in params and "product_data" in params:
        raise exclusive_parameters(child(name, "product"), child(name, "product_data"))
    if "product" in params:
        return sandbox.refer("product", params["product"], child(name, "product"))
    if "product_data" not in params:
        raise missing_parameter(child(name, "product"))
    return make_product(sandbox, params["product_data"], active=not name)


def make_price(sandbox: Sandbox, params: Json, product: Json, *, active: bool = True) -> Json:
    return sandbox.store.add(
        {
            "id": new_id("price"),
            "object": "price",
            "active": params.get("active", active),
            "billing_scheme": "per_unit",
            "created": sandbox.clock.now(),
            "currency": params["currency"],
            "custom_unit_amount": None,
            "livemode": False,
            "lookup_key": params.get("lookup_key"),
            "metadata": params.get("metadata", {}),
            "nickname": params.get("nickname"),
            "product": product["id"],
            "recurring": _recurring(params.get("recurring")),
            "tax_behavior": params.get("tax_behavior", "unspecified"),
            "tiers_mode": None,
            "transform_quantity": None,
            "type": "recurring" if "recurring" in params else "one_time",
            "unit_amount": params["unit_amount"],
            "unit_amount_decimal": str(params["unit_amount"]),
        }
    )


def _recurring(asked: Json | None) -> Json | None:
    if asked is None:
        return None
    return {"interval_count": 1, "meter": None, "trial_period_days": None, "usage_type": "licensed", **asked}


def create_product(sandbox: Sandbox, call: Call) -> Json:
    return make_product(sandbox, call.params)


def retrieve_product(sandbox: Sandbox, call: Call) -> Json:
    return sandbox.get("product", call.subject)


def list_products(sandbox: Sandbox, call: Call) -> Json:
    ids = call.params.get("ids")
    conditions = (("id IN (SELECT value FROM json_each(?))", json.dumps(ids)),) if ids else ()
    return page(sandbox.store, "product", call.params, url=call.path, filters=("active",), conditions=conditions)


def create_price(sandbox: Sandbox, call: Call) -> Json:
    return make_price(sandbox, call.params, product_of(sandbox, call.params, ""))


def retrieve_price(sandbox: Sandbox, call: Call) -> Json:
    return sandbox.get("price", call.subject)


def list_prices(sandbox: Sandbox, call: Call) -> Json:
    filters = ("active", "currency", "product")
    return page(sandbox.store, "price", call.params, url=call.path, filters=filters)


ROUTES = (
    Route("POST", "/v1/products", PRODUCT, create_product),
    Route("GET", "/v1/products", Hash({**LIST, "active": Boolean(), "ids": Items(Text())}), list_products),
    Route("GET", "/v1/products/{id}", Hash(EXPAND), retrieve_product),
    Route("POST", "/v1/prices", PRICE, create_price),
    Route(
        "GET", "/v1/prices", Hash({**LIST, "active": Boolean(), "currency": CURRENCY, "product": Text()}), list_prices
    ),
    Route("GET", "/v1/prices/{id}", Hash(EXPAND), retrieve_price),
)
