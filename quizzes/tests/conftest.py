"""A learner in a course with a quiz."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from courses.models import CoursePage
from enrollments.models import Enrollment

from . import factories


@pytest.fixture
def enrollment(learner: User, course: CoursePage) -> Enrollment:
    """The learner studies the course."""
    return factories.make_enrollment(learner, course)


@pytest.fixture
def make_quiz(course: CoursePage) -> Callable[..., Any]:
    """`make_quiz(*questions, **terms)` in the course."""
    return lambda *questions, **terms: factories.make_quiz(course, *questions, **terms)
