"""The project as an app, so that its checks are registered."""

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    """Loads the refusals of config/checks.py."""

    name = "config"
    label = "config"

    def ready(self) -> None:
        """Register the checks."""
        from config import checks  # noqa: F401, PLC0415 - checks read settings, which are complete only now
