"""Wiring of the library app."""

from django.apps import AppConfig


class LibraryConfig(AppConfig):
    """Images, documents, audio, video and figures."""

    name = "library"
    default_auto_field = "django.db.models.BigAutoField"
