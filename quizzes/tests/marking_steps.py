"""Written answers and the people who mark them, for the tests of marking."""

from typing import Any

from django.test import Client

from accounts.models import User
from quizzes.models import Attempt, Grade, MarkingTask, QuizPage
from quizzes.services import start_attempt, submit_attempt
from quizzes.services.marking import Judgment, give_mark
from quizzes.services.marking_queue import claim

from . import factories

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
LEARNER, ADDRESS = "Canary Blackbird-Ousel", "canary-blackbird@example.com"


def essay(ident: str = "essay", *, rubric: bool = False, **more: Any) -> dict[str, Any]:
    """A question that a person marks, with notes that only markers read."""
    levels = [{"title": "Yes", "points": 3}, {"title": "In part", "points": 1}, {"title": "No", "points": 0}]
    rows = [{"title": "Names doubt", "note": "canary-row-note", "levels": levels}]
    rows.append({"title": "Is kind", "levels": [{"title": "Kind", "points": 1}, {"title": "Not", "points": 0}]})
    return {
        "id": ident, "kind": "essay", "title": f"Title of {ident}", "text": f"Write about {ident}.",
        "notes": "canary-notes", **({"rubric": rows} if rubric else {}), **more,
    }  # fmt: skip


def hand_in(user: User, quiz: QuizPage, text: str = "Touch lightly.", *, choose_right: bool = True) -> Attempt:
    """A try with its essays written and its choices made."""
    course = quiz.get_parent().get_parent().specific
    enrollment = user.enrollments.filter(course=course).first() or factories.make_enrollment(user, course)
    attempt = start_attempt(enrollment=enrollment, quiz=quiz)
    for item in attempt.items.select_related("version__question"):
        if item.version.kind == "essay":
            factories.save_one(attempt, item.position, {"h": text})
        elif choose_right:
            factories.save_one(attempt, item.position, factories.right_fields(item.version.question))
    return submit_attempt(attempt=attempt)


def judged(percent: int, comment: str = "") -> Judgment:
    return Judgment(fraction_ppm=percent * 10_000, rubric={}, comment=comment)


def mark(task: MarkingTask, by: User, percent: int, comment: str = "") -> Grade | None:
    """Take it and give a mark."""
    task = MarkingTask.objects.get(pk=task.pk)
    assert claim(task=task, by=by)
    return give_mark(task=MarkingTask.objects.get(pk=task.pk), by=by, judgment=judged(percent, comment))


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client
