"""Wiring of the accounts app, and of Wagtail's user administration for our user."""

from django.apps import AppConfig
from wagtail.users.apps import WagtailUsersAppConfig


class AccountsConfig(AppConfig):
    """People, and how they log in."""

    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"


class StillpointUsersConfig(WagtailUsersAppConfig):
    """Wagtail's user pages with our forms."""

    user_viewset = "accounts.admin.StaffViewSet"
