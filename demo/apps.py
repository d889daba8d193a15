"""Wiring of the demo app."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The demo school."""

    name = "demo"
    default_auto_field = "django.db.models.BigAutoField"
