"""`manage.py export_questions`: the published questions of banks, for another system."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from quizzes.interchange.formats import WRITERS
from quizzes.models import Question, QuestionBank
from quizzes.services.interchange_export import export_questions


class Command(BaseCommand):
    """What the format cannot carry is named on standard error, question by question."""

    help = "Write the published questions of a bank, or of all, to a file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--format", required=True, choices=list(WRITERS))
        parser.add_argument("--out", required=True, help='the file; "-" is standard output')
        parser.add_argument("--bank", action="append", default=[], help="name of a bank; may be given again")
        parser.add_argument("--tag", action="append", default=[], help="only questions with all of these tags")

    def handle(self, *args: Any, **options: Any) -> None:
        questions = Question.objects.tagged(options["tag"])
        if names := options["bank"]:
            known = set(QuestionBank.objects.filter(name__in=names).values_list("name", flat=True))
            if missing := sorted(set(names) - known):
                message = f'There is no bank "{missing[0]}".'
                raise CommandError(message)
            questions = questions.filter(bank__name__in=names)
        written = export_questions(questions=questions, format=options["format"])
        if options["out"] == "-":
            sys.stdout.buffer.write(written.content)
        else:
            try:
                Path(options["out"]).write_bytes(written.content)
            except OSError as error:
                message = f"{options['out']} cannot be written: {error.strerror or error}."
                raise CommandError(message) from error
        for part in written.not_carried:
            what = "left out" if part.whole else "written without a part"
            self.stderr.write(f"{part.number}  {part.name}: {what}. {part.reason}")
