"""What a Checkout Session may be created with here: a hand-written list of what the school sends, and little more."""

from typing import Any

from stripe_sandbox.errors import ApiError, exclusive_parameters, missing_parameter
from stripe_sandbox.fields import (
    CURRENCY,
    EXPAND,
    UNIX_TIME,
    Boolean,
    Choice,
    Email,
    Hash,
    Integer,
    Items,
    Metadata,
    Text,
    Url,
)
from stripe_sandbox.resources.catalogue import PRICE_FIELDS, PRODUCT_DATA

MINUTE = 60
EARLIEST_EXPIRY = 30 * MINUTE
LATEST_EXPIRY = 24 * 60 * MINUTE
METHODS = ("card", "us_bank_account")

PRICE_DATA = Hash({**PRICE_FIELDS, "product_data": PRODUCT_DATA}, required=("currency", "unit_amount"))
LINE = Hash({"price": Text(), "price_data": PRICE_DATA, "quantity": Integer(1, 999_999), "metadata": Metadata()})
INVOICE_CREATION = Hash(
    {
        "enabled": Boolean(),
        "invoice_data": Hash({"description": Text(1500), "footer": Text(), "metadata": Metadata()}),
    },
    required=("enabled",),
)
PAYMENT_INTENT_DATA = Hash(
    {
        "description": Text(1000),
        "metadata": Metadata(),
        "receipt_email": Email,
        "statement_descriptor": Text(22),
        "statement_descriptor_suffix": Text(22),
    }
)
SUBSCRIPTION_DATA = Hash({"description": Text(500), "metadata": Metadata()})
ONLY_IN = {
    "payment": ("customer_creation", "invoice_creation", "payment_intent_data"),
    "subscription": ("subscription_data",),
}
EXCLUSIVE = (
    ("customer", "customer_email"),
    ("customer", "customer_creation"),
    ("allow_promotion_codes", "discounts"),
)
KEEP = ("auto", "never")
SESSION = Hash(
    {
        **EXPAND,
        "allow_promotion_codes": Boolean(),
        "allowed_payment_method_types": Items(Text(100)),
        "automatic_tax": Hash({"enabled": Boolean()}, required=("enabled",)),
        "billing_address_collection": Choice(("auto", "required")),
        "cancel_url": Url,
        "client_reference_id": Text(200),
        "currency": CURRENCY,
        "customer": Text(),
        "customer_creation": Choice(("always", "if_required")),
        "customer_email": Email,
        "customer_update": Hash({"address": Choice(KEEP), "name": Choice(KEEP)}),
        "discounts": Items(Hash({"coupon": Text(), "promotion_code": Text()}), 1),
        "excluded_payment_method_types": Items(Text(100)),
        "expires_at": UNIX_TIME,
        "invoice_creation": INVOICE_CREATION,
        "line_items": Items(LINE, 100),
        "locale": Text(10),
        "metadata": Metadata(),
        "mode": Choice(("payment", "subscription"), unserved=("setup",)),
        "payment_intent_data": PAYMENT_INTENT_DATA,
        "subscription_data": SUBSCRIPTION_DATA,
        "submit_type": Choice(("auto", "book", "donate", "pay")),
        "success_url": Url,
        "ui_mode": Choice(("hosted_page",), unserved=("embedded_page", "elements", "form")),
    },
    required=("mode", "line_items", "success_url"),
)


def check_combinations(params: dict[str, Any], now: int) -> None:
    """The rules across parameters (PAYMENTS.md section 1.3), which the form of a request cannot show."""
    _check_mode(params)
    for first, second in EXCLUSIVE:
        if first in params and second in params:
            raise exclusive_parameters(first, second)
    if "customer_update" in params and "customer" not in params:
        raise ApiError("`customer_update` can only be used with `customer`.", param="customer_update")
    for discount in params.get("discounts", []):
        if len(discount) != 1:
            raise ApiError("Each discount names exactly one of coupon and promotion_code.", param="discounts[0]")
    for number, line in enumerate(params["line_items"]):
        _check_line(line, f"line_items[{number}]")
    _check_expiry(params.get("expires_at"), now)


def check_tax_location(params: dict[str, Any], customer: dict[str, Any]) -> None:
    """Tax for a customer who exists needs an address on the customer, or leave to store the one that is typed."""
    asked = params.get("automatic_tax", {}).get("enabled")
    if asked and not customer["address"] and "address" not in params.get("customer_update", {}):
        raise ApiError(
            "Automatic tax calculation in Checkout requires a valid address on the Customer. Add a valid address to "
            "the Customer or set either `customer_update[address]` to 'auto' or `customer_update[shipping]` to 'auto' "
            "to save the address entered in Checkout to the Customer.",
            code="customer_tax_location_invalid",
        )


def _check_mode(params: dict[str, Any]) -> None:
    for mode, names in ONLY_IN.items():
        for name in names:
            if name in params and params["mode"] != mode:
                raise ApiError(f"You can not pass `{name}` in `{params['mode']}` mode.", param=name)


def _check_line(line: dict[str, Any], name: str) -> None:
    if "price" in line and "price_data" in line:
        raise exclusive_parameters(f"{name}[price]", f"{name}[price_data]")
    if "price" not in line and "price_data" not in line:
        raise missing_parameter(f"{name}[price]")
    if "quantity" not in line:
        raise missing_parameter(f"{name}[quantity]")


def _check_expiry(expires_at: int | None, now: int) -> None:
    if expires_at is None:
        return
    if expires_at < now + EARLIEST_EXPIRY:
        raise ApiError("The `expires_at` timestamp must be at least 30 minutes from now.", param="expires_at")
    if expires_at > now + LATEST_EXPIRY:
        raise ApiError("The `expires_at` timestamp must be less than 24 hours from now.", param="expires_at")


def payment_methods(params: dict[str, Any]) -> list[str]:
    """The methods that the page offers: card and bank debit, narrowed as asked."""
    allowed = params.get("allowed_payment_method_types") or METHODS
    excluded = params.get("excluded_payment_method_types") or ()
    offered = [method for method in METHODS if method in allowed and method not in excluded]
    if not offered:
        raise ApiError(
            f"No payment method is left. The sandbox offers {' and '.join(METHODS)}.",
            param="allowed_payment_method_types",
        )
    return offered
