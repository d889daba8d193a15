"""A session's lines and the one discount on it: from products, prices and coupons to amounts."""

from stripe_sandbox.checkout.totals import MINIMUM, discounts, money
from stripe_sandbox.errors import ApiError
from stripe_sandbox.listing import list_object
from stripe_sandbox.resources.catalogue import make_price, product_of
from stripe_sandbox.resources.promotions import products_of
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json, new_id


class CodeRefusedError(Exception):
    """The promotion code does not fit; the message is for the buyer."""


def make_lines(sandbox: Sandbox, params: Json) -> list[Json]:
    """The session's line items, each with its price; all lines share one currency."""
    prices = [_price_of(sandbox, line, f"line_items[{number}]") for number, line in enumerate(params["line_items"])]
    asked: set[str] = {params["currency"]} if "currency" in params else set()
    currencies = sorted(asked | {price["currency"] for price in prices})
    if len(currencies) > 1:
        raise ApiError(
            "The line items must all have the same currency; found: " + ", ".join(currencies), param="line_items"
        )
    return [
        {
            "id": new_id("item"),
            "object": "item",
            "adjustable_quantity": None,
            "amount_discount": 0,
            "amount_subtotal": price["unit_amount"] * line["quantity"],
            "amount_tax": 0,
            "amount_total": price["unit_amount"] * line["quantity"],
            "currency": price["currency"],
            "description": sandbox.store.load("product", price["product"])["name"],
            "metadata": line.get("metadata", {}),
            "price": price,
            "quantity": line["quantity"],
        }
        for line, price in zip(params["line_items"], prices, strict=True)
    ]


def _price_of(sandbox: Sandbox, line: Json, name: str) -> Json:
    if "price" in line:
        price = sandbox.refer("price", line["price"], f"{name}[price]")
        if not price["active"]:
            raise ApiError("The price specified is inactive. This field only accepts active prices.", param=name)
        return price
    data = line["price_data"]
    product = product_of(sandbox, data, f"{name}[price_data]")
    return make_price(sandbox, data, product, active=False)


def line_items(sandbox: Sandbox, session: Json) -> Json:
    lines = sandbox.store.private(session["id"])["lines"]
    return list_object(f"/v1/checkout/sessions/{session['id']}/line_items", lines)


def find_discount(sandbox: Sandbox, wanted: Json) -> Json:
    """The coupon (and code) that a request names, checked for being redeemable."""
    if "coupon" in wanted:
        coupon = sandbox.refer("coupon", wanted["coupon"], "discounts[0][coupon]")
        code = None
    else:
        code = sandbox.refer("promotion_code", wanted["promotion_code"], "discounts[0][promotion_code]")
        coupon = sandbox.store.load("coupon", code["promotion"]["coupon"])
    _check_redeemable(sandbox, coupon, code)
    return {"coupon": coupon, "promotion_code": code}


def find_typed_code(sandbox: Sandbox, session: Json, typed: str) -> Json:
    """The code that a buyer typed on the page, or a plain reason why it does not apply."""
    condition = ("upper(json_extract(body, '$.code')) = upper(?)", typed.strip())
    found = [code for code in sandbox.store.select("promotion_code", (condition,)) if code["active"]]
    if not found:
        raise CodeRefusedError("This code is not known here.")
    code = found[0]
    coupon = sandbox.store.load("coupon", code["promotion"]["coupon"])
    _check_redeemable(sandbox, coupon, code)
    if code["customer"] and code["customer"] != session["customer"]:
        raise CodeRefusedError("This code belongs to another customer.")
    _check_minimum(session, code["restrictions"])
    return {"coupon": coupon, "promotion_code": code}


def _check_redeemable(sandbox: Sandbox, coupon: Json, code: Json | None) -> None:
    now = sandbox.clock.now()
    used_up = coupon["max_redemptions"] and coupon["times_redeemed"] >= coupon["max_redemptions"]
    if used_up or (coupon["redeem_by"] and coupon["redeem_by"] <= now):
        raise CodeRefusedError("This offer has ended.")
    if code is None:
        return
    used_up = code["max_redemptions"] and code["times_redeemed"] >= code["max_redemptions"]
    if not code["active"] or used_up or (code["expires_at"] and code["expires_at"] <= now):
        raise CodeRefusedError("This code has expired or was used up.")


def _check_minimum(session: Json, restrictions: Json) -> None:
    minimum, currency = restrictions["minimum_amount"], restrictions["minimum_amount_currency"]
    if minimum and (currency != session["currency"] or session["amount_subtotal"] < minimum):
        raise CodeRefusedError(f"This code needs an order of at least {money(minimum, currency)}.")


def apply_discount(sandbox: Sandbox, session: Json, private: Json, found: Json) -> None:
    """Put the one discount on a session; amounts follow in `reprice`."""
    coupon, code = found["coupon"], found["promotion_code"]
    lines = private["lines"]
    if coupon["amount_off"] is not None and coupon["currency"] != lines[0]["currency"]:
        raise CodeRefusedError("This code is for another currency.")
    only = products_of(sandbox, coupon)
    if only and not any(line["price"]["product"] in only for line in lines):
        raise CodeRefusedError("This code is for another course.")
    private["discount"] = {
        "id": new_id("discount"),
        "object": "discount",
        "checkout_session": session["id"],
        "customer": session["customer"],
        "end": None,
        "invoice": None,
        "invoice_item": None,
        "promotion_code": code["id"] if code else None,
        "source": {"coupon": coupon["id"], "type": "coupon"},
        "start": sandbox.clock.now(),
        "subscription": None,
        "subscription_item": None,
    }
    session["discounts"] = [{"coupon": None if code else coupon["id"], "promotion_code": code["id"] if code else None}]


def remove_discount(session: Json, private: Json) -> None:
    private.pop("discount", None)
    session["discounts"] = []


def reprice(sandbox: Sandbox, session: Json, private: Json) -> None:
    """Compute lines and totals anew; an amount below the currency's minimum cannot be charged."""
    lines, discount = private["lines"], private.get("discount")
    coupon = sandbox.store.load("coupon", discount["source"]["coupon"]) if discount else None
    only = products_of(sandbox, coupon) if coupon else []
    taken = discounts(
        [line["amount_subtotal"] for line in lines],
        [not only or line["price"]["product"] in only for line in lines],
        coupon,
    )
    for line, off in zip(lines, taken, strict=True):
        line["amount_discount"] = off
        line["amount_total"] = line["amount_subtotal"] - off
    session["amount_subtotal"] = sum(line["amount_subtotal"] for line in lines)
    session["amount_total"] = session["amount_subtotal"] - sum(taken)
    session["total_details"]["amount_discount"] = sum(taken)
    least = MINIMUM.get(session["currency"], 0)
    if 0 < session["amount_total"] < least:
        raise ApiError(
            "The Checkout Session's total amount due must add up to at least "
            f"{money(least, session['currency'])} {session['currency']}",
            code="amount_too_small",
        )


def breakdown(sandbox: Sandbox, session: Json) -> Json:
    """`total_details.breakdown`, where the coupon behind a discount can be read."""
    discount = sandbox.store.private(session["id"]).get("discount")
    entries = [{"amount": session["total_details"]["amount_discount"], "discount": discount}] if discount else []
    return {"discounts": entries, "taxes": []}
