"""`make check`: everything that can be checked without running the product."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
PRODUCTION = {
    "DEBUG": "off",
    "SECRET_KEY": "check-only-" + "".join(chr(97 + n % 26) for n in range(60)),
    "ALLOWED_HOSTS": "school.example.org",
    "SITE_URL": "https://school.example.org",
    "DEFAULT_FROM_EMAIL": "school@example.org",
    "EMAIL_URL": "smtp://localhost:25",
    "STRIPE_SECRET_KEY": "sk_test_only_for_the_deploy_check",
    "STRIPE_WEBHOOK_SECRETS": "whsec_only_for_the_deploy_check",
    "STRIPE_API_BASE": "",
    "STRIPE_TEST_MODE": "on",
    "CERTIFICATE_KEYS_DIR": "/srv/keys",
    "DATABASE_URL": "sqlite:///:memory:",
}
CHECKS: tuple[tuple[str, list[str], dict[str, str]], ...] = (
    ("format", [str(BIN / "ruff"), "format", "--check", "--quiet", "."], {}),
    ("lint", [str(BIN / "ruff"), "check", "--quiet", "."], {}),
    ("imports", [str(BIN / "lint-imports")], {}),
    ("types", [str(BIN / "mypy"), "."], {"DEBUG": "on"}),
    (
        "migrations",
        [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run", "--verbosity", "1"],
        {"DEBUG": "on"},
    ),
    ("deploy", [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"], PRODUCTION),
)


def main() -> int:
    """Run every check, show the output of those that fail, and fail if one did."""
    failed = []
    for name, command, environment in CHECKS:
        done = subprocess.run(  # noqa: S603
            command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True
        )
        sys.stdout.write(f"{'ok  ' if done.returncode == 0 else 'FAIL'} {name}\n")
        if done.returncode:
            failed.append(name)
            sys.stdout.write(done.stdout[-6000:] + done.stderr[-6000:] + "\n")
        sys.stdout.flush()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
