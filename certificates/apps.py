"""Wiring of the certificates app."""

from django.apps import AppConfig


class CertificatesConfig(AppConfig):
    """Issue, show and verify certificates."""

    name = "certificates"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen for finished courses."""
        from certificates import receivers  # noqa: PLC0415 - receivers need the models

        receivers.connect()
