"""Automatic tax at sample rates, and an address that is asked for."""

from typing import Any

import pytest
import stripe

from stripe_sandbox.testing import APPROVED, SandboxServer, fetch
from stripe_sandbox.tests.conftest import OpenSession, subscription_params

TAXED: dict[str, Any] = {"automatic_tax": {"enabled": True}, "billing_address_collection": "auto"}
OREGON = {"state": "OR", "postal_code": "97201"}
BERLIN = {"state": "", "postal_code": "10115", "country": "DE", "city": "Berlin"}


def line(**price: Any) -> list[Any]:
    data = {"currency": "usd", "unit_amount": 11900, "product_data": {"name": "Introduction"}, **price}
    return [{"price_data": data, "quantity": 1}]


def read(client: stripe.StripeClient, session: stripe.checkout.Session) -> Any:
    expand = ["total_details.breakdown", "invoice", "payment_intent", "customer", "line_items"]
    return client.v1.checkout.sessions.retrieve(session.id, {"expand": expand})


def test_the_total_is_shown_with_tax_before_the_button(
    client: stripe.StripeClient, sandbox: SandboxServer, open_session: OpenSession
) -> None:
    session = open_session(**TAXED)
    assert session.automatic_tax.status == "requires_location_inputs"
    before = fetch(str(session.url)).text
    assert "Press Update to see the total with tax" in before
    assert 'class="primary"' not in before
    form = {"email": "a@example.org", "country": "US", "state": "ny", "postal_code": "12207"}
    assert fetch(f"{session.url}/address", form).status == 303
    after = fetch(str(session.url)).text
    assert "<dt>Tax (sample rates)</dt><dd>$11.84</dd>" in after
    assert '<button class="primary">Pay $159.84</button>' in after


def test_tax_is_paid_and_told(client: stripe.StripeClient, sandbox: SandboxServer, open_session: OpenSession) -> None:
    session = open_session(**TAXED, invoice_creation={"enabled": True})
    assert sandbox.pay(str(session.url)).status == 303
    paid = read(client, session)
    assert (paid.amount_subtotal, paid.amount_total, paid.total_details.amount_tax) == (14800, 15984, 1184)
    assert (paid.automatic_tax.status, paid.payment_intent.amount_received) == ("complete", 15984)
    assert (paid.customer_details.address.state, paid.customer_details.name) == ("NY", "Bea Buyer")
    assert (paid.customer.address.country, paid.customer.name) == ("US", "Bea Buyer")
    (tax,) = paid.total_details.breakdown.taxes
    assert (tax.amount, tax.rate.percentage, tax.taxability_reason, tax.taxable_amount) == (
        *(1184, 8.0, "standard_rated"),
        14800,
    )
    assert (paid.invoice.total, paid.invoice.total_excluding_tax) == (15984, 14800)
    assert [entry.amount for entry in paid.invoice.total_taxes] == [1184]
    assert paid.line_items.data[0].amount_tax == 1184
    assert "<dt>Tax</dt><dd>$11.84</dd>" in fetch(paid.invoice.hosted_invoice_url).text


@pytest.mark.parametrize(
    ("address", "price", "total", "tax"),
    [
        ({}, {}, 12852, 952),
        (OREGON, {}, 11900, 0),
        (BERLIN, {}, 14161, 2261),
        (BERLIN, {"tax_behavior": "inclusive"}, 11900, 1900),
        (BERLIN, {"tax_behavior": "exclusive"}, 14161, 2261),
        ({**BERLIN, "country": "PT"}, {}, 11900, 0),
        (BERLIN, {"product_data": {"name": "Introduction", "tax_code": "txcd_00000000"}}, 11900, 0),
    ],
)
def test_the_address_decides(
    client: stripe.StripeClient,
    sandbox: SandboxServer,
    open_session: OpenSession,
    address: dict[str, str],
    price: dict[str, Any],
    total: int,
    tax: int,
) -> None:
    session = open_session(**TAXED, line_items=line(**price))
    sandbox.pay(str(session.url), address=address)
    paid = read(client, session)
    assert (paid.payment_status, paid.amount_total, paid.total_details.amount_tax) == ("paid", total, tax)


def test_a_code_lowers_the_tax(client: stripe.StripeClient, sandbox: SandboxServer, open_session: OpenSession) -> None:
    sandbox.promotion_code("HALF", percent_off=50.0)
    session = open_session(**TAXED, allow_promotion_codes=True)
    sandbox.pay(str(session.url), code="HALF")
    paid = read(client, session)
    assert (paid.amount_total, paid.total_details.amount_discount, paid.total_details.amount_tax) == (7992, 7400, 592)


def test_another_address_at_the_last_moment_shows_the_new_total_first(
    client: stripe.StripeClient, sandbox: SandboxServer, open_session: OpenSession
) -> None:
    session = open_session(**TAXED)
    form = {"email": "a@example.org", "country": "US", "state": "OR", "postal_code": "97201", "card": APPROVED}
    fetch(f"{session.url}/address", form)
    changed = fetch(str(session.url), {**form, "state": "NY"})
    assert (changed.status, "Pay $159.84" in changed.text) == (409, True)
    assert read(client, session).payment_status == "unpaid"
    assert fetch(str(session.url), {**form, "state": "NY"}).status == 303


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"postal_code": ""}, "Please give: postal code."),
        ({"state": ""}, "Please give: state."),
        ({"state": "New York"}, "Please give the state as two letters, for example OR."),
        ({"country": ""}, "Please give: country."),
        ({"line1": "", "name": ""}, "Please give: name, street and number."),
    ],
)
def test_what_is_missing_is_asked_for(
    sandbox: SandboxServer, open_session: OpenSession, changes: dict[str, str], said: str
) -> None:
    reply = sandbox.pay(str(open_session(billing_address_collection="required").url), address=changes)
    assert (reply.status, said in reply.text) == (400, True)


def test_an_address_without_tax_is_kept(
    client: stripe.StripeClient, sandbox: SandboxServer, open_session: OpenSession
) -> None:
    session = open_session(billing_address_collection="required")
    assert "Pay $148.00" in fetch(str(session.url)).text
    sandbox.pay(str(session.url))
    paid = read(client, session)
    assert (paid.amount_total, paid.automatic_tax.enabled) == (14800, False)
    assert (paid.customer_details.name, paid.customer_details.address.to_dict()) == (
        "Bea Buyer",
        {
            "city": "Albany",
            "country": "US",
            "line1": "1 Main Street",
            "line2": None,
            "postal_code": "12207",
            "state": "NY",
        },
    )


def test_no_address_is_asked_for_by_itself(open_session: OpenSession) -> None:
    session = open_session()
    assert "Billing address" not in fetch(str(session.url)).text
    assert fetch(f"{session.url}/address", {"country": "US"}).location == f"/c/pay/{session.id}"


def test_each_instalment_is_taxed(client: stripe.StripeClient, sandbox: SandboxServer) -> None:
    session = client.v1.checkout.sessions.create(subscription_params(**TAXED))
    fetch(f"{session.url}/address", {"country": "DE", "postal_code": "10115"})
    assert "then <strong>$59.50</strong> every month" in fetch(str(session.url)).text
    sandbox.pay(str(session.url), address=BERLIN)
    subscription = str(client.v1.checkout.sessions.retrieve(session.id).subscription)
    sandbox.next_payment(subscription)
    found = client.v1.invoices.list({"subscription": subscription}).data
    assert [(invoice.total, invoice.amount_paid, invoice.automatic_tax.status) for invoice in found] == [
        (5950, 5950, "complete"),
        (5950, 5950, "complete"),
    ]
    assert found[0].total_taxes[0].amount == found[0].lines.data[0].taxes[0].amount == 950  # type: ignore[index]
    assert found[0].customer_address.country == "DE"  # type: ignore[union-attr]


def test_a_customer_is_updated_when_asked(
    client: stripe.StripeClient, sandbox: SandboxServer, open_session: OpenSession
) -> None:
    customer = client.v1.customers.create({"email": "a@example.org"})
    session = open_session(**TAXED, customer=customer.id, customer_update={"address": "auto"})
    sandbox.pay(str(session.url))
    after = client.v1.customers.retrieve(customer.id)
    assert (after.address.city, after.name) == ("Albany", None)  # type: ignore[union-attr]
    with pytest.raises(stripe.InvalidRequestError):
        open_session(customer_update={"address": "auto"})


def test_tax_needs_the_address_of_a_known_customer(client: stripe.StripeClient, open_session: OpenSession) -> None:
    customer = client.v1.customers.create({"email": "a@example.org"})
    with pytest.raises(stripe.InvalidRequestError) as caught:
        open_session(**TAXED, customer=customer.id)
    assert caught.value.code == "customer_tax_location_invalid"


def test_what_was_typed_stays_when_something_is_missing(sandbox: SandboxServer, open_session: OpenSession) -> None:
    reply = sandbox.pay(str(open_session(**TAXED).url), address={"postal_code": "", "city": "Eugene", "country": "CA"})
    assert 'name="city" autocomplete="off" value="Eugene"' in reply.text
    assert '<option value="CA" selected>' in reply.text
    assert 'value="buyer@example.org"' in reply.text
