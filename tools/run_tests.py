"""`make test`: all tests on SQLite, and those marked `both_databases` on PostgreSQL too, where one can be started.

Tests that need Chromium or PostgreSQL use them where present; what was not run is said at the end, plainly.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTEST = [sys.executable, "-m", "pytest", "-q"]
BY_TWO = ["-n", "2", "--dist", "loadgroup"]


def main() -> int:
    """Two runs, one verdict."""
    missing = []
    environment = {**os.environ, "VAR_DIR": tempfile.mkdtemp(prefix="stillpoint-tests-")}
    code = _pytest(BY_TWO, environment)
    with postgres() as url:
        if url:
            code = _pytest([*BY_TWO, "-m", "both_databases"], {**environment, "DATABASE_URL": url}) or code
        else:
            missing.append("PostgreSQL was not found: the tests marked both_databases ran on SQLite only.")
    if not chromium():
        missing.append("Chromium was not found: the tests in a browser were not run.")
    if not (shutil.which("node") and shutil.which("npm")):
        missing.append("Node and npm were not found: other makers' verifiers did not look at the badges.")
    for line in missing:
        sys.stdout.write(f"NOT RUN: {line}\n")
    return code


def _pytest(arguments: list[str], environment: dict[str, str]) -> int:
    return subprocess.run([*PYTEST, *arguments], cwd=ROOT, env=environment).returncode  # noqa: S603


def chromium() -> str | None:
    """Where a Chromium is, if there is one."""
    return (
        os.environ.get("CHROMIUM")
        or shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )


def _quietly(command: list[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603


@contextmanager
def postgres() -> Iterator[str | None]:
    """The address of a PostgreSQL: the one named by TEST_POSTGRES_URL, else a throw-away server of this machine."""
    if os.environ.get("TEST_POSTGRES_URL"):
        yield os.environ["TEST_POSTGRES_URL"]
        return
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not binaries:
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="stillpoint-pg-"))
    bin_dir = binaries[-1].parent
    as_postgres = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if as_postgres:
        shutil.chown(folder, "postgres", "postgres")
    data, port = folder / "data", "54329"
    _quietly([*as_postgres, str(bin_dir / "initdb"), "-D", str(data), "-A", "trust", "-U", "postgres"])
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=200"
    control = [*as_postgres, str(bin_dir / "pg_ctl"), "-D", str(data), "-l", str(folder / "log")]
    _quietly([*control, "-o", options, "-w", "start"])
    try:
        yield f"postgres://postgres@127.0.0.1:{port}/postgres"
    finally:
        _quietly([*control, "-m", "immediate", "stop"])
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
