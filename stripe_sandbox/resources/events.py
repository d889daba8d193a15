"""Events: what happened, with what became of its delivery."""

import json

from stripe_sandbox.call import Call, Route
from stripe_sandbox.errors import exclusive_parameters
from stripe_sandbox.fields import EXPAND, LIST, Boolean, Hash, Items, Text
from stripe_sandbox.listing import page
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json

# Nobody listened, or the one endpoint took it; pending, held, dropped and failed deliveries are not a success.
DELIVERED = (
    "(NOT EXISTS (SELECT 1 FROM deliveries WHERE event = objects.id)"
    " OR EXISTS (SELECT 1 FROM deliveries WHERE event = objects.id AND state = 'delivered')) = ?"
)


def with_deliveries(sandbox: Sandbox, event: Json) -> Json:
    """The event with its present count of webhooks that have not been taken."""
    states = [delivery["state"] for delivery in sandbox.outbox.deliveries(event["id"])]
    return {**event, "pending_webhooks": int(bool(states) and "delivered" not in states)}


def retrieve(sandbox: Sandbox, call: Call) -> Json:
    return with_deliveries(sandbox, sandbox.get("event", call.subject))


def list_all(sandbox: Sandbox, call: Call) -> Json:
    params = call.params
    if "type" in params and "types" in params:
        raise exclusive_parameters("type", "types")
    conditions: list[tuple[str, object]] = []
    if "types" in params:
        kinds = json.dumps(params["types"])
        conditions.append(("json_extract(body, '$.type') IN (SELECT value FROM json_each(?))", kinds))
    if "delivery_success" in params:
        conditions.append((DELIVERED, int(params["delivery_success"])))
    found = page(sandbox.store, "event", params, url=call.path, filters=("type",), conditions=tuple(conditions))
    found["data"] = [with_deliveries(sandbox, event) for event in found["data"]]
    return found


ROUTES = (
    Route(
        "GET",
        "/v1/events",
        Hash({**LIST, "delivery_success": Boolean(), "type": Text(), "types": Items(Text(), 20)}),
        list_all,
    ),
    Route("GET", "/v1/events/{id}", Hash(EXPAND), retrieve),
)
