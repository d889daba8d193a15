"""A shop that could take money wrongly does not start, and says which variable to set."""

from pathlib import Path
from typing import Any

import pytest
import stripe
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
}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"STRIPE_SECRET_KEY": TEST_KEY}, []),
        ({"STRIPE_SECRET_KEY": "rk_live_a"}, []),
        ({"STRIPE_API_BASE": BASE}, ["E001", "E002"]),
        ({"STRIPE_API_BASE": BASE, "STRIPE_SECRET_KEY": TEST_KEY}, ["E001"]),
        ({"STRIPE_API_BASE": BASE, "STRIPE_SECRET_KEY": "rk_live_a", "DEBUG": True}, ["E002"]),
        ({"STRIPE_API_BASE": BASE, "STRIPE_SECRET_KEY": SANDBOX_KEY, "DEBUG": True}, []),
        ({"STRIPE_SECRET_KEY": SANDBOX_KEY}, ["E003"]),
        ({"STRIPE_SECRET_KEY": ""}, ["E004"]),
        ({"STRIPE_WEBHOOK_SECRETS": []}, ["E005"]),
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


def test_only_the_stripe_module_imports_stripe() -> None:
    app = Path(__file__).resolve().parents[1]
    importing = {
        path.name for path in app.rglob("*.py") if "tests" not in path.parts and "import stripe\n" in path.read_text()
    }
    assert importing == {"stripe_api.py"}


def test_the_library_pins_the_version_that_we_read() -> None:
    assert stripe.api_version == API_VERSION
