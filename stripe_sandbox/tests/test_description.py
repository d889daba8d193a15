"""Both directions against the derived description of the API, where a workspace has it beside the repository."""

import json
from pathlib import Path
from typing import Any

import pytest
import stripe

from stripe_sandbox.api import ROUTES
from stripe_sandbox.call import Route
from stripe_sandbox.fields import Boolean, Choice, Hash, Integer, Items
from stripe_sandbox.testing import FAILS_LATER, SandboxServer
from stripe_sandbox.tests.conftest import OpenSession, subscription_params

DESCRIPTION = Path(__file__).resolve().parents[3] / "shared" / "stripe" / "spec3.derived.json"
CLASSES: dict[str, type] = {
    "checkout.session": stripe.checkout.Session,
    "checkout.session:subscription": stripe.checkout.Session,
    "charge": stripe.Charge,
    "balance_transaction": stripe.BalanceTransaction,
    "invoice": stripe.Invoice,
    "invoice:subscription": stripe.Invoice,
    "invoice_payment": stripe.InvoicePayment,
    "line_item": stripe.InvoiceLineItem,
    "payment_intent": stripe.PaymentIntent,
    "payout": stripe.Payout,
    "subscription": stripe.Subscription,
    "subscription_item": stripe.SubscriptionItem,
}
UNDESCRIBED = ("payout",)
NOT_SERVED = {"charge": {"transfer"}, "payment_intent": {"payment_record"}, "subscription_item": {"plan"}}
pytestmark = pytest.mark.skipif(
    not DESCRIPTION.exists(), reason="spec3.derived.json is not beside this repository: shapes were not compared"
)


@pytest.fixture(scope="module")
def description() -> Any:
    return json.loads(DESCRIPTION.read_text())


def request_schema(description: Any, route: Route) -> Any:
    """The parameters of one operation as one object schema."""
    parts = route.path.split("/")
    for path, operations in description["paths"].items():
        theirs = path.split("/")
        fits = len(theirs) == len(parts) and all(
            a == b or (a == "{id}" and b.startswith("{")) for a, b in zip(parts, theirs, strict=False)
        )
        if fits and route.method.lower() in operations:
            operation = operations[route.method.lower()]
            if route.method == "POST":  # GET and DELETE carry theirs in the query
                return operation["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
            query = [parameter for parameter in operation["parameters"] if parameter["in"] == "query"]
            return {"properties": {parameter["name"]: parameter["schema"] for parameter in query}}
    raise AssertionError(f"{route.method} {route.path} is not an operation of the API")


def differences(ours: Any, theirs: Any, name: str) -> list[str]:
    """Where our field takes something that the description does not know."""
    if "anyOf" in theirs:
        found = [differences(ours, choice, name) for choice in theirs["anyOf"]]
        return min(found, key=len)
    if isinstance(ours, Hash):
        known = theirs.get("properties", {})
        unknown = [f"{name}.{key} is unknown" for key in ours.fields if key not in known]
        inner = (differences(field, known[key], f"{name}.{key}") for key, field in ours.fields.items() if key in known)
        missing = [f"{name}.{key} is required" for key in theirs.get("required", []) if key not in ours.required]
        return [*unknown, *missing, *(entry for entries in inner for entry in entries)]
    if isinstance(ours, Items):
        return (
            differences(ours.of, theirs["items"], f"{name}[]") if theirs.get("type") == "array" else [f"{name}: array"]
        )
    expected = {Integer: ("integer",), Boolean: ("boolean",)}.get(type(ours))
    if expected and theirs.get("type") not in expected:
        return [f"{name} is {theirs.get('type')}"]
    if isinstance(ours, Choice) and "enum" in theirs:
        return [f"{name}={word} is unknown" for word in (*ours.values, *ours.unserved) if word not in theirs["enum"]]
    longest = getattr(ours, "max_length", None)
    if longest and theirs.get("maxLength") and longest > theirs["maxLength"]:
        return [f"{name} is longer than {theirs['maxLength']}"]
    return []


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_every_request_that_we_take_is_one_of_the_api(description: Any, route: Route) -> None:
    assert differences(route.params, request_schema(description, route), "") == []


def answer_differences(value: Any, schema: Any, name: str) -> list[str]:
    """Where an answer of ours has a field or a type that the description does not know."""
    if value is None:
        return [] if schema.get("nullable", True) or not schema.get("type") else [f"{name} is null"]
    kinds = {"string": str, "integer": int, "boolean": bool, "array": list, "object": dict}
    kind = kinds.get(schema.get("type", ""))
    if kind and not isinstance(value, kind):
        return [f"{name} is {type(value).__name__}"]
    if isinstance(value, list):
        return [d for entry in value for d in answer_differences(entry, schema.get("items", {}), f"{name}[]")]
    if isinstance(value, dict) and schema.get("properties"):
        known = schema["properties"]
        unknown = [f"{name}.{key} is unknown" for key in value if key not in known]
        return unknown + [
            d
            for key, below in value.items()
            if key in known
            for d in answer_differences(below, known[key], f"{name}.{key}")
        ]
    return []


@pytest.fixture
def answers(client: stripe.StripeClient, sandbox: SandboxServer, open_session: OpenSession) -> dict[str, Any]:
    """One stored object of each kind, after a life with a code, a refund that failed and a dispute."""
    code = sandbox.promotion_code("HALF", percent_off=50.0)
    session = open_session(invoice_creation={"enabled": True}, allow_promotion_codes=True)
    sandbox.pay(str(session.url), code="HALF")
    intent = str(client.v1.checkout.sessions.retrieve(session.id).payment_intent)
    sandbox.finish_refund(sandbox.refund(intent, 100), ok=False)
    sandbox.decide(sandbox.dispute(intent), "won")
    kinds = [
        *("checkout.session", "customer", "product", "price", "payment_intent", "charge", "refund", "dispute"),
        *("coupon", "promotion_code", "invoice", "event", "balance_transaction"),
    ]
    found = {kind: sandbox.sandbox.store.select(kind)[0] for kind in kinds}
    private = sandbox.sandbox.store.private(session.id)
    assert code == private["discount"]["promotion_code"]
    return {
        **found,
        "item": private["lines"][0],
        "discount": private["discount"],
        **answers_of_a_subscription(client, sandbox),
    }


def answers_of_a_subscription(client: stripe.StripeClient, sandbox: SandboxServer) -> dict[str, Any]:
    """A subscription that was paid, failed, was paid by hand, failed again, was voided and canceled."""
    session = client.v1.checkout.sessions.create(
        subscription_params(allow_promotion_codes=True, automatic_tax={"enabled": True})
    )
    sandbox.promotion_code("FRIEND", percent_off=10.0, duration="forever")
    sandbox.pay(str(session.url), FAILS_LATER, code="FRIEND")
    store = sandbox.sandbox.store
    subscription = store.load("checkout.session", session.id)["subscription"]
    sandbox.skip(32 * 24 * 60 * 60)
    sandbox.pay_invoice(store.load("subscription", subscription)["latest_invoice"])
    sandbox.write_off(sandbox.next_payment(subscription, ok=False))
    sandbox.void_invoice(sandbox.next_payment(subscription, ok=False))
    sandbox.cancel_subscription(subscription)
    sandbox.fail_payout(sandbox.pay_out()[0])
    (payment,) = client.v1.invoice_payments.list({"invoice": store.select("invoice")[0]["id"]}).data
    return {
        "checkout.session:subscription": store.load("checkout.session", session.id),
        "subscription": store.load("subscription", subscription),
        "subscription_item": store.load("subscription", subscription)["items"]["data"][0],
        "invoice:subscription": store.select("invoice")[0],
        "line_item": store.select("invoice")[0]["lines"]["data"][0],
        "payout": store.select("payout")[0],
        "invoice_payment": store.load("invoice_payment", payment.id),
    }


def test_every_answer_that_we_give_has_the_shape_of_the_api(description: Any, answers: dict[str, Any]) -> None:
    schemas = description["components"]["schemas"]
    shapes = {kind: schemas[kind.split(":")[0]] for kind in answers if kind not in UNDESCRIBED}
    found = [d for kind, shape in shapes.items() for d in answer_differences(answers[kind], shape, kind)]
    assert found == []


@pytest.mark.parametrize(("kind", "shape"), CLASSES.items())
def test_every_answer_has_the_fields_of_the_library(answers: dict[str, Any], kind: str, shape: type) -> None:
    """The other direction, and what the description has no shape of: a field that may not be missing is there."""
    fields = shape.__annotations__
    hints = {name: str(hint).removeprefix("typing.") for name, hint in fields.items()}
    always = {name for name, hint in hints.items() if not hint.startswith(("Optional", "ClassVar"))}
    body = answers[kind]
    assert (sorted(set(body) - set(fields)), sorted(always - set(body) - NOT_SERVED.get(kind, set()))) == ([], [])


def test_every_event_that_we_send_is_one_of_the_api(
    description: Any, sandbox: SandboxServer, answers: dict[str, Any]
) -> None:
    sent = {event["type"] for event in sandbox.events()}
    assert {
        "payout.failed",
        "invoice.upcoming",
        "invoice.voided",
        "invoice_payment.paid",
        "customer.subscription.deleted",
    } <= sent
    assert sorted(sent - set(description["x-event-types"])) == []
