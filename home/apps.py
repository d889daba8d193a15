"""Wiring of the home app."""

from django.apps import AppConfig


class HomeConfig(AppConfig):
    """Home, help, search and the learner's desk."""

    name = "home"
    default_auto_field = "django.db.models.BigAutoField"
