"""A sandbox in a thread, for tests: it talks over HTTP like the real process and pays like a buyer's browser."""

import json
import tempfile
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any

from stripe_sandbox import passing
from stripe_sandbox.billing import collection, cycle, standing
from stripe_sandbox.browser import Reply, defaults, fetch
from stripe_sandbox.checkout import outcomes
from stripe_sandbox.config import Config
from stripe_sandbox.faults import Fault
from stripe_sandbox.resources import disputes, payouts, promotions, refunds, sessions
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.server import Server

KEY = "sk_test_sandbox_for_tests_only"
SECRET = "whsec_sandbox_for_tests_only"  # noqa: S105  a test's own secret
APPROVED = "4242424242424242"
DECLINED = "4000000000000002"
FAILS_LATER = "4000000000000341"
AUTHENTICATE = "4000002500003155"
BANK_DEBIT = "bank_debit"
ADDRESS = {
    "name": "Bea Buyer",
    "line1": "1 Main Street",
    "city": "Albany",
    "state": "NY",
    "postal_code": "12207",
    "country": "US",
}


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

    def pay(
        self,
        session_url: str,
        card: str = APPROVED,
        *,
        email: str = "buyer@example.org",
        code: str = "",
        address: dict[str, str] | None = None,
    ) -> Reply:
        """Submit the hosted page. The reply's `location` is where the browser would go.

        Where the page asks for an address, `ADDRESS` is given, changed by `address`.
        """
        page = fetch(session_url)
        if code:
            reply = fetch(f"{session_url}/code", {"code": code})
            if reply.status != 303:
                return reply
            page = fetch(session_url)
        form = defaults(page.text)
        if "email" in form:
            form["email"] = email
        if "postal_code" in form:
            form |= ADDRESS | (address or {})
            reply = fetch(f"{session_url}/address", form)
            if reply.status != 303:
                return reply
        reply = fetch(session_url, {**form, "card": card})
        if reply.location.endswith("/authenticate"):
            return Reply(reply.status, reply.headers, fetch(self.url + reply.location).text)
        return reply

    def authenticate(self, session_url: str, *, approve: bool = True) -> Reply:
        """Answer the bank's question."""
        return fetch(f"{session_url}/authenticate", {"answer": "approve" if approve else "refuse"})

    def pay_invoice(self, invoice_url_or_id: str, card: str = APPROVED) -> Reply:
        """Submit the hosted page of an open invoice."""
        invoice = invoice_url_or_id.rstrip("/").rpartition("/")[2]
        return fetch(f"{self.url}/i/{invoice}", {"card": card})

    # What the bank or Stripe's dashboard does

    def next_payment(self, subscription_id: str, ok: bool = True) -> str:
        """What comes next, now: the retry of a failed invoice, else the next period's; its id, "" at the end."""
        return cycle.next_payment(self.sandbox, subscription_id, ok=ok)

    def cancel_subscription(self, subscription_id: str) -> None:
        standing.cancel(self.sandbox, subscription_id)

    def void_invoice(self, invoice_id: str) -> None:
        collection.close(self.sandbox, invoice_id, "void")

    def after_retries(self, status: str) -> None:
        """`unpaid` (as at first) or `canceled`: what a subscription becomes when every attempt has failed."""
        self.sandbox.give_up_as(status)

    def write_off(self, invoice_id: str) -> None:
        """Mark an invoice uncollectible."""
        collection.close(self.sandbox, invoice_id, "uncollectible")

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

    def pay_out(self) -> list[str]:
        """Send what is in the balance to the school's bank; the payouts' ids, one per currency."""
        return [str(payout["id"]) for payout in payouts.pay_out(self.sandbox)]

    def fail_payout(self, payout_id: str) -> None:
        """The school's bank sends it back."""
        payouts.fail_payout(self.sandbox, payout_id)

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
        """Everything as usual again, the clock too; objects stay."""
        self.sandbox.as_usual()

    def skip(self, seconds: int) -> None:
        """Push the sandbox's clock forward and let what falls due happen: months are billed with their own dates."""
        passing.skip(self.sandbox, seconds)

    def roll_secret(self, new: str = "", *, overlap: int = 24 * 60 * 60) -> str:
        """A new webhook secret; the old one signs beside it until the overlap is over. Answers the new one."""
        return self.sandbox.signing.roll(new, overlap=overlap)

    def sign_with_skew(self, seconds: int) -> None:
        """Sign as if this server's clock were wrong by so many seconds; 0 is right again."""
        self.sandbox.signing.skew = seconds

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
        return payload, self.sandbox.signing.header(payload)

    def deliveries(self, event_id: str) -> list[dict[str, Any]]:
        """Each delivery of an event with its state and its log of attempts."""
        return self.sandbox.outbox.deliveries(event_id)
