"""Wiring of the notifications app."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """Mails as rows."""

    name = "notifications"
    default_auto_field = "django.db.models.BigAutoField"
