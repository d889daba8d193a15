"""A shop that could take money wrongly does not start, and says which variable to set."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import stripe
from django.conf import settings as site
from django.core.checks import Error

from payments.checks import money_goes_where_it_should
from payments.services.stripe_api import API_VERSION

TEST_KEY, LIVE_KEY, SANDBOX_KEY, BASE = "sk_test_a", "sk_live_a", "sk_test_sandbox_a", "http://localhost:8001"
SOUND = {
    "DEBUG": False,
    "PAYMENTS": True,
    "STRIPE_SECRET_KEY": LIVE_KEY,
    "STRIPE_WEBHOOK_SECRETS": ["whsec"],
    "STRIPE_API_BASE": "",
    "STRIPE_TEST_MODE": False,
    "SITE_URL": "https://school.example.org",
}
TRYING = {"STRIPE_TEST_MODE": True}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"STRIPE_SECRET_KEY": "rk_live_a"}, []),
        ({"STRIPE_SECRET_KEY": TEST_KEY}, ["E006"]),
        ({"STRIPE_SECRET_KEY": "rk_test_a"}, ["E006"]),
        ({"STRIPE_SECRET_KEY": TEST_KEY, **TRYING}, []),
        ({"STRIPE_SECRET_KEY": TEST_KEY, "SITE_URL": "http://10.0.0.1"}, []),
        ({"STRIPE_SECRET_KEY": TEST_KEY, "DEBUG": True}, []),
        ({"STRIPE_SECRET_KEY": TEST_KEY, "PAYMENTS": False}, []),
        (TRYING, ["E007"]),
        ({"STRIPE_SECRET_KEY": "rk_live_a", **TRYING}, ["E007"]),
        ({"STRIPE_SECRET_KEY": "pk_live_a"}, ["E008"]),
        ({"STRIPE_SECRET_KEY": "whsec_a"}, ["E008"]),
        ({"STRIPE_API_BASE": BASE}, ["E001", "E002"]),
        ({"STRIPE_API_BASE": BASE, "STRIPE_SECRET_KEY": TEST_KEY, **TRYING}, ["E001"]),
        ({"STRIPE_API_BASE": BASE, "STRIPE_SECRET_KEY": "rk_live_a", "DEBUG": True}, ["E002"]),
        ({"STRIPE_API_BASE": BASE, "STRIPE_SECRET_KEY": SANDBOX_KEY, "DEBUG": True}, []),
        ({"STRIPE_SECRET_KEY": SANDBOX_KEY}, ["E003"]),
        ({"STRIPE_SECRET_KEY": SANDBOX_KEY, **TRYING}, ["E003"]),
        ({"STRIPE_SECRET_KEY": ""}, ["E004"]),
        ({"STRIPE_WEBHOOK_SECRETS": []}, ["E005"]),
        ({"STRIPE_WEBHOOK_SECRETS": [""]}, ["E005"]),
        ({"STRIPE_SECRET_KEY": "", "STRIPE_WEBHOOK_SECRETS": []}, ["E004", "E005"]),
        ({"STRIPE_SECRET_KEY": "", "STRIPE_WEBHOOK_SECRETS": [], "PAYMENTS": False}, []),
        ({"STRIPE_SECRET_KEY": "", "STRIPE_WEBHOOK_SECRETS": [], "DEBUG": True}, []),
        ({"STRIPE_API_BASE": BASE, "PAYMENTS": False}, ["E001", "E002"]),
    ],
)
def test_what_keeps_the_shop_from_starting(settings: Any, changes: dict[str, Any], expected: list[str]) -> None:
    for name, value in (SOUND | changes).items():
        setattr(settings, name, value)
    found = money_goes_where_it_should()
    assert [problem.id for problem in found] == [f"payments.{number}" for number in expected]
    assert all(isinstance(problem, Error) for problem in found)
    named = ("STRIPE_API_BASE", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRETS", "STRIPE_TEST_MODE")
    assert [any(name in problem.msg for name in named) for problem in found] == [True] * len(expected)
    assert not any(SOUND["STRIPE_SECRET_KEY"] in problem.msg for problem in found)


def test_operations_explains_each_refusal_in_its_own_words(settings: Any) -> None:
    """What a server says stands in the table, so that who searches for the sentence finds what to do."""
    text = (Path(site.BASE_DIR) / "docs/operations.md").read_text()
    rows = dict(re.findall(r"^\| (E\d{3}) \| (.+?) \|", text, re.MULTILINE))
    said: dict[str, str] = {}
    for changes in (
        {"STRIPE_API_BASE": BASE},
        {"STRIPE_SECRET_KEY": SANDBOX_KEY},
        {"STRIPE_SECRET_KEY": "", "STRIPE_WEBHOOK_SECRETS": []},
        {"STRIPE_SECRET_KEY": TEST_KEY},
        TRYING,
        {"STRIPE_SECRET_KEY": "pk_live_a"},
    ):
        for name, value in (SOUND | changes).items():
            setattr(settings, name, value)
        said |= {str(one.id).removeprefix("payments."): one.msg for one in money_goes_where_it_should()}
    assert said == rows


PRODUCTION = {
    "SECRET_KEY": "production-" + "abcdefghij" * 6,
    "ALLOWED_HOSTS": "school.example.org",
    "SITE_URL": "https://school.example.org",
    "DEFAULT_FROM_EMAIL": "school@example.org",
    "EMAIL_URL": "smtp://localhost:25",
    "STRIPE_SECRET_KEY": "rk_live_only_here",
    "STRIPE_WEBHOOK_SECRETS": "whsec_only_here",
}


def start(tmp_path: Path, **environment: str) -> tuple[int, list[str]]:
    """What gunicorn does first, in a process with this environment alone: its exit code, and what it says of money."""
    done = subprocess.run(
        [sys.executable, "-c", "import config.wsgi"],
        cwd=site.BASE_DIR,
        env={"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), **PRODUCTION, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )
    _, refused, reasons = done.stderr.partition("ImproperlyConfigured: Stillpoint does not start:\n")
    assert bool(refused) == bool(done.returncode), done.stderr
    return done.returncode, [line for line in reasons.splitlines() if "STRIPE" in line]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, []),
        ({"STRIPE_SECRET_KEY": "rk_test_only_here", "STRIPE_TEST_MODE": "on"}, []),
        ({"STRIPE_SECRET_KEY": "rk_test_only_here"}, ["- Set STRIPE_SECRET_KEY to a live key"]),
        ({"STRIPE_API_BASE": BASE}, ["- Remove STRIPE_API_BASE: with DEBUG", "- Remove STRIPE_API_BASE: a live key"]),
        ({"STRIPE_SECRET_KEY": SANDBOX_KEY}, ["- Set STRIPE_SECRET_KEY to a key from Stripe"]),
        ({"STRIPE_WEBHOOK_SECRETS": ""}, ["- Set STRIPE_WEBHOOK_SECRETS to the signing secret"]),
    ],
    ids=["live", "staging", "test key", "custom base", "sandbox", "no secret"],
)
def test_a_server_that_is_refused_ends_and_says_why(
    tmp_path: Path, environment: dict[str, str], expected: list[str]
) -> None:
    """What certificates need to sign with is refused elsewhere, and may keep this one from starting too."""
    code, lines = start(tmp_path, **environment)
    assert code == 1 or not expected
    assert [line[: len(words)] for line, words in zip(lines, expected, strict=True)] == expected
    assert not any("only_here" in line for line in lines)


def test_only_the_stripe_module_imports_stripe() -> None:
    app = Path(__file__).resolve().parents[1]
    importing = {
        path.name for path in app.rglob("*.py") if "tests" not in path.parts and "import stripe\n" in path.read_text()
    }
    assert importing == {"stripe_api.py"}


def test_the_library_pins_the_version_that_we_read() -> None:
    assert stripe.api_version == API_VERSION
