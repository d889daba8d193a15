"""What the API takes and refuses, seen through the stripe library."""

import time
from collections.abc import Callable
from typing import Any

import pytest
import stripe

from stripe_sandbox import API_VERSION
from stripe_sandbox.testing import SandboxServer, fetch
from stripe_sandbox.tests.conftest import OpenSession, client_for, session_params


def refusal(call: Callable[[], object]) -> tuple[int | None, str | None, str | None]:
    with pytest.raises(stripe.StripeError) as caught:
        call()
    return caught.value.http_status, caught.value.code, getattr(caught.value, "param", None)


def test_the_pinned_version_is_the_one_of_the_library() -> None:
    assert stripe.api_version == API_VERSION


def test_every_answer_names_version_and_request(client: stripe.StripeClient) -> None:
    product = client.v1.products.create({"name": "Introduction"})
    headers = product.last_response.headers  # type: ignore[union-attr]
    assert headers["Stripe-Version"] == API_VERSION
    assert headers["Request-Id"].startswith("req_")


def test_another_version_is_refused(sandbox: SandboxServer) -> None:
    reply = fetch(f"{sandbox.url}/v1/products", Authorization=f"Bearer {sandbox.key}", Stripe_Version="2019-12-03")
    assert (reply.status, reply.json()["error"]["type"]) == (400, "invalid_request_error")


def test_a_wrong_key_is_401(sandbox: SandboxServer) -> None:
    stranger = client_for(sandbox, key="sk_test_sandbox_somebody_else")
    with pytest.raises(stripe.AuthenticationError) as caught:
        stranger.v1.products.list()
    assert caught.value.http_status == 401
    assert "somebody" not in str(caught.value)


def test_no_key_is_401(sandbox: SandboxServer) -> None:
    assert fetch(f"{sandbox.url}/v1/products").status == 401


def test_basic_authentication_works_like_curl_does(sandbox: SandboxServer) -> None:
    coded = "c2tfdGVzdF9zYW5kYm94X2Zvcl90ZXN0c19vbmx5Og=="  # the key and a colon
    assert fetch(f"{sandbox.url}/v1/products", Authorization=f"Basic {coded}").status == 200


def test_what_is_not_served_is_404(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.setup_intents.list()
    assert caught.value.http_status == 404


def test_an_unknown_host_name_is_turned_away(sandbox: SandboxServer) -> None:
    assert fetch(f"{sandbox.url}/dashboard", Host="rebound.example.org").status == 421


@pytest.mark.parametrize(
    ("changes", "code", "param"),
    [
        ({"payment_method_types": ["card"]}, "payment_method_types_no_longer_supported", "payment_method_types"),
        ({"favorite_color": "blue"}, "parameter_unknown", "favorite_color"),
        ({"payment_intent_data": {"note": "x"}}, "parameter_unknown", "payment_intent_data[note]"),
        ({"mode": None}, "parameter_missing", "mode"),
        ({"success_url": None}, "parameter_missing", "success_url"),
        ({"success_url": ""}, "parameter_invalid_empty", "success_url"),
        ({"success_url": "orders/return"}, "url_invalid", "success_url"),
        ({"customer_email": "nobody"}, "email_invalid", "customer_email"),
        ({"client_reference_id": "x" * 201}, "parameter_invalid_string", "client_reference_id"),
        ({"mode": "setup"}, None, "mode"),
        ({"subscription_data": {"metadata": {"a": "b"}}}, None, "subscription_data"),
        ({"ui_mode": "hosted"}, None, "ui_mode"),
        ({"line_items": [{"quantity": 1}]}, "parameter_missing", "line_items[0][price]"),
        ({"allow_promotion_codes": True, "discounts": [{"coupon": "x"}]}, None, "allow_promotion_codes"),
        ({"customer": "cus_1", "customer_email": "a@example.org"}, None, "customer"),
        ({"customer": "cus_1"}, "resource_missing", "customer"),
        ({"metadata": {"k" * 41: "v"}}, None, "metadata"),
        ({"metadata": {"k": "v" * 501}}, None, "metadata[k]"),
        ({"metadata": {str(n): "v" for n in range(51)}}, None, "metadata"),
        ({"excluded_payment_method_types": ["card", "us_bank_account"]}, None, "allowed_payment_method_types"),
    ],
)
def test_a_session_request_is_refused(
    client: stripe.StripeClient, changes: dict[str, Any], code: str | None, param: str | None
) -> None:
    expected = (400, code, param)
    assert refusal(lambda: client.v1.checkout.sessions.create(session_params(**changes))) == expected


@pytest.mark.parametrize("amount", ["249.0", "-1", "12e3", "", "9" * 9])
def test_amounts_are_integers_of_minor_units(client: stripe.StripeClient, amount: str) -> None:
    price: Any = {"currency": "usd", "unit_amount": amount, "product_data": {"name": "Introduction"}}
    status, code, param = refusal(
        lambda: client.v1.checkout.sessions.create(session_params(line_items=[{"price_data": price, "quantity": 1}]))
    )
    assert (status, param) == (400, "line_items[0][price_data][unit_amount]")
    assert code in ("parameter_invalid_integer", "parameter_invalid_empty")


def test_a_price_below_the_minimum_is_too_small(client: stripe.StripeClient) -> None:
    price: Any = {"currency": "usd", "unit_amount": 49, "product_data": {"name": "Introduction"}}
    items = [{"price_data": price, "quantity": 1}]
    code = refusal(lambda: client.v1.checkout.sessions.create(session_params(line_items=items)))[1]
    assert code == "amount_too_small"


@pytest.mark.parametrize(("minutes", "accepted"), [(29, False), (31, True), (24 * 60 - 1, True), (24 * 60 + 1, False)])
def test_a_session_expires_in_30_minutes_to_24_hours(client: stripe.StripeClient, minutes: int, accepted: bool) -> None:
    params = session_params(expires_at=int(time.time()) + minutes * 60)
    if accepted:
        assert client.v1.checkout.sessions.create(params).expires_at == params["expires_at"]
    else:
        assert refusal(lambda: client.v1.checkout.sessions.create(params)) == (400, None, "expires_at")


def test_a_session_lasts_24_hours_by_default(open_session: OpenSession) -> None:
    session = open_session()
    assert session.expires_at - session.created == 24 * 60 * 60


def test_a_new_session_is_open_and_unpaid(open_session: OpenSession, sandbox: SandboxServer) -> None:
    session = open_session()
    assert session.url == f"{sandbox.url}/c/pay/{session.id}"
    assert (session.status, session.payment_status, session.payment_intent) == ("open", "unpaid", None)
    assert (session.amount_subtotal, session.amount_total, session.currency) == (14800, 14800, "usd")
    assert (session.client_reference_id, session.metadata.to_dict()) == (  # type: ignore[union-attr]
        "order-1",
        {"order": "1", "attempt": "1"},
    )


def test_a_product_and_a_price_of_our_own_are_used(client: stripe.StripeClient, open_session: OpenSession) -> None:
    product = client.v1.products.create({"name": "Anatomy", "metadata": {"course": "anatomy"}})
    price = client.v1.prices.create({"currency": "USD", "unit_amount": 5000, "product": product.id})
    session = open_session(line_items=[{"price": price.id, "quantity": 2}])
    line = client.v1.checkout.sessions.line_items.list(session.id).data[0]
    assert (line.description, line.quantity, line.amount_total, line.currency) == ("Anatomy", 2, 10000, "usd")
    assert [product.id for product in client.v1.products.list()] == [product.id]


def test_a_customer_of_another_life_is_missing(client: stripe.StripeClient) -> None:
    assert refusal(lambda: client.v1.customers.retrieve("cus_none")) == (404, "resource_missing", "id")
