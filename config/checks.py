"""Refusals: what production needs besides the payment settings (payments/checks.py)."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register()
def production_is_complete(**kwargs: Any) -> list[CheckMessage]:
    """With DEBUG off each missing or dangerous value is an Error that names the variable to set."""
    if settings.DEBUG:
        return []
    problems: list[CheckMessage] = []
    if not settings.SITE_URL.startswith("https://"):
        problems.append(Error("Set SITE_URL to the site's https address.", id="config.E001"))
    if not settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS:
        problems.append(Error("Set ALLOWED_HOSTS to the site's host names, without '*'.", id="config.E002"))
    if "locmem" in settings.CACHES["default"]["BACKEND"] or "dummy" in settings.CACHES["default"]["BACKEND"]:
        problems.append(
            Error(
                "Set CACHE_URL to a shared cache (dbcache://cache_table or redis://...): rate limits count in it.",
                id="config.E003",
            )
        )
    if not settings.DEFAULT_FROM_EMAIL:
        problems.append(Error("Set DEFAULT_FROM_EMAIL to the address that mails come from.", id="config.E004"))
    return problems
