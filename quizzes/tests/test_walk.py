"""The whole way over HTTP without JavaScript: front page, start, save, check, hand in, result."""

import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from courses.models import CoursePage
from enrollments.models import UnitCompletion
from quizzes.models import Attempt, AttemptItem

from . import factories


class Browser:
    """Follows forms as they stand in the page, as a browser without scripts does."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def fields(self, page: Any) -> dict[str, list[str]]:
        """What the page's paper would send if nothing were touched."""
        html = page.content.decode()
        form = html[html.index('id="paper"') :]
        found: dict[str, list[str]] = {}
        for tag in re.findall(r"<input[^>]*>", form):
            name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
            ticked = ('type="radio"' not in tag and 'type="checkbox"' not in tag) or " checked" in tag
            if name and ticked:
                found.setdefault(name[1], []).append(value[1] if value else "")
        return found


@pytest.fixture
def quiz(course: CoursePage, learner: User) -> Any:
    factories.make_enrollment(learner, course)
    return factories.make_quiz(course, *factories.every_kind(), minutes=25)


def answer_rightly(fields: dict[str, list[str]], attempt: Attempt) -> dict[str, list[str]]:
    for item in AttemptItem.objects.filter(attempt=attempt).select_related("version__question"):
        for name, value in factories.right_fields(item.version.question).items():
            fields[f"q{item.position}-{name}"] = value if isinstance(value, list) else [value]
    return fields


def test_a_learner_passes_without_javascript(as_learner: Any, quiz: Any, learner: Any, course: Any) -> None:
    front = as_learner.get(quiz.url)
    assert "25 minutes" in front.content.decode()
    started = as_learner.post(f"/quizzes/{quiz.pk}/start/")
    attempt = Attempt.objects.get()
    assert (started.status_code, started["Location"]) == (303, f"/attempts/{attempt.uuid}/")
    fields = Browser(as_learner).fields(as_learner.get(started["Location"]))
    saved = as_learner.post(f"/attempts/{attempt.uuid}/save/", {**answer_rightly(fields, attempt), "finish": "1"})
    assert (saved.status_code, saved["Location"]) == (303, f"/attempts/{attempt.uuid}/?check=1")
    assert "Every question has an answer." in as_learner.get(saved["Location"]).content.decode()
    handed_in = as_learner.post(f"/attempts/{attempt.uuid}/submit/")
    assert (handed_in.status_code, handed_in["Location"]) == (303, f"/attempts/{attempt.uuid}/review/")
    assert "Passed: 100%, 80 needed." in as_learner.get(handed_in["Location"]).content.decode()
    done = UnitCompletion.objects.get(enrollment__user=learner)
    assert (done.unit_id, done.evidence["attempt"]) == (quiz.pk, str(attempt.uuid))
    assert "You have passed this quiz." in as_learner.get(quiz.url).content.decode()


def test_the_browsers_word_alone_completes_no_exam(quiz: Any, as_learner: Client, learner: User) -> None:
    """D14 of the peers' defects: wagtail-lms takes completion straight from the browser's post."""
    said = {"score": "100", "score_m": "1000", "completed": "1", "passed": "on"}
    assert as_learner.post(f"/units/{quiz.pk}/complete/", said).status_code == 404
    as_learner.post(quiz.get_url(), said)
    assert not UnitCompletion.objects.exists()
    assert learner.enrollments.get().completed_at is None
