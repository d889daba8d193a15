"""`manage.py import_questions`: questions of another system into a bank (DESIGN.md section 5)."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from quizzes.interchange.base import UnreadableFile
from quizzes.interchange.formats import LABELS, PARSERS
from quizzes.interchange.recognition import MAX_BYTES, guess_format
from quizzes.interchange.texts import ENCODINGS, UTF8
from quizzes.models import QuestionBank
from quizzes.services.interchange import Report, import_questions, read_questions
from quizzes.services.interchange_reading import STATUSES

UNREADABLE = 2
DEFAULT_BANK = "Imported questions"
_BAR = 30


class Command(BaseCommand):
    """Exit status 0: the file could be read, and what became of each question is in the report; 2: it could not."""

    help = "Import questions into a bank. Importing the same file again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="the file")
        parser.add_argument(
            "--format",
            choices=list(PARSERS),
            help=f"what it is ({', '.join(LABELS.values())}); without it the content decides",
        )
        parser.add_argument("--bank", default=DEFAULT_BANK, help="name of the bank; one that is missing is made")
        parser.add_argument("--encoding", choices=ENCODINGS, default=UTF8, help="of a text file")
        parser.add_argument("--dry-run", action="store_true", help="report only; store nothing")
        parser.add_argument("--report", choices=["text", "json"], default="text", help="how to report")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            content = _content(options["file"])
            report = self._import(content, options)
        except UnreadableFile as refusal:
            raise CommandError(str(refusal), returncode=UNREADABLE) from refusal
        if options["report"] == "json":
            self.stdout.write(json.dumps(report, ensure_ascii=False, indent=1))
        else:
            self._tell(report, dry_run=options["dry_run"])

    def _import(self, content: bytes, options: dict[str, Any]) -> Report:
        given = {
            "content": content,
            "format": options["format"] or guess_format(options["file"], content),
            "encoding": options["encoding"],
            "tick": self._tick if sys.stderr.isatty() else None,
        }
        with transaction.atomic():
            bank = _bank(options["bank"])
            if not options["dry_run"]:
                return import_questions(bank=bank, **given)
            report = read_questions(bank=bank, **given)
            transaction.set_rollback(True)  # a bank made for the report goes again
            return report

    def _tick(self, done: int, of: int) -> None:
        """A bar on standard error, drawn again over itself."""
        if done % max(1, of // 100) and done != of:
            return
        filled = _BAR * done // of
        end = "\n" if done == of else ""
        self.stderr.write(f"\r[{'#' * filled}{'.' * (_BAR - filled)}] {done} of {of}", style_func=str, ending=end)

    def _tell(self, report: Report, *, dry_run: bool) -> None:
        for row in report["questions"]:
            reason = f": {row['reason']}" if row["reason"] else ""
            self.stdout.write(f"{row['number']:>4}  {row['status']:<9}  {row['name']}{reason}")
            for warning in (one for one in row["warnings"] if one not in row["reason"]):
                self.stdout.write(f"      note: {warning}")
        counted = ", ".join(f"{report[status]} {status}" for status in STATUSES)
        self.stdout.write(f"{counted}. Nothing was stored." if dry_run else f"{counted}.")


def _content(name: str) -> bytes:
    path = Path(name)
    try:
        if path.stat().st_size > MAX_BYTES:
            message = f"{name} is larger than {MAX_BYTES // 1024 // 1024} MiB."
            raise UnreadableFile(message)
        return path.read_bytes()
    except OSError as error:
        message = f"{name} cannot be opened: {error.strerror or error}."
        raise UnreadableFile(message) from error


def _bank(name: str) -> QuestionBank:
    """The school's bank of this name, else the one course's that has it, else a new one of the school."""
    named = list(QuestionBank.objects.filter(name=name).select_related("course").order_by("pk"))
    school = [bank for bank in named if bank.course_id is None]
    if len(named) > 1 and not school:
        message = f'{len(named)} courses have a bank "{name}". Rename one of them, or import on the admin page.'
        raise CommandError(message)
    return (school or named or [QuestionBank.objects.create(name=name[:120])])[0]
