"""People and places that every test may ask for."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.test import Client
from playwright.sync_api import Browser, sync_playwright

from accounts.models import User
from core.tests.browsing import ARGUMENTS, chromium
from courses.models import CoursePage
from courses.tests.factories import make_course, make_user

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's sync API runs an event loop


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every committing test gets back what the migrations wrote (root page, site, roles).

    A flush deletes it, and mixing tests that restore it with tests that do not breaks both kinds.
    """
    for item in items:
        if item.get_closest_marker("browser") and not chromium():
            item.add_marker(pytest.mark.skip(reason="no Chromium on this machine; make test says so at its end"))
        marker = item.get_closest_marker("django_db")
        fixtures = getattr(item, "fixturenames", ())
        commits = (marker and marker.kwargs.get("transaction")) or {"transactional_db", "live_server"} & set(fixtures)
        if commits:
            item.add_marker(pytest.mark.django_db(transaction=True, serialized_rollback=True), append=False)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Limits are counted in the database cache, as in production."""
    from django.core.management import call_command  # noqa: PLC0415

    with django_db_blocker.unblock():
        call_command("createcachetable", verbosity=0)
    # On the class: Playwright keeps an event loop in the main thread, and Django has other connection objects inside
    # one, which never saw the database being made. Each of them has to restore it, and to flush it without signals.
    migrated = getattr(connection, "_test_serialized_contents", "")
    connections[DEFAULT_DB_ALIAS].__class__._test_serialized_contents = migrated  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of a process: Playwright's event loop can be started once."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield opened
        opened.close()


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
