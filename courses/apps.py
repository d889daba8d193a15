"""Wiring of the courses app."""

from django.apps import AppConfig


class CoursesConfig(AppConfig):
    """The course tree, its instructors and its frozen editions."""

    name = "courses"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect what happens on publishing."""
        from courses import receivers  # noqa: PLC0415 - models must be loaded first

        receivers.connect()
