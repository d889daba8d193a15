"""Wiring of the enrollments app."""

from django.apps import AppConfig


class EnrollmentsConfig(AppConfig):
    """Who studies what, how far, and who may open what."""

    name = "enrollments"
    default_auto_field = "django.db.models.BigAutoField"
