"""Wiring of the core app."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Values without models, and the seams by which apps meet."""

    name = "core"
    default_auto_field = "django.db.models.BigAutoField"
