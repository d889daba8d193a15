"""Wiring of the quizzes app."""

from django.apps import AppConfig


class QuizzesConfig(AppConfig):
    """Question banks, quizzes, attempts and their marking."""

    name = "quizzes"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Publishing a question or a quiz freezes a version of it."""
        from quizzes import receivers  # noqa: PLC0415 - receivers need the models to be ready

        receivers.connect()
