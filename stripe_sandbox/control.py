"""`/_faults`: what tests order in advance. README.md lists the words; the secret key is needed, as for the API."""

import json
from typing import Any

from stripe_sandbox.errors import ApiError
from stripe_sandbox.faults import Fault
from stripe_sandbox.passing import skip
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json

FAULT = {"fault", "times", "when", "method", "path", "seconds"}
WEBHOOKS = {"webhooks", "times", "seconds", "order"}
ONE_OF = "Send one of: {fault: ...}, {webhooks: ...}, {skip_seconds: ...}, {skew_seconds: ...}, {clear: true}."


def standing(sandbox: Sandbox) -> Json:
    mode = sandbox.outbox.mode
    return {
        "faults": sandbox.faults.standing(),
        "webhooks": {"mode": mode.mode, "times": mode.times, "seconds": mode.seconds},
        "waiting": sandbox.outbox.unfinished(),
        "now": sandbox.clock.now(),
    }


def order(sandbox: Sandbox, text: str) -> Json:
    """Carry out one order and answer what stands now."""
    try:
        body = json.loads(text)
        if not isinstance(body, dict):
            raise ValueError(ONE_OF)
        _carry_out(sandbox, body)
    except (ValueError, TypeError) as error:
        raise ApiError(f"Not an order: {error}") from error
    return standing(sandbox)


def _carry_out(sandbox: Sandbox, body: dict[str, Any]) -> None:
    if "fault" in body and set(body) <= FAULT:
        sandbox.faults.order(Fault(**{**body, "fault": str(body["fault"])}))
    elif "webhooks" in body and set(body) <= WEBHOOKS:
        _webhooks(sandbox, body)
    elif set(body) == {"skip_seconds"} and isinstance(body["skip_seconds"], int) and body["skip_seconds"] >= 0:
        skip(sandbox, body["skip_seconds"])
    elif set(body) == {"skew_seconds"} and isinstance(body["skew_seconds"], int):
        sandbox.signing.skew = body["skew_seconds"]
    elif body == {"clear": True}:
        sandbox.as_usual()
    else:
        raise ValueError(ONE_OF)


def _webhooks(sandbox: Sandbox, body: dict[str, Any]) -> None:
    if body["webhooks"] == "release":
        sandbox.outbox.set_mode("deliver")
        sandbox.outbox.release(newest_first=body.get("order") == "newest_first")
    else:
        sandbox.outbox.set_mode(body["webhooks"], times=body.get("times"), seconds=body.get("seconds", 5.0))
