"""`manage.py issue_certificates`: issue everything that is due, with a bar; `sweep` does the same, a part at a time."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from certificates.models import CertificateRequest
from certificates.services import issue
from certificates.services.keys import NoKeys, signing
from core.progress import show_progress
from courses.models import CoursePage

MOST_NAMED = 20


class Command(BaseCommand):
    """Exit status 0: all that was due is issued; 1: some wait, and lines say why; 2: it could not begin.

    Each certificate is written by itself: stopped at any moment and started again, it goes on where it was.
    """

    help = "Issue every certificate that is due."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--course", metavar="SLUG", help="only those of this course")

    def handle(self, *args: Any, **options: Any) -> None:
        due = CertificateRequest.objects.due()
        if slug := options["course"]:
            if not CoursePage.objects.filter(slug=slug).exists():
                message = f"There is no course {slug}. Its slug is the last part of the address of its page."
                raise CommandError(message, returncode=2)
            due = due.filter(enrollment__course__slug=slug)
        numbers = list(due.order_by("next_try_at", "pk").values_list("pk", flat=True))
        if numbers:
            self._begin()
        waiting = self._issue(numbers)
        self.stdout.write(f"{len(numbers) - len(waiting)} issued, {len(waiting)} not yet.")
        named = CertificateRequest.objects.filter(pk__in=waiting[:MOST_NAMED]).select_related(
            "enrollment__user", "enrollment__edition"
        )
        for request in named:
            self.stdout.write(f"{request}: {request.waits_for}")
        if waiting:
            sys.exit(1)

    def _begin(self) -> None:
        """Without keys nothing can be issued; found out by each request, it would put each of them off."""
        try:
            signing()
        except NoKeys as error:
            raise CommandError(str(error), returncode=2) from error

    def _issue(self, numbers: list[int]) -> list[int]:
        """One after the other; the numbers of those that wait for something."""
        waiting = []
        for done, pk in enumerate(numbers, start=1):
            if issue(CertificateRequest.objects.get(pk=pk)) is None:
                waiting.append(pk)
            show_progress(done, len(numbers))
        return waiting
