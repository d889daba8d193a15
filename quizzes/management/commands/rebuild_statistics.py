"""`manage.py rebuild_statistics`: make the statistics of quizzes anew from the attempts."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from quizzes.models import Attempt, QuizPage
from quizzes.services.statistics import rebuild_statistics

BAR = 40


class Command(BaseCommand):
    """The result is what folding gives, so nothing changes unless something was wrong."""

    help = "Make the statistics of quizzes anew from the attempts: of all quizzes, or of one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--quiz", type=int, metavar="ID", help="only this quiz, by its page's number")

    def handle(self, *args: Any, **options: Any) -> None:
        quiz = None
        if options["quiz"] is not None:
            quiz = QuizPage.objects.filter(pk=options["quiz"]).first()
            if quiz is None:
                raise CommandError(f"There is no quiz {options['quiz']}.")
        attempts = Attempt.objects.filter(quiz=quiz) if quiz else Attempt.objects.all()
        self.done, self.total = 0, attempts.count()
        counted = rebuild_statistics(quiz=quiz, on_progress=self.show)
        if self.done:
            self.stdout.write("")
        self.stdout.write(f"{counted} attempts count, of {self.total}.")

    def show(self, more: int) -> None:
        """The bar."""
        self.done += more
        filled = BAR * min(self.done, self.total) // max(1, self.total)
        self.stdout.write(f"\r[{'#' * filled}{'.' * (BAR - filled)}] {self.done}/{self.total}", ending="")
        self.stdout.flush()
