"""`manage.py sweep`: finish every unfinished row. `--every 60` keeps going."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections

from operations.services import sweep


class Command(BaseCommand):
    """Scheduled publishing, editions, attempts, orders, certificates, mails: whatever is unfinished."""

    help = "Finish every unfinished row: scheduled pages, attempts, orders, certificates, mails."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--every", type=int, metavar="SECONDS", help="keep going, with this pause between runs")

    def handle(self, *args: Any, **options: Any) -> None:
        while True:
            report = sweep()
            did = ", ".join(f"{name}: {count}" for name, count in report.items() if count)
            self.stdout.write(did or "nothing to do")
            if not options["every"]:
                return
            time.sleep(options["every"])
            close_old_connections()  # the database may have gone and come back while this process slept
