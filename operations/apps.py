"""Wiring of the operations app."""

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    """Keeping the site running."""

    name = "operations"
    default_auto_field = "django.db.models.BigAutoField"
