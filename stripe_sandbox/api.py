"""The path of an API call: key, version, route, parameters, idempotency, faults, verb, expand."""

import base64
import binascii
import hmac
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from stripe_sandbox import API_VERSION, errors, idempotency
from stripe_sandbox.call import Call, Route
from stripe_sandbox.encoding import Tree, decode
from stripe_sandbox.errors import ApiError
from stripe_sandbox.expansion import expand
from stripe_sandbox.faults import Fault
from stripe_sandbox.resources import (
    catalogue,
    customers,
    disputes,
    events,
    invoice_payments,
    invoices,
    payments,
    payouts,
    promotions,
    refunds,
    sessions,
    subscriptions,
)
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json, new_id

log = logging.getLogger(__name__)
FAMILIES = (
    *(catalogue, customers, promotions, sessions, payments, refunds, disputes),
    *(subscriptions, invoices, invoice_payments, payouts, events),
)
ROUTES: tuple[Route, ...] = tuple(route for family in FAMILIES for route in family.ROUTES)


class LostAnswerError(Exception):
    """The call may have done its work, but its answer does not arrive: the connection is closed."""


@dataclass
class Request:
    """One HTTP request to the API, as it came."""

    method: str
    path: str
    text: str
    headers: Mapping[str, str]
    origin: str
    id: str = field(default_factory=lambda: new_id("request"))


@dataclass
class Answer:
    status: int
    body: Json
    headers: dict[str, str] = field(default_factory=dict)


def serve(sandbox: Sandbox, request: Request) -> Answer:
    """Answer one API call, always with Stripe's headers."""
    try:
        answer = _serve(sandbox, request)
    except ApiError as error:
        answer = Answer(error.status, error.body())
    except LostAnswerError:
        raise
    except Exception:
        log.exception("The sandbox itself failed in %s %s", request.method, request.path)
        answer = Answer(500, errors.server_error().body())
    answer.headers |= {"Request-Id": request.id, "Stripe-Version": API_VERSION}
    if "error" in answer.body:
        log.info("%s %s: %s %s", request.method, request.path, answer.status, answer.body["error"]["message"])
    key = request.headers.get("Idempotency-Key")
    if key is not None and request.method == "POST":
        answer.headers["Idempotency-Key"] = "".join(c for c in key if c.isprintable())[: idempotency.MAX_KEY]
    return answer


def _serve(sandbox: Sandbox, request: Request) -> Answer:
    check_key(sandbox, request.headers)
    version = request.headers.get("Stripe-Version", API_VERSION)
    if version != API_VERSION:
        raise errors.wrong_version(version)
    route, subject = find_route(request.method, request.path)
    tree = decode(request.text)
    params = route.params.read(tree)
    call = Call(params=params, path=request.path, origin=request.origin, subject=subject)
    key = request.headers.get("Idempotency-Key") if request.method == "POST" else None
    if key is None:
        return _run(sandbox, route, call, request)
    return _run_once(sandbox, route, call, request, key, tree)


def check_key(sandbox: Sandbox, headers: Mapping[str, str]) -> None:
    """The secret key, as a bearer token or as the user name of basic authentication."""
    scheme, _, value = headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            value = base64.b64decode(value).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            value = ""
    value = value.strip()
    if not value:
        raise errors.no_key()
    if not hmac.compare_digest(value.encode(), sandbox.config.key.encode()):
        raise errors.wrong_key(value)


def find_route(method: str, path: str) -> tuple[Route, str]:
    parts = path.strip("/").split("/")
    for route in ROUTES:
        wanted = route.path.strip("/").split("/")
        if route.method != method or len(wanted) != len(parts):
            continue
        pairs = list(zip(wanted, parts, strict=True))
        if all(want in ("{id}", part) for want, part in pairs) and "" not in parts:
            return route, next((part for want, part in pairs if want == "{id}"), "")
    raise errors.unknown_path(method, path)


def _run_once(sandbox: Sandbox, route: Route, call: Call, request: Request, key: str, tree: Tree) -> Answer:
    print_ = idempotency.fingerprint(request.method, request.path, tree)
    kept = idempotency.claim(sandbox.store, key, print_, request=request.id)
    if kept:
        again = {"Idempotent-Replayed": "true", "Original-Request": kept.request}
        return Answer(kept.status, kept.body, again)
    try:
        return _run(sandbox, route, call, request, key)
    except ApiError as error:
        if error.kept:
            idempotency.keep(sandbox.store, key, error.status, error.body())
        raise
    finally:
        idempotency.forget(sandbox.store, key)


def _run(sandbox: Sandbox, route: Route, call: Call, request: Request, key: str | None = None) -> Answer:
    fault = sandbox.faults.take(request.method, request.path)
    if fault and fault.when != "after":
        _fail(fault, kept=fault.when == "kept")
    with sandbox.store.transaction():
        body = route.handler(sandbox, call)
        body = expand(sandbox, body, call.params.get("expand", []))
        if key is not None:
            idempotency.keep(sandbox.store, key, 200, body)
    if fault and fault.when == "after":
        _fail(fault, kept=False)
    return Answer(200, body)


def _fail(fault: Fault, *, kept: bool) -> None:
    """Play an ordered fault; `delay` only makes the call slow."""
    if fault.fault in ("timeout", "delay"):
        time.sleep(fault.seconds)
    if fault.fault == "timeout":
        raise LostAnswerError
    if fault.fault == "429":
        raise errors.too_many_requests()
    if fault.fault == "500":
        error = errors.server_error()
        error.kept = kept
        raise error
