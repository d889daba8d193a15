"""`manage.py check_integrity`: does the database hold together? Rules that no single constraint can state."""

import sys
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from django.core.files.storage import storages
from django.core.management.base import BaseCommand, CommandParser
from django.db import IntegrityError, connection
from django.db.models import Count, Exists, F, OuterRef, Q, Sum

from certificates.models import Certificate, CertificateFile, CertificateRequest, StatusList, Transcript
from core import frozen_rows
from core.freeze import digest
from enrollments.models import Enrollment
from payments.models import Order

AT_A_TIME = 500
SHOWN = 20


def guards_are_in_place() -> Iterator[str]:
    """SQLite drops a trigger with the table that a migration rebuilds."""
    for name in frozen_rows.missing(connection):
        yield f"{name} is missing: run manage.py migrate"


def references_lead_somewhere() -> Iterator[str]:
    """Rows that point at nothing: SQLite tells where it was written to without its foreign keys."""
    try:
        connection.check_constraints()
    except IntegrityError as error:
        yield str(error)


def facts_are_as_issued() -> Iterator[str]:
    """Certificates and transcripts whose frozen facts no longer fit their digest."""
    for model in (Certificate, Transcript):
        rows = model._default_manager.order_by("pk").values_list("serial", "facts", "facts_sha256")
        for serial, facts, sha256 in rows.iterator(chunk_size=AT_A_TIME):
            if digest(facts) != sha256:
                yield f"{serial}: the facts were changed"


def private_files_are_there() -> Iterator[str]:
    """Every file that a certificate or a transcript names; `verify_certificates` reads them too."""
    named = (
        Certificate.objects.values_list("serial", "pdf"),
        CertificateFile.objects.values_list("certificate__serial", "path"),
        Transcript.objects.values_list("serial", "pdf"),
        Transcript.objects.values_list("serial", "public_pdf"),
    )
    storage = storages["private"]
    for rows in named:
        for serial, path in rows.order_by("pk").iterator(chunk_size=AT_A_TIME):
            if not storage.exists(path):
                yield f"{serial}: {path} is missing"


def certificates_end_once() -> Iterator[str]:
    """Revoked or replaced says when, and a replaced one names what took its place."""
    force = Q(status=Certificate.Status.ISSUED)
    unlike = Certificate.objects.filter((force & Q(ended_at__isnull=False)) | (~force & Q(ended_at=None)))
    for serial in unlike.values_list("serial", flat=True):
        yield f"{serial}: its state and its end do not fit"
    replaced = Certificate.objects.filter(status=Certificate.Status.SUPERSEDED, superseded_by=None)
    for serial in replaced.values_list("serial", flat=True):
        yield f"{serial}: replaced by nothing"


def requests_have_their_certificate() -> Iterator[str]:
    """A request that says issued has led to one."""
    made = Certificate.objects.filter(enrollment=OuterRef("enrollment"), credit_key=OuterRef("credit_key"))
    for pk in CertificateRequest.objects.filter(~Exists(made), state="issued").values_list("pk", flat=True):
        yield f"request {pk}: issued, and there is no certificate"


def places_in_lists_are_counted() -> Iterator[str]:
    """A list has given away at least as many places as certificates have."""
    for row in StatusList.objects.annotate(held=Count("certificates")).filter(held__gt=F("used")):
        yield f"{row}: {row.held} places are held, {row.used} were given"


def enrollments_add_up() -> Iterator[str]:
    """Completed at an instant and on a date, and no more counted as done than is on record."""
    half = Q(completed_at=None, completed_on__isnull=False) | Q(completed_at__isnull=False, completed_on=None)
    for pk in Enrollment.objects.filter(half).values_list("pk", flat=True):
        yield f"enrollment {pk}: completed without its date, or a date without its instant"
    counted = Enrollment.objects.annotate(on_record=Count("completions")).filter(done__gt=F("on_record"))
    for pk in counted.values_list("pk", flat=True):
        yield f"enrollment {pk}: counts more units than were completed"


def orders_add_up() -> Iterator[str]:
    """What was asked is the sum of its parts."""
    summed = Order.objects.annotate(parts=Sum("items__amount", default=0)).exclude(subtotal=F("parts"))
    for number, subtotal, parts in summed.values_list("number", "subtotal", "parts"):
        yield f"order {number}: {subtotal} was asked, its parts are {parts}"


RULES: tuple[tuple[str, Callable[[], Iterator[str]]], ...] = (
    ("guards of frozen rows", guards_are_in_place),
    ("references", references_lead_somewhere),
    ("frozen facts", facts_are_as_issued),
    ("private files", private_files_are_there),
    ("ends of certificates", certificates_end_once),
    ("certificates of requests", requests_have_their_certificate),
    ("places in status lists", places_in_lists_are_counted),
    ("enrollments", enrollments_add_up),
    ("orders", orders_add_up),
)


class Command(BaseCommand):
    """Exit status 0: all of it holds; 1: something does not, and each line says what. Nothing is changed."""

    help = "Check the rules that records keep: frozen rows, files, references, sums. Changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help=f"show every fault, not {SHOWN} of each rule")

    def handle(self, *args: Any, **options: Any) -> None:
        wrong = sum(self._ask(name, rule, None if options["all"] else SHOWN) for name, rule in RULES)
        if wrong:
            sys.exit(1)

    def _ask(self, name: str, rule: Callable[[], Iterator[str]], shown: int | None) -> int:
        found, faults = 0, rule()
        for fault in islice(faults, shown):
            found += 1
            self.stdout.write(f"     {name}: {fault}")
        more = sum(1 for _ in faults)
        if more:
            self.stdout.write(f"     {name}: and {more} more")
        self.stdout.write(f"{'FAIL' if found else 'ok  '} {name}")
        return found + more
