"""`manage.py board_report`: make the next report of a board, and write its file."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accreditation.models import ApprovalBody, ReportFormat
from accreditation.services.reporting import ReportRefused, make_report, prepared_rows, waiting_awards
from accreditation.services.reporting.alarms import reported_bodies
from accreditation.services.reporting.rows import CEBROKER, Prepared
from accreditation.services.reporting.words import rows_in_words
from core.progress import show_progress

MOST_NAMED = 20
NOT_BEGUN = 2


class Command(BaseCommand):
    """Exit status 0: written, or nothing waits; 1: some are held back, and lines say why; 2: it could not begin.

    It makes a draft in the outbox by the same service as the back office, so nothing is reported twice: a person
    reviews it there, and marks it as sent.
    """

    help = "Make a draft of all credit that waits for a board, and write its file. Nothing is sent."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--channel", required=True, choices=ReportFormat.Writer.values, help="what file it is")
        parser.add_argument("--out", required=True, type=Path, metavar="FILE", help="where to write it; must not exist")
        parser.add_argument("--body", metavar="CODE", help="the board; needed where several have credit waiting")

    def handle(self, *args: Any, **options: Any) -> None:
        out: Path = options["out"]
        _check_place(out)
        found = _board(options["channel"], options["body"])
        if found is None:
            self.stdout.write("Nothing waits to be reported. No file was written.")
            return
        body, format = found
        rows = prepared_rows(waiting_awards(body), body=body, writer=format.writer)
        held = [row for row in rows if row.obstacles]
        if len(held) < len(rows):
            self._write(body, format, out)
        self._name(held)
        if held:
            sys.exit(1)

    def _write(self, body: ApprovalBody, format: ReportFormat, out: Path) -> None:
        try:
            report = make_report(body=body, by=None, format=format, on_row=show_progress)
        except ReportRefused as refusal:
            raise CommandError(str(refusal), returncode=NOT_BEGUN) from refusal
        sample = "SAMPLE, for no board: " if body.is_sample else ""
        try:
            with out.open("xb") as file:
                file.write(report.read())
        except OSError as error:
            message = (
                f"The draft {report.uuid} is made, its file could not be written: {error}. Take it from the outbox."
            )
            raise CommandError(message, returncode=NOT_BEGUN) from error
        self.stdout.write(f"{sample}{rows_in_words(report.rows.count())} for {body} in {out}.")
        self.stdout.write(f"It is the draft {report.uuid}: review it in the back office, and mark it as sent there.")

    def _name(self, held: list[Prepared]) -> None:
        """What a person must mend first."""
        for row in held[:MOST_NAMED]:
            self.stdout.write(f"Held back, award {row.award.pk}: {' '.join(row.obstacles)}")
        if len(held) > MOST_NAMED:
            self.stdout.write(f"... and {len(held) - MOST_NAMED} more, in the outbox.")


def _check_place(out: Path) -> None:
    if out.exists():
        message = f"{out} exists. A report is written to a new file each time."
        raise CommandError(message, returncode=NOT_BEGUN)
    if not out.parent.is_dir():
        message = f"There is no folder {out.parent}."
        raise CommandError(message, returncode=NOT_BEGUN)


def _board(channel: str, code: str | None) -> tuple[ApprovalBody, ReportFormat] | None:
    """The board of this channel for which something waits, and the format; None: nothing waits."""
    bodies = list(reported_bodies().filter(report_format__writer__in=CEBROKER if channel in CEBROKER else [channel]))
    if code:
        bodies = [body for body in bodies if body.code == code]
        if not bodies:
            message = f"There is no board {code} that takes {channel}. Its code and its report format are on its page."
            raise CommandError(message, returncode=NOT_BEGUN)
    waiting = [body for body in bodies if waiting_awards(body).exists()]
    if len(waiting) > 1:
        message = f"Several boards wait: choose one with --body {', '.join(body.code for body in waiting)}."
        raise CommandError(message, returncode=NOT_BEGUN)
    return (waiting[0], _format(waiting[0], channel)) if waiting else None


def _format(body: ApprovalBody, channel: str) -> ReportFormat:
    """The board's own; CE Broker takes both of its kinds, whichever is the board's."""
    own = body.report_format
    if own is not None and own.writer == channel:
        return own
    other = ReportFormat.objects.filter(writer=channel).order_by("is_sample", "pk").first()
    if other is None:
        message = f"There is no report format that is written as {channel}. Add one in the back office."
        raise CommandError(message, returncode=NOT_BEGUN)
    return other
