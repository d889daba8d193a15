"""`expand`: named fields of an answer are replaced by the objects that they name, or are added to it."""

from typing import Any

from stripe_sandbox.call import Includes
from stripe_sandbox.checkout.pricing import breakdown, line_items
from stripe_sandbox.errors import ApiError
from stripe_sandbox.resources.invoice_payments import payments_of
from stripe_sandbox.resources.payments import refunds_of
from stripe_sandbox.resources.promotions import applies_to
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json

MAX_DEPTH = 4
ANY = "any"
# kind -> field -> kind of the object that the field's id names
NAMED = {
    "checkout.session": {
        "customer": "customer",
        "discounts.coupon": "coupon",
        "discounts.promotion_code": "promotion_code",
        "invoice": "invoice",
        "payment_intent": "payment_intent",
        "subscription": "subscription",
    },
    "payment_intent": {"customer": "customer", "latest_charge": "charge"},
    "charge": {
        "balance_transaction": "balance_transaction",
        "customer": "customer",
        "payment_intent": "payment_intent",
    },
    "refund": {
        "balance_transaction": "balance_transaction",
        "charge": "charge",
        "failure_balance_transaction": "balance_transaction",
        "payment_intent": "payment_intent",
    },
    "dispute": {"charge": "charge", "payment_intent": "payment_intent"},
    "balance_transaction": {"source": ANY},
    "discount": {"promotion_code": "promotion_code", "source.coupon": "coupon"},
    "invoice": {"customer": "customer", "parent.subscription_details.subscription": "subscription"},
    "invoice_payment": {"invoice": "invoice", "payment.payment_intent": "payment_intent"},
    "payout": {
        "balance_transaction": "balance_transaction",
        "failure_balance_transaction": "balance_transaction",
    },
    "price": {"product": "product"},
    "subscription": {"customer": "customer", "latest_invoice": "invoice"},
    "promotion_code": {"customer": "customer", "promotion.coupon": "coupon"},
}
# kind -> field that is not in the answer unless asked for -> how it is made
INCLUDED: dict[str, Includes] = {
    "checkout.session": {"line_items": line_items, "total_details.breakdown": breakdown},
    "charge": {"refunds": refunds_of},
    "coupon": {"applies_to": applies_to},
    "invoice": {"payments": payments_of},
}


def expand(sandbox: Sandbox, answer: Json, paths: list[str]) -> Json:
    for path in paths:
        parts = path.split(".")
        if len(parts) - (answer.get("object") == "list") > MAX_DEPTH:
            raise ApiError(f"You cannot expand more than {MAX_DEPTH} levels of a property. Property: {path}")
        _walk(sandbox, answer, answer, parts, "", path)
    return answer


def _refusal(path: str) -> ApiError:
    return ApiError(f"This property cannot be expanded ({path}).", param="expand")


def _load(sandbox: Sandbox, kind: str, identifier: str) -> Json:
    return sandbox.store.named(identifier) if kind == ANY else sandbox.store.load(kind, identifier)


def _walk(sandbox: Sandbox, owner: Json, holder: Any, parts: list[str], prefix: str, path: str) -> None:
    """Follow the path: `owner` is the API object we are in, `holder` the hash inside it, `prefix` how we got there."""
    if isinstance(holder, list):
        for entry in holder:
            inner = entry if isinstance(entry, dict) and "object" in entry else owner
            _walk(sandbox, inner, entry, parts, "" if inner is entry else prefix, path)
        return
    part, rest = parts[0], parts[1:]
    field = prefix + part
    included, named = INCLUDED.get(owner["object"], {}), NAMED.get(owner["object"], {})
    if field in included:
        if part not in holder:
            holder[part] = included[field](sandbox, owner)
    elif field in named:
        if isinstance(holder.get(part), str):
            holder[part] = _load(sandbox, named[field], holder[part])
    elif not rest or not isinstance(holder.get(part), dict | list):
        raise _refusal(path)
    below = holder.get(part)
    if not rest or below is None:
        return
    inner = below if isinstance(below, dict) and "object" in below else owner
    _walk(sandbox, inner, below, rest, "" if inner is below else f"{field}.", path)
