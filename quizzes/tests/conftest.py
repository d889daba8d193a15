"""A learner in a course with a quiz."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import settings

from accounts.models import User
from courses.models import CoursePage
from enrollments.models import Enrollment

from . import factories

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
