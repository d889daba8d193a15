"""A session's lines and the one discount on it: from products, prices and coupons to amounts."""

from stripe_sandbox.checkout.tax import Rate, line_tax, rate_for, rate_object
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
    _check_recurring(prices, params["mode"])
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


def _check_recurring(prices: list[Json], mode: str) -> None:
    """One-time prices in `payment` mode; in `subscription` mode recurring ones of one interval."""
    recurring = [price["recurring"] for price in prices]
    if mode == "payment" and any(recurring):
        raise ApiError(
            "You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use "
            "only one-time prices.",
            param="line_items",
        )
    if mode == "subscription" and not any(recurring):
        raise ApiError(
            "You must provide at least one recurring price in `subscription` mode when using prices.",
            param="line_items",
        )
    if any(other != recurring[0] for other in recurring):
        raise ApiError("The sandbox serves lines of one interval only in `subscription` mode.", param="line_items")


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


def price_lines(sandbox: Sandbox, private: Json) -> Json:
    """Set each line's amounts and taxes in `private`; answers the totals as a session shows them."""
    lines, discount = private["lines"], private.get("discount")
    coupon = sandbox.store.load("coupon", discount["source"]["coupon"]) if discount else None
    only = products_of(sandbox, coupon) if coupon else []
    taken = discounts(
        [line["amount_subtotal"] for line in lines],
        [not only or line["price"]["product"] in only for line in lines],
        coupon,
    )
    private["taxes"] = []
    for line, off in zip(lines, taken, strict=True):
        left = line["amount_subtotal"] - off
        taxes = _taxes(sandbox, line, left, private)
        private["taxes"].append(taxes)
        added = sum(tax["amount"] for tax in taxes if tax["tax_behavior"] == "exclusive")
        line.update(amount_discount=off, amount_tax=sum(tax["amount"] for tax in taxes), amount_total=left + added)
    return {
        "amount_subtotal": sum(line["amount_subtotal"] for line in lines),
        "amount_total": sum(line["amount_total"] for line in lines),
        "total_details": {
            "amount_discount": sum(taken),
            "amount_shipping": 0,
            "amount_tax": sum(line["amount_tax"] for line in lines),
        },
    }


def _taxes(sandbox: Sandbox, line: Json, amount: int, private: Json) -> list[Json]:
    """Nothing until tax is on and the address is known."""
    if not private.get("automatic_tax") or not private.get("address"):
        return []
    return [line_tax(amount, line["price"]["tax_behavior"], _rate(sandbox, line, private))]


def _rate(sandbox: Sandbox, line: Json, private: Json) -> Rate:
    product = sandbox.store.load("product", line["price"]["product"])
    return rate_for(private["address"], product["tax_code"])


def reprice(sandbox: Sandbox, session: Json, private: Json) -> None:
    """Compute lines and totals anew; an amount below the currency's minimum cannot be charged."""
    session.update(price_lines(sandbox, private))
    if session["automatic_tax"]["enabled"] and private.get("address"):
        session["automatic_tax"]["status"] = "complete"
    least = MINIMUM.get(session["currency"], 0)
    if 0 < session["amount_total"] < least:
        raise ApiError(
            "The Checkout Session's total amount due must add up to at least "
            f"{money(least, session['currency'])} {session['currency']}",
            code="amount_too_small",
        )


def later_order(sandbox: Sandbox, subscription: Json, private: Json) -> Json:
    """What a period of a subscription costs after the first: the same lines, with a discount that lasts."""
    return {
        "automatic_tax": _tax_standing(subscription["automatic_tax"]),
        "currency": subscription["currency"],
        "customer": subscription["customer"],
        "payment_method_types": private["payment_method_types"],
        **price_lines(sandbox, private),
    }


def _tax_standing(asked: Json) -> Json:
    on = asked["enabled"]
    return {**asked, "provider": "stripe" if on else None, "status": "complete" if on else None}


def later_amount(sandbox: Sandbox, private: Json) -> int:
    """What the hosted page says of the payments that follow."""
    copy = {**private, "lines": [dict(line) for line in private["lines"]]}
    if "discount" in copy and not lasts(sandbox, copy["discount"]):
        del copy["discount"]
    return int(price_lines(sandbox, copy)["amount_total"])


def lasts(sandbox: Sandbox, discount: Json) -> bool:
    """Whether a discount is for every payment of a subscription, not only for the first."""
    return bool(sandbox.store.load("coupon", discount["source"]["coupon"])["duration"] == "forever")


def breakdown(sandbox: Sandbox, session: Json) -> Json:
    """`total_details.breakdown`, where the coupon behind a discount and the rate behind a tax can be read."""
    private, now = sandbox.store.private(session["id"]), session["created"]
    discount = private.get("discount")
    entries = [{"amount": session["total_details"]["amount_discount"], "discount": discount}] if discount else []
    taxes = [
        {
            "amount": tax["amount"],
            "rate": rate_object(_rate(sandbox, line, private), inclusive=tax["tax_behavior"] == "inclusive", now=now),
            "taxability_reason": tax["taxability_reason"],
            "taxable_amount": tax["taxable_amount"],
        }
        for line, found in zip(private["lines"], private.get("taxes", []), strict=False)
        for tax in found
    ]
    return {"discounts": entries, "taxes": taxes}
