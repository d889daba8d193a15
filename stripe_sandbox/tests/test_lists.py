"""Pages, filters and expand."""

import pytest
import stripe

from stripe_sandbox.testing import SandboxServer
from stripe_sandbox.tests.conftest import OpenSession


@pytest.fixture
def customers(client: stripe.StripeClient) -> list[str]:
    """Five customers, oldest first."""
    return [client.v1.customers.create({"email": f"{n}@example.org"}).id for n in range(5)]


def test_newest_first_ten_at_a_time(client: stripe.StripeClient, customers: list[str]) -> None:
    page = client.v1.customers.list({"limit": 2})
    assert ([found.id for found in page], page.has_more) == ([customers[4], customers[3]], True)


def test_all_pages_forward(client: stripe.StripeClient, customers: list[str]) -> None:
    found = client.v1.customers.list({"limit": 2}).auto_paging_iter()
    assert [customer.id for customer in found] == customers[::-1]


def test_all_pages_backward_are_chronological(client: stripe.StripeClient, customers: list[str]) -> None:
    found = client.v1.customers.list({"limit": 2, "ending_before": customers[0]}).auto_paging_iter()
    assert [customer.id for customer in found] == customers[1:]


def test_an_unknown_cursor_is_refused(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.events.list({"ending_before": "evt_none"})
    assert (caught.value.http_status, caught.value.code) == (400, "resource_missing")


@pytest.mark.parametrize("limit", [0, 101])
def test_a_page_holds_1_to_100(client: stripe.StripeClient, limit: int) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.customers.list({"limit": limit})


def test_filters(client: stripe.StripeClient, customers: list[str]) -> None:
    assert [found.id for found in client.v1.customers.list({"email": "3@example.org"})] == [customers[3]]


def test_created_is_a_range(client: stripe.StripeClient, sandbox: SandboxServer, customers: list[str]) -> None:
    sandbox.skip(1000)
    late = client.v1.customers.create({"email": "late@example.org"})
    found = client.v1.customers.list({"created": {"gte": late.created}})
    assert [customer.id for customer in found] == [late.id]


def test_sessions_by_payment_intent_and_status(
    client: stripe.StripeClient, sandbox: SandboxServer, open_session: OpenSession
) -> None:
    waiting, bought = open_session(), open_session()
    sandbox.pay(str(bought.url))
    intent = str(client.v1.checkout.sessions.retrieve(bought.id).payment_intent)
    sessions = client.v1.checkout.sessions
    assert [found.id for found in sessions.list({"payment_intent": intent})] == [bought.id]
    assert [found.id for found in sessions.list({"status": "open"})] == [waiting.id]


def test_a_list_expands_its_entries(
    client: stripe.StripeClient, sandbox: SandboxServer, open_session: OpenSession
) -> None:
    sandbox.pay(str(open_session().url))
    charge = client.v1.charges.list({"expand": ["data.balance_transaction", "data.payment_intent"]}).data[0]
    assert charge.balance_transaction.net == 14341  # type: ignore[union-attr]
    assert charge.payment_intent.status == "succeeded"  # type: ignore[union-attr]


def test_refunds_of_a_charge_are_there_only_when_expanded(
    client: stripe.StripeClient, sandbox: SandboxServer, open_session: OpenSession
) -> None:
    sandbox.pay(str(open_session().url))
    charge = client.v1.charges.list().data[0]
    client.v1.refunds.create({"charge": charge.id, "amount": 100})
    assert "refunds" not in client.v1.charges.retrieve(charge.id)
    expanded = client.v1.charges.retrieve(charge.id, {"expand": ["refunds"]})
    assert [refund.amount for refund in expanded.refunds] == [100]  # type: ignore[union-attr]


@pytest.mark.parametrize("path", ["amount_total", "charges", "a.b.c.d.e", "line_items.x"])
def test_what_cannot_be_expanded_is_refused(client: stripe.StripeClient, open_session: OpenSession, path: str) -> None:
    session = open_session()
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.checkout.sessions.retrieve(session.id, {"expand": [path]})
