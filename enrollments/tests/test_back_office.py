"""Enrollments in the back office: who sees whom, and what staff may do."""

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from accounts.models import User
from courses.models import CoursePage
from courses.tests.factories import make_course, make_user
from enrollments.models import AccessHold, Enrollment
from enrollments.services import enroll
from enrollments.standing import standing_of

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def enrollment(course: CoursePage, learner: User) -> Enrollment:
    return enroll(user=learner, course=course, source="free")


@pytest.fixture
def as_provider(client: Client) -> Client:
    user = make_user("provider@example.com", is_staff=True)
    user.groups.add(Group.objects.get(name="Providers"))
    client.force_login(user, backend=BACKEND)
    return client


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def listed(client: Client, query: str = "") -> list[str]:
    response = client.get(reverse("enrollments:index") + query)
    return [f"{one.user.email} in {one.course}" for one in response.context["object_list"]]


def test_the_provider_sees_everybody_and_instructors_their_own(
    as_provider: Client, enrollment: Enrollment, instructor: User, stranger: User
) -> None:
    other = make_user("instructor2@example.com")
    enroll(user=stranger, course=make_course("Other hands", instructor=other), source="free")
    mine, theirs = "learner@example.com in Resting hands", "stranger@example.com in Other hands"
    assert sorted(listed(as_provider)) == [mine, theirs]
    assert listed(as_(instructor)) == [mine]
    assert listed(as_(other)) == [theirs]


def test_the_list_leads_to_each_enrollment(as_provider: Client, enrollment: Enrollment) -> None:
    html = as_provider.get(reverse("enrollments:index")).content.decode()
    assert reverse("enrollments:inspect", args=[enrollment.pk]) in html


def test_an_enrollment_opens_for_those_who_may_see_it(
    as_provider: Client, enrollment: Enrollment, instructor: User
) -> None:
    other = make_user("instructor2@example.com")
    make_course("Other hands", instructor=other)
    url = reverse("enrollments:inspect", args=[enrollment.pk])
    assert [client.get(url).status_code for client in (as_provider, as_(instructor), as_(other))] == [200, 200, 302]


def test_nobody_edits_or_deletes_an_enrollment(enrollment: Enrollment) -> None:
    operator = as_(User.objects.create_superuser("operator@example.com", "x"))
    for door in ("edit", "delete"):
        operator.post(reverse(f"enrollments:{door}", args=[enrollment.pk]), {"reason": "changed"})
    assert Enrollment.objects.get().reason == ""


def test_the_list_is_searched_and_filtered(as_provider: Client, enrollment: Enrollment) -> None:
    found = [listed(as_provider, query) for query in ("?q=lena", "?q=nobody", "?source=order")]
    assert found == [["learner@example.com in Resting hands"], [], []]


def test_the_export_runs_no_formula(as_provider: Client, enrollment: Enrollment) -> None:
    User.objects.filter(pk=enrollment.user_id).update(legal_name='=HYPERLINK("x")')
    response = as_provider.get(reverse("enrollments:index") + "?export=csv")
    text = b"".join(response.streaming_content).decode()
    assert "'=HYPERLINK" in text
    assert ",=HYPERLINK" not in text.replace('"', "")


def test_staff_grant_a_course_with_a_reason(as_provider: Client, course: CoursePage, stranger: User) -> None:
    data = {"email": stranger.email, "course": course.pk, "reason": "Scholarship"}
    as_provider.post(reverse("enrollments:grant"), data)
    assert [(one.user, one.source, one.reason) for one in Enrollment.objects.all()] == [
        (stranger, "grant", "Scholarship")
    ]


def test_staff_suspend_access_and_give_it_back(as_provider: Client, enrollment: Enrollment, learner: User) -> None:
    seen = []
    for door in ("suspend", "suspend", "release"):
        as_provider.post(reverse(f"enrollments:{door}", args=[enrollment.pk]))
        fresh = User.objects.get(pk=learner.pk)
        seen.append((standing_of(fresh, enrollment.course_id).has_access, AccessHold.objects.count()))
    assert seen == [(False, 1), (False, 1), (True, 1)]


@pytest.mark.parametrize("door", ["grant", "suspend", "release"])
def test_instructors_only_look(enrollment: Enrollment, instructor: User, stranger: User, door: str) -> None:
    args: list[Any] = [] if door == "grant" else [enrollment.pk]
    data = {"email": stranger.email, "course": enrollment.course_id, "reason": "A friend"}
    as_(instructor).post(reverse(f"enrollments:{door}", args=args), data)
    assert (Enrollment.objects.count(), AccessHold.objects.count()) == (1, 0)
