"""The HTTP side: loopback only, one thread per connection, every answer with its length."""

import json
import logging
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from stripe_sandbox import api, control, idempotency
from stripe_sandbox.checkout import views as checkout
from stripe_sandbox.config import LOOPBACK
from stripe_sandbox.dashboard import views as dashboard
from stripe_sandbox.delivery import Courier
from stripe_sandbox.errors import ApiError, unknown_path
from stripe_sandbox.html import Page, redirect, render
from stripe_sandbox.sandbox import Sandbox

log = logging.getLogger(__name__)
MAX_BODY = 1_048_576
STYLE = Path(__file__).parent / "static" / "sandbox.css"


class TooLargeError(Exception):
    """The body is larger than anything the school sends."""


class Handler(BaseHTTPRequestHandler):
    """Sends each request to the API, the hosted page, the dashboard or the hooks."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 60
    server: "Server"

    def do_GET(self) -> None:
        self._answer("GET")

    def do_POST(self) -> None:
        self._answer("POST")

    def do_DELETE(self) -> None:
        self._answer("DELETE")

    def _answer(self, method: str) -> None:
        try:
            text = self._body()
        except (TooLargeError, ValueError) as error:
            self.close_connection = True
            self._send(Page("", 413 if isinstance(error, TooLargeError) else 400))
            return
        if urlsplit(f"//{self.headers.get('Host', '')}").hostname not in LOOPBACK:
            self._send(render("Wrong address", "<h1>This server answers on localhost only</h1>", status=421))
            return
        parts = urlsplit(self.path)
        path = unquote(parts.path)
        try:
            self._send(self._route(method, path, parts.query, text))
        except (api.LostAnswerError, ConnectionError):
            self.close_connection = True
        except Exception:
            log.exception("The sandbox itself failed in %s %s", method, path)
            self._send(render("Error", "<h1>The sandbox itself failed; its log says why</h1>", status=500))

    def _body(self) -> str:
        length = int(self.headers.get("Content-Length") or 0)
        if not 0 <= length <= MAX_BODY:
            raise TooLargeError
        return self.rfile.read(length).decode("utf-8", errors="strict")

    def _route(self, method: str, path: str, query: str, text: str) -> Page:
        sandbox = self.server.sandbox
        if path.startswith("/v1/"):
            return self._api(method, path, text if method == "POST" else query)
        if path == "/_faults":
            return self._control(method, text)
        form = dict(parse_qsl(text, keep_blank_values=True))
        page = (
            _fixed(sandbox, method, path)
            or checkout.serve(sandbox, method, path, form)
            or dashboard.serve(sandbox, method, path, form, origin=self.headers.get("Origin"), host=self._origin())
        )
        return page or _json(404, unknown_path(method, path).body())

    def _origin(self) -> str:
        return f"http://{self.headers.get('Host', '')}"

    def _api(self, method: str, path: str, text: str) -> Page:
        request = api.Request(method, path, text, self.headers, self._origin())  # type: ignore[arg-type]
        answer = api.serve(self.server.sandbox, request)
        return _json(answer.status, answer.body, answer.headers)

    def _control(self, method: str, text: str) -> Page:
        try:
            api.check_key(self.server.sandbox, self.headers)  # type: ignore[arg-type]
            if method == "POST":
                return _json(200, control.order(self.server.sandbox, text))
            return _json(200, control.standing(self.server.sandbox))
        except ApiError as error:
            return _json(error.status, error.body())

    def _send(self, page: Page) -> None:
        body = page.body.encode()
        self.send_response(page.status)
        self.send_header("Content-Type", page.content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "same-origin")
        for name, value in page.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        log.debug(format, *args)


def _fixed(sandbox: Sandbox, method: str, path: str) -> Page | None:
    if method != "GET":
        return None
    if path == "/static/sandbox.css":
        return Page(STYLE.read_text(), content_type="text/css; charset=utf-8")
    if path == "/healthz":
        return _json(200, {"status": "ok", "waiting": sandbox.outbox.unfinished()})
    if path == "/favicon.ico":
        return Page("", 204)
    if path == "/":
        return redirect("/dashboard")
    return None


def _json(status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> Page:
    return Page(json.dumps(body, indent=2), status, headers or {}, "application/json")


class Server(ThreadingHTTPServer):
    """Binds 127.0.0.1, whatever name it is asked by, and runs the courier beside it."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(("127.0.0.1", sandbox.config.port), Handler)
        self.sandbox = sandbox
        idempotency.free_interrupted(sandbox.store)
        self.courier = Courier(sandbox)

    @property
    def url(self) -> str:
        return f"http://{self.sandbox.config.host}:{self.server_address[1]}"

    def run(self) -> None:
        self.courier.start()
        self.serve_forever(poll_interval=0.05)

    def stop(self) -> None:
        self.shutdown()
        self.courier.stop()
        self.server_close()
        self.sandbox.close()
