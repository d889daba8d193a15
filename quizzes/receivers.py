"""Publishing a question or a quiz freezes a version of it. Nothing happens on a mere save (autosave)."""

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_save
from django.http import HttpRequest
from wagtail.signals import page_published, published

from courses.models import CourseInstructor
from quizzes.models import Question, QuizPage
from quizzes.services import course_bank, freeze_question, freeze_quiz
from quizzes.views.relogin import go_through


def connect() -> None:
    """Once, when the app is ready."""
    published.connect(on_question_published, sender=Question, dispatch_uid="quizzes.question_version")
    post_save.connect(on_instructor_assigned, sender=CourseInstructor, dispatch_uid="quizzes.course_bank")
    page_published.connect(on_quiz_published, sender=QuizPage, dispatch_uid="quizzes.quiz_version")
    user_logged_in.connect(on_logged_in, dispatch_uid="quizzes.held_posts")


def on_instructor_assigned(instance: CourseInstructor, created: bool, **kwargs: Any) -> None:
    """Whoever begins to teach a course finds a bank to write its questions in."""
    if created:
        course_bank(course=instance.course)


def on_question_published(instance: Question, revision: Any = None, **kwargs: Any) -> None:
    """A live question has a version."""
    if instance.live:
        freeze_question(question=instance, author=getattr(revision, "user", None), change=instance.change_kind)


def on_quiz_published(instance: QuizPage, **kwargs: Any) -> None:
    """A live quiz has a version."""
    if instance.live:
        freeze_quiz(quiz=instance)


def on_logged_in(request: HttpRequest | None = None, user: Any = None, **kwargs: Any) -> None:
    """What was typed while the log-in had ended goes through now."""
    if request is not None and hasattr(request, "session"):
        go_through(request, user)
