"""Learners with credit, and how tests read the pages of the ledger."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import Group
from django.test import Client

from accounts.models import User
from accreditation.models import ProfessionalLicense
from accreditation.services.claims import claim
from accreditation.tests.factories import finish, make_approval, with_a_quiz
from courses.tests.factories import make_course, make_user
from enrollments.models import Enrollment
from enrollments.services import enroll

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def browser(user: User) -> Client:
    """Somebody who is logged in."""
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def make_staff(email: str = "provider@example.com", role: str = "Providers") -> User:
    """Somebody of the back office in a role."""
    user = make_user(email, legal_name="Paul Provider", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    return user


def credited(
    user: User,
    title: str = "Resting hands",
    *,
    license: ProfessionalLicense | None = None,
    at: datetime | None = None,
) -> Enrollment:
    """The person completes a course of six approved hours, on a license or on none."""
    course = with_a_quiz(make_course(title, lessons=1))
    make_approval(course)
    if license:
        claim(enrollment=enroll(user=user, course=course, source=Enrollment.Source.FREE), licenses=[license])
    return finish(user, course, at=at)


def text(response: Any) -> str:
    """A page on one line."""
    return " ".join(response.content.decode().split())


def rows(response: Any) -> list[str]:
    """The lines of a CSV that is streamed."""
    return b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
