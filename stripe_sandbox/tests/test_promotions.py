"""Coupons and the codes that a buyer types."""

from typing import Any

import pytest
import stripe

from stripe_sandbox.testing import SandboxServer, fetch
from stripe_sandbox.tests.conftest import OpenSession


def make_code(client: stripe.StripeClient, code: str, **coupon: Any) -> stripe.PromotionCode:
    params: Any = {"duration": "once", **coupon}
    made = client.v1.coupons.create(params)
    return client.v1.promotion_codes.create({"promotion": {"type": "coupon", "coupon": made.id}, "code": code})


def test_a_code_takes_a_share_off(
    client: stripe.StripeClient, sandbox: SandboxServer, open_session: OpenSession
) -> None:
    code = make_code(client, "SPRING", percent_off=12.5)
    session = open_session(allow_promotion_codes=True)
    assert sandbox.pay(str(session.url), code="spring").status == 303
    after = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent", "total_details.breakdown"]})
    assert (after.amount_subtotal, after.amount_total) == (14800, 12950)
    assert after.payment_intent.amount == 12950  # type: ignore[union-attr]
    assert after.discounts[0].promotion_code == code.id  # type: ignore[index]
    discount = after.total_details.breakdown.discounts[0]  # type: ignore[union-attr]
    assert (discount.amount, discount.discount.source.coupon) == (1850, code.promotion.coupon)
    assert client.v1.promotion_codes.retrieve(code.id).times_redeemed == 1


def test_a_free_order_needs_no_payment(
    client: stripe.StripeClient, sandbox: SandboxServer, open_session: OpenSession
) -> None:
    make_code(client, "GIFT", percent_off=100)
    session = open_session(allow_promotion_codes=True)
    reply = sandbox.pay(str(session.url), code="GIFT")
    assert (reply.status, reply.location.endswith(session.id)) == (303, True)
    after = client.v1.checkout.sessions.retrieve(session.id)
    assert (after.status, after.payment_status, after.payment_intent) == ("complete", "no_payment_required", None)
    assert [event["type"] for event in sandbox.events()] == ["checkout.session.completed"]


def test_an_amount_is_spread_over_the_lines(
    client: stripe.StripeClient, sandbox: SandboxServer, open_session: OpenSession
) -> None:
    coupon = client.v1.coupons.create({"amount_off": 1000, "currency": "usd"})
    items = [
        {"quantity": 1, "price_data": {"currency": "usd", "unit_amount": amount, "product_data": {"name": "x"}}}
        for amount in (1000, 2000, 3333)
    ]
    session = open_session(line_items=items, discounts=[{"coupon": coupon.id}])
    lines = client.v1.checkout.sessions.line_items.list(session.id).data
    assert [line.amount_discount for line in lines] == [157, 315, 528]
    assert session.amount_total == 5333


def test_a_coupon_for_one_course_does_not_fit_another(
    client: stripe.StripeClient, sandbox: SandboxServer, open_session: OpenSession
) -> None:
    product = client.v1.products.create({"name": "Anatomy"})
    make_code(client, "ANATOMY", percent_off=50, applies_to={"products": [product.id]})
    session = open_session(allow_promotion_codes=True)
    reply = sandbox.pay(str(session.url), code="ANATOMY")
    assert reply.status == 400
    assert "This code is for another course." in reply.text
    assert client.v1.coupons.list({"expand": ["data.applies_to"]}).data[0].applies_to.products == [product.id]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("code", "said"),
    [("NOBODY", "This code is not known here."), ("ONCE", "This code is not known here.")],
)
def test_a_code_that_does_not_work_says_so(
    client: stripe.StripeClient, sandbox: SandboxServer, open_session: OpenSession, code: str, said: str
) -> None:
    coupon = client.v1.coupons.create({"percent_off": 10})
    client.v1.promotion_codes.create(
        {"promotion": {"type": "coupon", "coupon": coupon.id}, "code": "ONCE", "max_redemptions": 1}
    )
    sandbox.pay(str(open_session(allow_promotion_codes=True).url), code="ONCE")
    session = open_session(allow_promotion_codes=True)
    assert said in sandbox.pay(str(session.url), code=code).text
    assert client.v1.checkout.sessions.retrieve(session.id).amount_total == 14800


def test_a_code_can_be_taken_off_again(
    client: stripe.StripeClient, sandbox: SandboxServer, open_session: OpenSession
) -> None:
    sandbox.promotion_code("HALF", percent_off=50.0)
    session = open_session(allow_promotion_codes=True)
    fetch(f"{session.url}/code", {"code": "HALF"})
    assert client.v1.checkout.sessions.retrieve(session.id).amount_total == 7400
    fetch(f"{session.url}/code", {"remove": "1"})
    assert client.v1.checkout.sessions.retrieve(session.id).amount_total == 14800


def test_no_code_is_taken_where_none_is_allowed(sandbox: SandboxServer, open_session: OpenSession) -> None:
    sandbox.promotion_code("HALF", percent_off=50.0)
    session = open_session()
    assert "Promotion code" not in fetch(str(session.url)).text
    assert fetch(f"{session.url}/code", {"code": "HALF"}).status == 400


def test_the_old_way_to_make_a_code_is_unknown(client: stripe.StripeClient) -> None:
    coupon = client.v1.coupons.create({"percent_off": 10})
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.promotion_codes.create({"coupon": coupon.id, "code": "OLD"})  # type: ignore[typeddict-item, typeddict-unknown-key]
    assert (caught.value.code, caught.value.param) == ("parameter_unknown", "coupon")


def test_two_active_codes_are_never_the_same(client: stripe.StripeClient) -> None:
    make_code(client, "SPRING", percent_off=10)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        make_code(client, "spring", percent_off=20)
    assert caught.value.param == "code"
