"""A shop's webhook endpoint for tests: keeps each body and header as they came, answers as told."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

import stripe


class Delivery(NamedTuple):
    body: bytes
    signature: str


class _Handler(BaseHTTPRequestHandler):
    server: "Receiver"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = self.server.take(Delivery(body, self.headers["Stripe-Signature"]))
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


class Receiver(ThreadingHTTPServer):
    """`answers` are the statuses of the next deliveries; after them every one is 200."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.deliveries: list[Delivery] = []
        self.answers: list[int] = []
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://localhost:{self.server_address[1]}/stripe/webhook/"

    def take(self, delivery: Delivery) -> int:
        with self._lock:
            self.deliveries.append(delivery)
            return self.answers.pop(0) if self.answers else 200

    def events(self, secret: str) -> list[stripe.Event]:
        """Every delivery, with its signature checked by the stripe library."""
        return [
            stripe.Webhook.construct_event(delivery.body, delivery.signature, secret) for delivery in self.deliveries
        ]

    def types(self, secret: str) -> list[str]:
        return [event.type for event in self.events(secret)]

    def stop(self) -> None:
        self.shutdown()
        self.server_close()
        self._thread.join(timeout=5)
