"""Wiring of the accreditation app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate

from core.frozen_rows import after_migrate, before_migrate, freeze_rows


class AccreditationConfig(AppConfig):
    """Boards, approvals, licenses, and the credit that counts."""

    name = "accreditation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen for finished courses; keep in the database what makes awards and reports stand."""
        from accreditation import checks, receivers  # noqa: F401, PLC0415 - both need the models
        from accreditation.models import FROZEN_ROWS  # noqa: PLC0415 - apps must be loaded

        receivers.connect()
        freeze_rows(*FROZEN_ROWS)
        pre_migrate.connect(before_migrate, sender=self, dispatch_uid="accreditation")
        post_migrate.connect(after_migrate, sender=self, dispatch_uid="accreditation")
