"""What keeps an unsound server from starting under WSGI."""

from django.core.checks import Error, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import connections


def refuse_to_start_unless_sound() -> None:
    """Run every system check and raise with all the errors, each of which says what to set."""
    found = run_checks()
    connections.close_all()  # the checks ask the database, and forked workers must not share a connection
    errors = [message for message in found if isinstance(message, Error) or message.level >= 40]
    if errors:
        raise ImproperlyConfigured("Stillpoint does not start:\n" + "\n".join(f"- {error.msg}" for error in errors))
