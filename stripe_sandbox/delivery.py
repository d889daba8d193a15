"""Sends signed events to the one endpoint, again after 1, 5 and 25 seconds, and lets time-bound things happen."""

import http.client
import json
import logging
import threading
from urllib.parse import urlsplit

from stripe_sandbox.passing import pass_time
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json

log = logging.getLogger(__name__)
ANSWER_WITHIN = 20.0
TICK = 0.2


def post(url: str, payload: bytes, signature: str) -> int:
    """Send one event; redirects are not followed, as Stripe does not follow them."""
    target = urlsplit(url)
    connection = http.client.HTTPConnection(target.hostname or "", target.port or 80, timeout=ANSWER_WITHIN)
    try:
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signature,
            "User-Agent": "StripeSandbox/1.0",
        }
        connection.request("POST", target.path + (f"?{target.query}" if target.query else ""), payload, headers)
        response = connection.getresponse()
        response.read(65_536)
        return response.status
    finally:
        connection.close()


class Courier(threading.Thread):
    """One thread, one event at a time, in the order of `Outbox.due`; a duplicated event goes out twice at once."""

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(name="courier", daemon=True)
        self.sandbox = sandbox
        self.stopping = threading.Event()

    def run(self) -> None:
        while not self.stopping.is_set():
            try:
                pass_time(self.sandbox)
                self._deliver_due()
            except Exception:
                log.exception("The courier stumbled and goes on")
            self.sandbox.outbox.wake.wait(TICK)
            self.sandbox.outbox.wake.clear()

    def stop(self) -> None:
        self.stopping.set()
        self.sandbox.outbox.wake.set()
        self.join(timeout=ANSWER_WITHIN)

    def _deliver_due(self) -> None:
        while not self.stopping.is_set():
            deliveries = self.sandbox.outbox.due()
            if not deliveries:
                return
            threads = [threading.Thread(target=self._deliver, args=(delivery,)) for delivery in deliveries]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

    def _deliver(self, delivery: Json) -> None:
        config = self.sandbox.config
        event = {**self.sandbox.store.load("event", delivery["event"]), "pending_webhooks": 1}
        payload = json.dumps(event, indent=2).encode()
        try:
            status = post(config.webhook_url, payload, self.sandbox.signing.header(payload))
            outcome, delivered = f"HTTP {status}", 200 <= status < 300
        except (OSError, http.client.HTTPException) as error:
            outcome, delivered = f"no answer: {error.__class__.__name__}", False
        self.sandbox.outbox.record(delivery, outcome=outcome, delivered=delivered)
        log.info("%s %s: %s", event["id"], event["type"], outcome)
