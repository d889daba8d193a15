"""A learner in a course with a quiz."""

import json
import os
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from accounts.models import User
from courses.models import CoursePage
from courses.services import assign_instructor
from courses.tests.factories import make_user
from enrollments.models import Enrollment

from . import factories
from .marking_steps import ADDRESS, LEARNER

# A busy machine is no failure, and nothing is left behind in the tree.
settings.register_profile("quizzes", deadline=None, database=None)
settings.load_profile("quizzes")


@pytest.fixture
def enrollment(learner: User, course: CoursePage) -> Enrollment:
    """The learner studies the course."""
    return factories.make_enrollment(learner, course)


@pytest.fixture
def make_quiz(course: CoursePage) -> Callable[..., Any]:
    """`make_quiz(*questions, **terms)` in the course."""
    return lambda *questions, **terms: factories.make_quiz(course, *questions, **terms)


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of published question files from outside the project, if this machine has it."""
    if not (folder := os.environ.get("QUIZ_CORPUS_DIR")):
        pytest.skip("QUIZ_CORPUS_DIR names no folder with the quiz corpus")
    return Path(folder)


@pytest.fixture
def corpus_cases(corpus: Path) -> Callable[[str], list[dict[str, Any]]]:
    """`corpus_cases("ordering_grading")`: published cases, numbers read exactly."""

    def read(name: str) -> list[dict[str, Any]]:
        cases = json.loads((corpus / "cases" / f"{name}.json").read_text("utf-8"), parse_float=Fraction)
        return list(cases)

    return read


@pytest.fixture
def blackbird(db: None) -> User:
    return make_user(ADDRESS, legal_name=LEARNER)


@pytest.fixture
def second(course: Any) -> User:
    person = make_user("second@example.com", legal_name="Sam Second")
    assign_instructor(course=course, user=person)
    return person


@pytest.fixture
def third(course: Any) -> User:
    person = make_user("third@example.com", legal_name="Thea Third")
    assign_instructor(course=course, user=person)
    return person
