"""Refusals: a shop that could take money wrongly does not start. Each message says which variable to set."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

LIVE = ("sk_live_", "rk_live_")
TEST = ("sk_test_", "rk_test_")
SANDBOX = "sk_test_sandbox_"
Refusal = tuple[bool, str, str]
"""Whether it holds, its number, and what to set."""


@register()
def money_goes_where_it_should(**kwargs: Any) -> list[CheckMessage]:
    """The refusals of the payments design, section 2.10."""
    refusals = [*_always()]
    if settings.PAYMENTS and not settings.DEBUG:
        refusals += [*_where_the_public_buys(), *_of_the_mode()]
    return [Error(words, id=f"payments.{number}") for holds, number, words in refusals if holds]


def _always() -> list[Refusal]:
    """A key must not reach a stranger, whoever starts the server."""
    key, base = settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE
    live = key.startswith(LIVE)
    return [
        (
            bool(base) and not settings.DEBUG,
            "E001",
            "Remove STRIPE_API_BASE: with DEBUG off the shop talks to Stripe only.",
        ),
        (bool(base) and live, "E002", "Remove STRIPE_API_BASE: a live key goes to Stripe and nowhere else."),
    ]


def _where_the_public_buys() -> list[Refusal]:
    key, secrets = settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRETS
    return [
        (
            key.startswith(SANDBOX),
            "E003",
            "Set STRIPE_SECRET_KEY to a key from Stripe: the development server's key is for DEBUG only.",
        ),
        (not key, "E004", "Set STRIPE_SECRET_KEY, or set PAYMENTS=off to run without selling."),
        (
            not any(secrets),
            "E005",
            "Set STRIPE_WEBHOOK_SECRETS to the signing secret of the endpoint, or set PAYMENTS=off.",
        ),
        (
            bool(key) and not key.startswith((*LIVE, *TEST)),
            "E008",
            "Set STRIPE_SECRET_KEY to a secret or restricted key: it begins with sk_live_, rk_live_, sk_test_ or "
            "rk_test_. A publishable key (pk_...) or a signing secret (whsec_...) is something else.",
        ),
    ]


def _of_the_mode() -> list[Refusal]:
    """A public site gives nothing away for test cards, and a site to try things on takes nobody's money."""
    key, trying = settings.STRIPE_SECRET_KEY, settings.STRIPE_TEST_MODE
    public = settings.SITE_URL.startswith("https://")
    test = key.startswith(TEST) and not key.startswith(SANDBOX)
    return [
        (
            test and public and not trying,
            "E006",
            "Set STRIPE_SECRET_KEY to a live key (rk_live_ or sk_live_): with a test key courses open and nobody pays. "
            "On a site that is for trying things, set STRIPE_TEST_MODE=on.",
        ),
        (
            key.startswith(LIVE) and trying,
            "E007",
            "Remove STRIPE_TEST_MODE, or set STRIPE_SECRET_KEY to a test key: a live key takes real money.",
        ),
    ]
