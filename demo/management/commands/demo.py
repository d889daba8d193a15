"""`manage.py demo`: seed the demo school. What exists is left as it is, so it may run again and again."""

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from demo.seeding.school_run import STEPS, Seeding


class Command(BaseCommand):
    """The demo school, its people and its curriculum, made through the services."""

    help = "Seed the demo school (only with DEBUG on; may be repeated)."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("The demo school has known passwords. It is seeded with DEBUG=on only.")
        seeding = Seeding(say=self.stdout.write)
        for number, (name, step) in enumerate(STEPS, 1):
            began = time.monotonic()
            step(seeding)
            self.stdout.write(f"[{number}/{len(STEPS)}] {name}: {time.monotonic() - began:.1f} s")
