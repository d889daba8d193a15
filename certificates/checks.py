"""Refusals: a school that could not sign, or would sign with keys that anybody has, does not start."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.db import DatabaseError

from certificates.models import SigningKey
from certificates.services.keys import NoKeys, signing


@register()
def keys_can_sign(**kwargs: Any) -> list[CheckMessage]:
    """With DEBUG off both keys are there. Of the database nothing is said while the table is missing."""
    if settings.DEBUG:
        return []
    if settings.CERTIFICATE_DEMO_KEYS:
        return [Error("Set CERTIFICATE_KEYS_DIR: throw-away keys are for DEBUG only.", id="certificates.E002")]
    if not (settings.CERTIFICATE_KEYS_DIR or settings.CERTIFICATE_KEYS):
        words = "Set CERTIFICATE_KEYS_DIR to a directory outside the site, then run: manage.py certificate_keys make"
        return [Error(words, id="certificates.E001")]
    try:
        return [*_cannot_sign(), *_left_over_demo_keys()]
    except DatabaseError:  # `migrate` comes first
        return []


def _cannot_sign() -> list[CheckMessage]:
    try:
        signing()
    except NoKeys as problem:
        return [Error(str(problem), id="certificates.E001")]
    return []


def _left_over_demo_keys() -> list[CheckMessage]:
    """A database that came from somebody's demo: production trusts none of its throw-away keys."""
    left = SigningKey.objects.trusted().filter(is_demo=True, retired_at=None).values_list("kid", flat=True)
    return [
        Error(
            f"The database holds a throw-away key. Run: manage.py certificate_keys compromised {kid}",
            id="certificates.E003",
        )
        for kid in left
    ]
