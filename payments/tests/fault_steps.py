"""What the fault tests do to the shop: a web process that dies where it is told, a database that is locked, a visitor.

`mortal` is the program of a web process: the site as it is, and a death warrant that it looks for.
"""

import http.client
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.test import Client

from stripe_sandbox.testing import SandboxServer

ROOT = Path(__file__).resolve().parents[2]
WARRANT = "DEATH_WARRANT"
TOKEN = "t" * 32
"""The visitor's CSRF token: cookie and header must agree, and nobody else's page can set either."""
SILENCE = ["500", "429", "timeout"]
"""The ways in which Stripe does not do what it is asked."""
SITE = "http://localhost:8000"
"""The site's one address, whichever process answers: as behind a proxy."""

DEATHS = {
    "before it is written": ("payments.services.sync", "write_down", "before"),
    "half written": ("payments.services.sync", "write_mails", "before"),
    "written and not answered": ("payments.services.sync", "write_down", "after"),
    "the session made": ("payments.services.stripe_api", "create_session", "after"),
    "the refund made": ("payments.services.stripe_api", "refund", "after"),
}
"""Where the process may be killed: before or after this step of ours."""


def mortal() -> Callable[..., Any]:
    """The site in a web process that kills itself with SIGKILL at the step that the warrant names, once."""
    site = get_wsgi_application()
    for name, (module, step, when) in DEATHS.items():
        _make_mortal(name, module, step, when)
    return site


def _make_mortal(name: str, module: str, step: str, when: str) -> None:
    place = import_module(module)
    act = getattr(place, step)

    def inner(*args: Any, **kwargs: Any) -> Any:
        if when == "before":
            _die_if_told(name)
        done = act(*args, **kwargs)
        if when == "after":
            _die_if_told(name)
        return done

    setattr(place, step, inner)


def _die_if_told(name: str) -> None:
    warrant = Path(os.environ[WARRANT])
    if warrant.exists() and warrant.read_text() == name:
        warrant.unlink()
        os.kill(os.getpid(), signal.SIGKILL)


def silence(bank: SandboxServer, fault: str, **order: Any) -> None:
    """From now on every call (that fits) fails so, until `bank.clear()`."""
    bank.fault(fault, times=99, seconds=0, **order)


class WebProcess:
    """gunicorn with one worker, as in docs/operations.md: when the worker is killed, it starts another."""

    def __init__(self, port: int, folder: Path, environment: dict[str, str]) -> None:
        self.port = port
        self.warrant = folder / f"warrant-{self.port}"
        self._log = (folder / f"log-{self.port}").open("wb")
        command = [sys.executable, "-m", "gunicorn", "payments.tests.fault_steps:mortal()", "--worker-class=gthread"]
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [*command, "--threads=8", f"--bind=127.0.0.1:{self.port}"],
            cwd=ROOT,
            env=os.environ | environment | {WARRANT: str(self.warrant)},
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def wait(self) -> None:
        """Return when it answers."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                if Visitor().get(self.url, "/healthz").status == 200:
                    return
            except OSError:
                time.sleep(0.1)
        raise TimeoutError(Path(self._log.name).read_text())

    def dies(self, where: str) -> None:
        """Write the warrant: the process is killed there, the next time that it comes by."""
        assert where in DEATHS
        self.warrant.write_text(where)

    def died(self) -> bool:
        """Whether the warrant was carried out."""
        return not self.warrant.exists()

    def stop(self) -> None:
        """End the server and its workers."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._log.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def database_url() -> str:
    """Where the tests' own database is, as the settings read it."""
    found = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{found['NAME']}"
    who = f"{quote(found['USER'])}:{quote(found['PASSWORD'])}@" if found["USER"] else ""
    return f"postgres://{who}{quote(found['HOST'], safe='')}:{found['PORT'] or 5432}/{found['NAME']}"


class Answer(NamedTuple):
    """What a web process answered."""

    status: int
    location: str
    text: str


class Visitor:
    """A browser, or Stripe: real HTTP to whichever process it is sent to. KILLED is no answer."""

    def __init__(self, client: Client | None = None) -> None:
        cookies = {"csrftoken": TOKEN}
        if client is not None:
            cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
            "X-CSRFToken": TOKEN,
            "Host": SITE.removeprefix("http://"),
        }

    def get(self, process: str, path: str) -> Answer:
        """Ask one process for a page."""
        return self._ask(process, "GET", path, b"", {})

    def post(self, process: str, path: str, form: dict[str, Any] | None = None) -> Answer:
        """Press a button."""
        body = urlencode(form or {}).encode()
        return self._ask(process, "POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})

    def bring(self, process: str, signed: tuple[bytes, str]) -> Answer:
        """Bring an event as Stripe does."""
        body, header = signed
        return self._ask(process, "POST", "/stripe/webhook/", body, {"Stripe-Signature": header})

    def _ask(self, process: str, method: str, path: str, body: bytes, more: dict[str, str]) -> Answer:
        line = http.client.HTTPConnection(process.removeprefix("http://"), timeout=60)
        try:
            line.request(method, path, body, self.headers | more)
            answer = line.getresponse()
            return Answer(answer.status, answer.headers.get("Location", ""), answer.read().decode())
        except (http.client.HTTPException, ConnectionError):
            if path == "/healthz":
                raise
            return KILLED
        finally:
            line.close()


KILLED = Answer(0, "", "")


@contextmanager
def impatient(milliseconds: int = 300) -> Iterator[None]:
    """This connection gives up waiting for a lock after so long (in production: 20 seconds)."""
    sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA busy_timeout = {milliseconds}" if sqlite else f"SET lock_timeout = {milliseconds}")
    yield
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 20000" if sqlite else "SET lock_timeout = 0")


@contextmanager
def locked(order_id: int) -> Iterator[None]:
    """Somebody else writes and does not finish: on SQLite the whole file waits, on PostgreSQL the order's row."""
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(str(connection.settings_dict["NAME"]), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")
        return
    with closing(connection.copy()) as other, other.cursor() as cursor:
        other.set_autocommit(False)
        cursor.execute("SELECT id FROM payments_order WHERE id = %s FOR UPDATE", [order_id])
        yield
        other.rollback()
