"""People and places that every test may ask for."""

import os
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from courses.models import CoursePage
from courses.tests.factories import make_course, make_user

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's sync API runs an event loop


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Limits are counted in the database cache, as in production."""
    from django.core.management import call_command  # noqa: PLC0415

    with django_db_blocker.unblock():
        call_command("createcachetable", verbosity=0)


@pytest.fixture
def learner(db: None) -> User:
    """Somebody who studies."""
    return make_user("learner@example.com", legal_name="Lena Learner")


@pytest.fixture
def stranger(db: None) -> User:
    """Somebody who has an account and nothing else."""
    return make_user("stranger@example.com")


@pytest.fixture
def instructor(db: None) -> User:
    """Teaches the `course`."""
    return make_user("instructor@example.com", legal_name="Ina Instructor")


@pytest.fixture
def course(instructor: User) -> CoursePage:
    """A free, published course: one module, two lessons, no quiz."""
    return make_course("Resting hands", instructor=instructor)


@pytest.fixture
def as_learner(client: Client, learner: User) -> Client:
    """A browser in which the learner is logged in."""
    client.force_login(learner, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client
