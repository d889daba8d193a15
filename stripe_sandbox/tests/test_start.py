"""The process itself: what it refuses, that it keeps its rows, that it stands alone."""

import ast
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError

import pytest

import stripe_sandbox
from stripe_sandbox.config import Config, RefusalToStartError, from_environment
from stripe_sandbox.testing import KEY, SandboxServer, fetch
from stripe_sandbox.tests.conftest import client_for

PACKAGE = Path(stripe_sandbox.__file__).parent
GOOD = {
    "DEBUG": "1",
    "STRIPE_SECRET_KEY": KEY,
    "STRIPE_WEBHOOK_SECRETS": "whsec_first,whsec_second",
    "SANDBOX_WEBHOOK_URL": "http://localhost:8000/stripe/webhook/",
}


def read(host: str = "localhost", **changes: str) -> Config:
    return from_environment({**GOOD, **changes}, host=host, port=None, database=None)


def test_the_environment_says_everything() -> None:
    config = read(SANDBOX_PORT="9001", SANDBOX_DELAY_SECONDS="2.5")
    assert (config.port, config.delay_seconds, config.secret) == (9001, 2.5, "whsec_first")
    assert config.database == Path("var/sandbox.sqlite3")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"DEBUG": ""}, "only with DEBUG=1"),
        ({"DEBUG": "0"}, "only with DEBUG=1"),
        ({"STRIPE_SECRET_KEY": "sk_live_abcdefghijkl"}, "sk_test_sandbox_"),
        ({"STRIPE_SECRET_KEY": "sk_test_abcdefghijkl"}, "sk_test_sandbox_"),
        ({"STRIPE_SECRET_KEY": "sk_test_sandbox_"}, "something of your own"),
        ({"STRIPE_WEBHOOK_SECRETS": ""}, "STRIPE_WEBHOOK_SECRETS"),
        ({"SANDBOX_WEBHOOK_URL": "http://school.example.org/stripe/webhook/"}, "on this machine"),
        ({"SANDBOX_PORT": "eighty"}, "must be numbers"),
        ({"host": "0.0.0.0"}, "binds 127.0.0.1 or localhost only"),  # noqa: S104  refused
    ],
)
def test_it_refuses_to_start(changes: dict[str, str], said: str) -> None:
    with pytest.raises(RefusalToStartError, match=said):
        read(**changes)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run(*arguments: str, **env: str) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603  our own module
        [sys.executable, "-m", "stripe_sandbox", *arguments],
        cwd=PACKAGE.parent,
        env={"PATH": os.environ["PATH"], **env},
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_until_up(url: str) -> int:
    deadline = time.monotonic() + 10
    while True:
        try:
            return fetch(f"{url}/healthz").status
        except URLError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def test_the_process_serves_and_stops(tmp_path: Path) -> None:
    port = free_port()
    process = run("--port", str(port), "--database", str(tmp_path / "s.sqlite3"), DEBUG="1", STRIPE_SECRET_KEY=KEY)
    try:
        assert wait_until_up(f"http://localhost:{port}") == 200
        assert wait_until_up(f"http://127.0.0.1:{port}") == 200
    finally:
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=10)[1]
    assert said.splitlines()[0] == f"Stripe sandbox: no money moves. http://localhost:{port}/dashboard"
    assert process.returncode == 0


def test_the_process_refuses_without_debug() -> None:
    process = run("--port", "0", STRIPE_SECRET_KEY=KEY)
    said = process.communicate(timeout=10)[1]
    assert process.returncode == 2
    assert said == "The Stripe sandbox runs only with DEBUG=1: it is a development server.\n"


def test_a_busy_port_is_one_sentence(sandbox: SandboxServer, tmp_path: Path) -> None:
    port = sandbox.url.rpartition(":")[2]
    process = run("--port", port, "--database", str(tmp_path / "s.sqlite3"), DEBUG="1", STRIPE_SECRET_KEY=KEY)
    said = process.communicate(timeout=10)[1]
    assert process.returncode == 2
    assert said == f"Port {port} cannot be used (Address already in use). Choose another with --port.\n"


def test_rows_and_keys_survive_a_restart(tmp_path: Path) -> None:
    database = tmp_path / "s.sqlite3"
    with SandboxServer(database=database) as first:
        made = client_for(first).v1.customers.create({"name": "A"}, {"idempotency_key": "k"})
    with SandboxServer(database=database) as second:
        again = client_for(second).v1.customers.create({"name": "A"}, {"idempotency_key": "k"})
    assert again.id == made.id


def test_it_uses_the_standard_library_alone() -> None:
    foreign = set()
    for path in PACKAGE.rglob("*.py"):
        if "tests" in path.relative_to(PACKAGE).parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            foreign |= {name.partition(".")[0] for name in names}
    assert sorted(foreign - sys.stdlib_module_names - {"stripe_sandbox"}) == []
