"""Refusals: a shop that could take money wrongly does not start. Each message says which variable to set."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

LIVE = ("sk_live_", "rk_live_")
SANDBOX = "sk_test_sandbox_"


@register()
def money_goes_where_it_should(**kwargs: Any) -> list[CheckMessage]:
    """The refusals of the payments design, section 2.10."""
    key, base = settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE
    problems: list[CheckMessage] = []
    if base and not settings.DEBUG:
        problems.append(
            Error("Remove STRIPE_API_BASE: with DEBUG off the shop talks to Stripe only.", id="payments.E001")
        )
    if base and key.startswith(LIVE):
        problems.append(
            Error("Remove STRIPE_API_BASE: a live key goes to Stripe and nowhere else.", id="payments.E002")
        )
    if settings.DEBUG or not settings.PAYMENTS:
        return problems
    if key.startswith(SANDBOX):
        problems.append(
            Error(
                "Set STRIPE_SECRET_KEY to a key from Stripe: the development server's key is for DEBUG only.",
                id="payments.E003",
            )
        )
    if not key:
        problems.append(Error("Set STRIPE_SECRET_KEY, or set PAYMENTS=off to run without selling.", id="payments.E004"))
    if not settings.STRIPE_WEBHOOK_SECRETS:
        problems.append(
            Error(
                "Set STRIPE_WEBHOOK_SECRETS to the signing secret of the endpoint, or set PAYMENTS=off.",
                id="payments.E005",
            )
        )
    return problems
