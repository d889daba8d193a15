"""`manage.py reconcile_payments`: compare our orders with Stripe and repair what differs."""

import re
import sys
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from payments.services import is_set_up, run_reconciliation
from payments.services.events import order_named


def span(text: str) -> timedelta:
    """`30d` -> 30 days, `12h` -> 12 hours."""
    match = re.fullmatch(r"(\d{1,4})([dh])", text)
    if match is None:
        raise CommandError(f"{text} is no span of time. Write days or hours: 30d, 12h.")
    number = int(match[1])
    return timedelta(days=number) if match[2] == "d" else timedelta(hours=number)


class Command(BaseCommand):
    """Prints each difference that it repaired; exits with 1 if there was one, 2 if something cannot be read, else 0."""

    help = "Read Stripe for every order that may have moved, and repair what differs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--since", default="120d", help="paid orders younger than this (30d, 12h); unfinished ones always"
        )
        parser.add_argument("--order", default="", help="one order, by its uuid")

    def handle(self, *args: Any, **options: Any) -> None:
        if not is_set_up():
            self.stdout.write("Payments are not set up; there is nothing to compare.")
            return
        order = order_named(options["order"]) if options["order"] else None
        if options["order"] and order is None:
            raise CommandError(f"There is no order {options['order']}.")
        run = run_reconciliation(since=span(options["since"]), order=order)
        for line in run.differences:
            self.stdout.write(line)
        if run.error:
            raise CommandError(f"Stripe cannot be read: {run.error} Run this again later.", returncode=2)
        self.stdout.write(f"{len(run.differences)} repaired." if run.differences else "Nothing differs.")
        if run.differences:
            sys.exit(1)
