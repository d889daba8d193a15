"""Wiring of the core app."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Values without models, and the seams by which apps meet."""

    name = "core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Titles are typed too: Wagtail's reports export them as they are."""
        from wagtail.admin.views.mixins import SpreadsheetExportMixin  # noqa: PLC0415 - apps must be loaded

        from core.records import SAFE_CELLS  # noqa: PLC0415 - apps must be loaded

        SpreadsheetExportMixin.custom_value_preprocess.update(SAFE_CELLS)
