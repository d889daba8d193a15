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
SESSION = Hash(
    {
        **EXPAND,
        "allow_promotion_codes": Boolean(),
        "allowed_payment_method_types": Items(Text(100)),
        "cancel_url": Url,
        "client_reference_id": Text(200),
        "currency": CURRENCY,
        "customer": Text(),
        "customer_creation": Choice(("always", "if_required")),
        "customer_email": Email,
        "discounts": Items(Hash({"coupon": Text(), "promotion_code": Text()}), 1),
        "excluded_payment_method_types": Items(Text(100)),
        "expires_at": UNIX_TIME,
        "invoice_creation": INVOICE_CREATION,
        "line_items": Items(LINE, 100),
        "locale": Text(10),
        "metadata": Metadata(),
        "mode": Choice(("payment",), unserved=("setup", "subscription")),
        "payment_intent_data": PAYMENT_INTENT_DATA,
        "submit_type": Choice(("auto", "book", "donate", "pay")),
        "success_url": Url,
        "ui_mode": Choice(("hosted_page",), unserved=("embedded_page", "elements", "form")),
    },
    required=("mode", "line_items", "success_url"),
)


def check_combinations(params: dict[str, Any], now: int) -> None:
    """The rules across parameters (PAYMENTS.md section 1.3), which the form of a request cannot show."""
    if "customer" in params and "customer_email" in params:
        raise exclusive_parameters("customer", "customer_email")
    if "customer" in params and "customer_creation" in params:
        raise exclusive_parameters("customer", "customer_creation")
    if "discounts" in params and "allow_promotion_codes" in params:
        raise exclusive_parameters("allow_promotion_codes", "discounts")
    for discount in params.get("discounts", []):
        if len(discount) != 1:
            raise ApiError("Each discount names exactly one of coupon and promotion_code.", param="discounts[0]")
    for number, line in enumerate(params["line_items"]):
        _check_line(line, f"line_items[{number}]")
    _check_expiry(params.get("expires_at"), now)


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
