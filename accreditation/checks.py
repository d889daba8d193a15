"""Refusal: a real site holds no samples. They give no credit there (`in_term`, `holds_on`), and must not be left."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.db import DatabaseError

from accreditation.models.sources import Sourced

WHAT_TO_DO = (
    "This database comes from a demo. Begin with an empty one; or start it once with DEBUG=on and delete them under "
    "Credit."
)


@register()
def no_samples_left(**kwargs: Any) -> list[CheckMessage]:
    """With SAMPLES off (DEBUG off) examples are named. Nothing is said while the tables are missing or out of reach."""
    if settings.SAMPLES:
        return []
    try:
        left = [(model, model._default_manager.filter(is_sample=True).count()) for model in sample_models()]
    except DatabaseError:  # `migrate` comes first
        return []
    names = [f"{model._meta.verbose_name_plural} ({count})" for model, count in left if count]
    if not names:
        return []
    return [Error(f"The database holds samples: {', '.join(names)}. {WHAT_TO_DO}", id="accreditation.E001")]


def sample_models() -> list[type[Sourced]]:
    """Every kind of row that may be an example."""
    return [model for model in apps.get_models() if issubclass(model, Sourced)]
