"""`manage.py reconcile_payments`: compare our orders with Stripe and repair what differs."""

import re
import sys
from argparse import ArgumentTypeError
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from payments.models import Order
from payments.services import is_set_up, run_reconciliation
from payments.services.events import order_named

BAR = 30
CLEAR = "\r\x1b[K"
"""To the beginning of the line, and nothing on it."""
NOT_READ = 2
"""The exit code where something could not be read; 1 says that something was repaired."""


def span(text: str) -> timedelta:
    """`30d` -> 30 days, `12h` -> 12 hours."""
    match = re.fullmatch(r"(\d{1,4})([dh])", text)
    if match is None:
        message = f"{text} is no span of time. Write days or hours: 30d, 12h."
        raise ArgumentTypeError(message)
    number = int(match[1])
    return timedelta(days=number) if match[2] == "d" else timedelta(hours=number)


def order_called(name: str) -> Order:
    """By its number, as lists show it, or by the uuid in the address of its receipt."""
    order = order_named(name) or Order.objects.filter(number=name.strip().upper()).first()
    if order is None:
        message = f"There is no order {name}. Write its number (SP-...), or the uuid in the address of its receipt."
        raise CommandError(message, returncode=NOT_READ)
    return order


class Command(BaseCommand):
    """Prints each difference that it repaired; exits with 1 if there was one, 2 if something cannot be read, else 0."""

    help = "Read Stripe for every order that may have moved, and repair what differs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--since",
            type=span,
            default="120d",
            help="paid orders younger than this (30d, 12h); unfinished ones always",
        )
        parser.add_argument("--order", default="", help="one order, by its number or uuid")

    def show(self, place: int, of: int) -> None:
        """A bar for who waits at a terminal; a log gets none."""
        done = BAR * place // of
        bar = "#" * done + "." * (BAR - done)
        self.stderr.write(f"{CLEAR}[{bar}] order {place} of {of}", ending="")
        self.stderr.flush()

    def handle(self, *args: Any, **options: Any) -> None:
        if not is_set_up():
            self.stdout.write("Payments are not set up; there is nothing to compare.")
            return
        order = order_called(options["order"]) if options["order"] else None
        watched = self.stderr.isatty()
        run = run_reconciliation(since=options["since"], order=order, progress=self.show if watched else None)
        if watched:
            self.stderr.write(CLEAR, ending="")
        for line in run.differences:
            self.stdout.write(line)
        if run.error:
            raise CommandError(f"Stripe cannot be read: {run.error} Run this again later.", returncode=NOT_READ)
        self.stdout.write(f"{len(run.differences)} repaired." if run.differences else "Nothing differs.")
        if run.differences:
            sys.exit(1)
