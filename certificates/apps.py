"""Wiring of the certificates app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate

from core.frozen_rows import after_migrate, before_migrate, freeze_rows


class CertificatesConfig(AppConfig):
    """Issue, show and verify certificates."""

    name = "certificates"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen for finished courses; keep in the database what makes issued rows stand."""
        from certificates import checks, receivers  # noqa: F401, PLC0415 - both need the models
        from certificates.models import FROZEN_ROWS  # noqa: PLC0415 - apps must be loaded

        receivers.connect()
        freeze_rows(*FROZEN_ROWS)
        pre_migrate.connect(before_migrate, sender=self, dispatch_uid="certificates")
        post_migrate.connect(after_migrate, sender=self, dispatch_uid="certificates")
