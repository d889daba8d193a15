"""Wiring of the evidence app."""

from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    """What may be said, and how sure we are."""

    name = "evidence"
    default_auto_field = "django.db.models.BigAutoField"
