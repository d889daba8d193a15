"""Wiring of the accreditation app."""

from django.apps import AppConfig


class AccreditationConfig(AppConfig):
    """Boards, approvals and the hours they grant."""

    name = "accreditation"
    default_auto_field = "django.db.models.BigAutoField"
