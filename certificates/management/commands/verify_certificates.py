"""`manage.py verify_certificates`: read back and check everything that was issued."""

import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator
from datetime import date
from itertools import chain
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from certificates.models import Certificate, StatusList, Transcript
from certificates.services.integrity import Verified, verify_certificates, verify_status_lists, verify_transcripts
from core.progress import show_progress
from core.serials import normalize_serial


def day(text: str) -> date:
    """`2026-11-20`"""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        message = f"{text} is no day. Write it as 2026-11-20."
        raise ArgumentTypeError(message) from error


class Command(BaseCommand):
    """Exit status 0: all is well; 1: something does not verify, and each line says what; 2: it could not be asked."""

    help = "Read back every certificate, badge, transcript and status list, and check facts, digests and signatures."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--since", type=day, metavar="DAY", help="only what was issued on this day or later")
        parser.add_argument("--serial", action="append", default=[], help="only this one; may be given again")

    def handle(self, *args: Any, **options: Any) -> None:
        certificates, transcripts = Certificate.objects.all(), Transcript.objects.all()
        if since := options["since"]:
            certificates = certificates.filter(issued_at__date__gte=since)
            transcripts = transcripts.filter(issued_at__date__gte=since)
        if options["serial"]:
            serials = _known(options["serial"])
            certificates, transcripts = certificates.filter(serial__in=serials), transcripts.filter(serial__in=serials)
        total = certificates.count() + transcripts.count() + StatusList.objects.count()
        wrong = self._walk(
            chain(verify_certificates(certificates), verify_transcripts(transcripts), verify_status_lists()), total
        )
        self.stdout.write(f"{wrong} of {total} do not verify." if wrong else f"All is well: {total} verified.")
        if wrong:
            sys.exit(1)

    def _walk(self, found: Iterator[Verified], total: int) -> int:
        wrong = 0
        for done, one in enumerate(found, start=1):
            wrong += bool(one.faults)
            for fault in one.faults:
                self.stdout.write(f"{one.name}: {fault}")
            show_progress(done, total)
        return wrong


def _known(typed: list[str]) -> list[str]:
    """As they are written; a number that nobody has is said before anything is read."""
    serials = [normalize_serial(one).serial or one for one in typed]
    models = (Certificate, Transcript)
    known = {
        one
        for model in models
        for one in model._default_manager.filter(serial__in=serials).values_list("serial", flat=True)
    }
    if missing := [one for one in serials if one not in known]:
        message = f"There is no certificate {missing[0]}."
        raise CommandError(message, returncode=2)
    return serials
