"""Wiring of the records app."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """What a provider shows in an audit, and how long it is kept."""

    name = "records"
    default_auto_field = "django.db.models.BigAutoField"
