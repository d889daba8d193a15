"""Wiring of the home app."""

from typing import Any

from django.apps import AppConfig, apps
from django.contrib.auth.management import create_permissions
from django.db.models.signals import post_migrate


class HomeConfig(AppConfig):
    """Home, help, search, the learner's desk, and the roles of the back office."""

    name = "home"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Roles name permissions of every app, and permissions exist only after migrating."""
        from home import receivers  # noqa: PLC0415 - receivers need the models to be ready

        post_migrate.connect(give_roles, sender=self, dispatch_uid="home.roles")
        receivers.connect()


def give_roles(**kwargs: Any) -> None:
    """Django makes the permissions of an app after that app's turn in post_migrate, and ours comes first."""
    from wagtail.snippets.models import create_extra_permissions  # noqa: PLC0415 - models must be loaded first

    from home.admin.roles import ensure_roles  # noqa: PLC0415 - models must be loaded first

    for config in apps.get_app_configs():
        create_permissions(config, verbosity=0, using=kwargs["using"])
    create_extra_permissions(apps.get_app_config("wagtailsnippets"), using=kwargs["using"])  # publish, lock, unlock
    ensure_roles()
