"""A sandbox in a thread, for tests: it talks over HTTP like the real process and pays like a buyer's browser."""

import json
import tempfile
import threading
import time
from html.parser import HTMLParser
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from stripe_sandbox.checkout import outcomes
from stripe_sandbox.config import Config
from stripe_sandbox.delivery import sign
from stripe_sandbox.faults import Fault
from stripe_sandbox.resources import disputes, promotions, refunds, sessions
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.server import Server

KEY = "sk_test_sandbox_for_tests_only"
SECRET = "whsec_sandbox_for_tests_only"  # noqa: S105  a test's own secret
APPROVED = "4242424242424242"
DECLINED = "4000000000000002"
AUTHENTICATE = "4000002500003155"
BANK_DEBIT = "bank_debit"


class Reply:
    """What an HTTP request came to; redirects are not followed."""

    def __init__(self, status: int, headers: Any, text: str) -> None:
        self.status = status
        self.headers = headers
        self.text = text
        self.location: str = headers.get("Location", "")

    def json(self) -> Any:
        return json.loads(self.text)


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *args: object, **kwargs: object) -> None:
        """Answer the redirect itself."""


_OPENER = build_opener(_NoRedirect, ProxyHandler({}))


def fetch(url: str, form: dict[str, str] | None = None, *, data: bytes | None = None, **headers: str) -> Reply:
    """One request, as a browser without JavaScript makes it."""
    body = urlencode(form).encode() if form is not None else data
    request = Request(url, data=body, headers={k.replace("_", "-"): v for k, v in headers.items()})  # noqa: S310
    try:
        with _OPENER.open(request, timeout=30) as response:
            return Reply(response.status, response.headers, response.read().decode())
    except HTTPError as error:
        with error:
            return Reply(error.code, error.headers, error.read().decode())


class SandboxServer:
    """`with SandboxServer(webhook_url=...) as sandbox:`, or start() and stop()."""

    def __init__(self, **options: Any) -> None:
        self._options = options
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def start(
        self,
        port: int = 0,
        webhook_url: str = "",
        key: str = KEY,
        secret: str = SECRET,
        database: Path | None = None,
        delay_seconds: float | None = None,
        host: str = "localhost",
    ) -> "SandboxServer":
        if database is None:
            self._folder = tempfile.TemporaryDirectory(prefix="sandbox-", ignore_cleanup_errors=True)
            database = Path(self._folder.name) / "sandbox.sqlite3"
        self.sandbox = Sandbox(Config(key, secret, webhook_url, database, host, port, delay_seconds))
        self._server = Server(self.sandbox)
        self._thread = threading.Thread(target=self._server.run, name="sandbox", daemon=True)
        self._thread.start()
        self.key, self.secret, self.url = key, secret, self._server.url
        return self

    def stop(self) -> None:
        self._server.stop()
        self._thread.join(timeout=10)
        if self._folder:
            self._folder.cleanup()

    def __enter__(self) -> "SandboxServer":
        return self.start(**self._options)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # What a buyer does

    def pay(self, session_url: str, card: str = APPROVED, *, email: str = "buyer@example.org", code: str = "") -> Reply:
        """Submit the hosted page. The reply's `location` is where the browser would go."""
        page = fetch(session_url)
        if code:
            reply = fetch(f"{session_url}/code", {"code": code})
            if reply.status != 303:
                return reply
            page = fetch(session_url)
        form = _defaults(page.text)
        reply = fetch(session_url, {**form, "card": card, **({"email": email} if "email" in form else {})})
        if reply.location.endswith("/authenticate"):
            return Reply(reply.status, reply.headers, fetch(self.url + reply.location).text)
        return reply

    def authenticate(self, session_url: str, *, approve: bool = True) -> Reply:
        """Answer the bank's question."""
        return fetch(f"{session_url}/authenticate", {"answer": "approve" if approve else "refuse"})

    # What the bank or Stripe's dashboard does

    def settle(self, session_id: str, ok: bool = True) -> None:
        outcomes.settle(self.sandbox, session_id, ok=ok)

    def expire(self, session_id: str) -> None:
        with self.sandbox.store.transaction():
            sessions.expire_session(self.sandbox, self.sandbox.store.load("checkout.session", session_id))

    def refund(self, payment_intent: str, amount: int | None = None) -> str:
        """Refund from the dashboard; answers the refund's id."""
        params = {"payment_intent": payment_intent} | ({"amount": amount} if amount else {})
        with self.sandbox.store.transaction():
            return str(refunds.make_refund(self.sandbox, params)["id"])

    def finish_refund(self, refund_id: str, ok: bool = True) -> None:
        refunds.finish_refund(self.sandbox, refund_id, ok=ok)

    def dispute(self, payment_intent: str, *, inquiry: bool = False) -> str:
        intent = self.sandbox.store.load("payment_intent", payment_intent)
        return str(disputes.open_dispute(self.sandbox, intent["latest_charge"], inquiry=inquiry)["id"])

    def decide(self, dispute_id: str, status: str) -> None:
        """`won`, `lost`, `under_review`, `prevented`, `warning_closed`, ..."""
        disputes.decide(self.sandbox, dispute_id, status)

    def promotion_code(self, code: str, **coupon: Any) -> str:
        """A coupon (percent_off=..., or amount_off=... and currency=...) and its code; answers the code's id."""
        with self.sandbox.store.transaction():
            made = promotions.make_coupon(self.sandbox, coupon)
            params = {"promotion": {"type": "coupon", "coupon": made["id"]}, "code": code}
            return str(promotions.make_promotion_code(self.sandbox, params)["id"])

    # What tests order

    def hold_webhooks(self) -> None:
        self.sandbox.outbox.set_mode("hold")

    def release_webhooks(self, *, newest_first: bool = False) -> None:
        self.sandbox.outbox.set_mode("deliver")
        self.sandbox.outbox.release(newest_first=newest_first)

    def webhooks(self, mode: str, *, times: int | None = None, seconds: float = 5.0) -> None:
        """deliver, hold, drop, duplicate or delay the next events."""
        self.sandbox.outbox.set_mode(mode, times=times, seconds=seconds)

    def fault(self, fault: str, **order: Any) -> None:
        """500, 429, timeout or delay for the next calls; see `stripe_sandbox.faults.Fault`."""
        self.sandbox.faults.order(Fault(fault, **order))

    def clear(self) -> None:
        self.sandbox.faults.clear()
        self.sandbox.outbox.set_mode("deliver")

    def skip(self, seconds: int) -> None:
        """Push the sandbox's clock forward."""
        self.sandbox.clock.skip(seconds)
        self.sandbox.outbox.wake.set()

    def wait_for_webhooks(self, timeout: float = 10.0) -> None:
        """Return when nothing waits to be sent; TimeoutError if something still does."""
        deadline = time.monotonic() + timeout
        while self.sandbox.outbox.unfinished():
            if time.monotonic() > deadline:
                raise TimeoutError("Webhooks still wait to be delivered.")
            time.sleep(0.01)

    def wait_for_event(self, kind: str, timeout: float = 10.0) -> dict[str, Any]:
        """The newest event of a kind, once there is one; TimeoutError if none comes."""
        deadline = time.monotonic() + timeout
        while not (found := self.events(kind)):
            if time.monotonic() > deadline:
                raise TimeoutError(f"No {kind} came.")
            time.sleep(0.01)
        return found[-1]

    def events(self, kind: str = "") -> list[dict[str, Any]]:
        """The events so far, oldest first."""
        found = self.sandbox.store.select("event", oldest_first=True)
        return [event for event in found if kind in ("", event["type"])]

    def signed(self, event: dict[str, Any]) -> tuple[bytes, str]:
        """Body and `Stripe-Signature` of an event, for a test that posts it to its own endpoint."""
        payload = json.dumps(event, indent=2).encode()
        return payload, sign(payload, self.secret, int(time.time()))

    def deliveries(self, event_id: str) -> list[dict[str, Any]]:
        """Each delivery of an event with its state and its log of attempts."""
        return self.sandbox.outbox.deliveries(event_id)


class _Form(HTMLParser):
    """The fields of the page's payment form with what they hold."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self._inside = not (given.get("action") or "").endswith("/code")
        name = given.get("name")
        if self._inside and tag == "input" and name and (given.get("type") != "radio" or "checked" in given):
            self.values[name] = given.get("value") or ""


def _defaults(page: str) -> dict[str, str]:
    form = _Form()
    form.feed(page)
    return form.values
