"""`manage.py rebuild_catalogue`: make the catalogue's facts anew."""

from typing import Any

from django.core.management.base import BaseCommand

from courses.services import rebuild_catalogue


class Command(BaseCommand):
    """Ask every app for its facts about every course."""

    help = "Make the catalogue's facts (price, hours) anew from the apps that know them."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{rebuild_catalogue()} rows changed")
