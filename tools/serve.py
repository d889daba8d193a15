"""Run the site on this machine: database, demo content, Stripe sandbox, sweep and web server, until Ctrl-C.

`make demo` seeds the demo school first; `make run` does not. With STRIPE_SECRET_KEY in the environment no sandbox is
started: the shop talks to what STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRETS and STRIPE_API_BASE say.
"""

import argparse
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 40
LOGINS = ("learner", "graduate", "instructor", "instructor2", "reviewer", "provider")


def main() -> int:
    """Start everything, say where it is, stop everything together."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--sandbox-port", type=int)
    parser.add_argument("--seed", action="store_true")
    options = parser.parse_args()
    sandbox_port = options.sandbox_port or options.port + 1
    own_stripe = bool(os.environ.get("STRIPE_SECRET_KEY"))
    environment = _environment(options.port, sandbox_port, own_stripe=own_stripe)
    var = Path(environment["VAR_DIR"])
    (var / "mail").mkdir(parents=True, exist_ok=True)
    for arguments in (["migrate", "--verbosity", "0"], ["createcachetable"], *([["demo"]] if options.seed else [])):
        _say(f"manage.py {' '.join(arguments)}")
        if subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment).returncode:  # noqa: S603
            return 1
    commands = {
        "site": [sys.executable, "manage.py", "runserver", "--noreload", f"127.0.0.1:{options.port}"],
        "sweep": [sys.executable, "manage.py", "sweep", "--every", "60"],
    }
    if not own_stripe:
        database = str(var / "sandbox.sqlite3")
        commands["sandbox"] = [
            sys.executable,
            "-m",
            "stripe_sandbox",
            "--port",
            str(sandbox_port),
            "--database",
            database,
        ]
    logs = var / "log"
    logs.mkdir(parents=True, exist_ok=True)
    running = {name: _start(command, environment, logs / f"{name}.log") for name, command in commands.items()}
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        if not _answers(f"http://127.0.0.1:{options.port}/healthz", running["site"]):
            _say(f"The site did not start; see {logs / 'site.log'}")
            return 1
        _announce(options.port, sandbox_port, var, seeded=options.seed, own_stripe=own_stripe)
        while all(process.poll() is None for process in running.values()):
            time.sleep(0.5)
        stopped = next(name for name, process in running.items() if process.poll() is not None)
        _say(f"{stopped} stopped by itself; see {logs / (stopped + '.log')}")
        return 1
    except KeyboardInterrupt:
        return 0
    finally:
        for process in running.values():
            process.terminate()
        for process in running.values():
            process.wait(timeout=10)


def _environment(port: int, sandbox_port: int, *, own_stripe: bool) -> dict[str, str]:
    var = os.environ.get("VAR_DIR", str(ROOT / "var"))
    environment = {
        "SITE_URL": f"http://localhost:{port}",
        **os.environ,
        "DEBUG": "on",
        "VAR_DIR": var,
        "PYTHONUNBUFFERED": "1",
    }
    if not own_stripe:
        key, secret = _sandbox_keys(Path(var) / "sandbox-keys")
        environment |= {
            "STRIPE_SECRET_KEY": key,
            "STRIPE_WEBHOOK_SECRETS": secret,
            "STRIPE_API_BASE": f"http://localhost:{sandbox_port}",
            "SANDBOX_PORT": str(sandbox_port),
            "SANDBOX_WEBHOOK_URL": f"http://127.0.0.1:{port}/stripe/webhook/",
        }
    return environment


def _sandbox_keys(path: Path) -> tuple[str, str]:
    """Random, and kept, so that a second start can still read the first one's payments."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"sk_test_sandbox_{secrets.token_hex(16)}\nwhsec_{secrets.token_hex(16)}\n", encoding="utf-8")
        path.chmod(0o600)
    key, secret = path.read_text(encoding="utf-8").split()
    return key, secret


def _start(command: list[str], environment: dict[str, str], log: Path) -> "subprocess.Popen[bytes]":
    with log.open("ab") as output:
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)  # noqa: S603


def _answers(url: str, process: "subprocess.Popen[bytes]") -> bool:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - our own loopback address
                return True
        except OSError:
            time.sleep(0.3)
    return False


def _announce(port: int, sandbox_port: int, var: Path, *, seeded: bool, own_stripe: bool) -> None:
    lines = ["", f"Stillpoint runs at http://localhost:{port}   (Ctrl-C stops it)"]
    if seeded:
        lines += ["", "Log in with the password still-point-demo as:"]
        lines += [f"  {name}@example.com" for name in LOGINS]
        lines += [f"The back office is at http://localhost:{port}/admin/ (instructor, reviewer, provider)."]
    lines += ["", f"Mails are files in {var / 'mail'}"]
    if own_stripe:
        lines += ["Payments go to what STRIPE_SECRET_KEY says."]
    else:
        lines += [f"Payments go to the sandbox at http://localhost:{sandbox_port}/dashboard: no money moves."]
    _say("\n".join(lines) + "\n")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
