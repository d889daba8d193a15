"""Publishing a question or a quiz freezes a version of it. Nothing happens on a mere save (autosave)."""

from typing import Any

from wagtail.signals import page_published, published

from quizzes.models import Question, QuizPage
from quizzes.services import freeze_question, freeze_quiz


def connect() -> None:
    """Once, when the app is ready."""
    published.connect(on_question_published, sender=Question, dispatch_uid="quizzes.question_version")
    page_published.connect(on_quiz_published, sender=QuizPage, dispatch_uid="quizzes.quiz_version")


def on_question_published(instance: Question, revision: Any = None, **kwargs: Any) -> None:
    """A live question has a version."""
    if instance.live:
        freeze_question(question=instance, author=getattr(revision, "user", None), change=instance.change_kind)


def on_quiz_published(instance: QuizPage, **kwargs: Any) -> None:
    """A live quiz has a version."""
    if instance.live:
        freeze_quiz(quiz=instance)
