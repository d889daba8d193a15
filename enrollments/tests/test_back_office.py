"""Enrollments in the back office: who sees whom, and what staff may do."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse

from accounts.models import User
from courses.models import CoursePage
from courses.tests.factories import make_course, make_user
from enrollments.models import AccessHold, Enrollment
from enrollments.services import enroll
from enrollments.standing import standing_of
from notifications.models import Mail

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
    page = as_provider.post(reverse("enrollments:grant"), granting(stranger, course), follow=True).content.decode()
    assert [(one.user, one.source, one.reason) for one in Enrollment.objects.all()] == [
        (stranger, "grant", "Scholarship (by provider@example.com)")
    ]
    assert [words in page for words in ("Granted by staff", "Scholarship (by provider@example.com)")] == [True, True]
    assert standing_of(stranger, course.pk).has_access


def test_the_learner_is_told_of_a_grant_once(as_provider: Client, course: CoursePage, stranger: User) -> None:
    for _ in range(2):
        as_provider.post(reverse("enrollments:grant"), granting(stranger, course))
    (mail,) = Mail.objects.all()
    assert (mail.to, mail.subject) == (stranger.email, "You are enrolled: Resting hands")
    assert course.slug in mail.text
    assert "Scholarship" not in mail.text + mail.html


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"reason": ""}, "reason", "This field is required."),
        ({"reason": "   "}, "reason", "This field is required."),
        ({"reason": "x" * 121}, "reason", "Ensure this value has at most 120 characters (it has 121)."),
        (
            {"email": "nobody@example.com"},
            "email",
            "Nobody has an account with this address. Ask them to sign up first.",
        ),
        ({"course": ""}, "course", "This field is required."),
    ],
)
def test_a_grant_that_says_too_little_is_not_made(
    as_provider: Client, course: CoursePage, stranger: User, changes: dict[str, str], field: str, words: str
) -> None:
    answer = as_provider.post(reverse("enrollments:grant"), granting(stranger, course) | changes)
    assert (answer.status_code, answer.context["form"].errors[field]) == (422, [words])
    assert (Enrollment.objects.count(), Mail.objects.count()) == (0, 0)


def test_whoever_is_enrolled_is_not_granted_the_course_again(as_provider: Client, enrollment: Enrollment) -> None:
    """Above all not in silence: a suspended access stays suspended."""
    door = reverse("enrollments:grant")
    said = []
    for suspend in (False, True):
        if suspend:
            as_provider.post(reverse("enrollments:suspend", args=[enrollment.pk]))
        answer = as_provider.post(door, granting(enrollment.user, enrollment.course))
        assert answer.status_code == 422
        said.append(answer.context["form"].errors["course"][0].partition(".")[0])
    who = "This person is enrolled already, and access is"
    assert said == [f"{who} open", f"{who} suspended"]
    assert Enrollment.objects.get().source == "free"


def test_a_grant_is_taken_back_by_suspending_it_and_in_no_other_way(
    as_provider: Client, course: CoursePage, stranger: User
) -> None:
    as_provider.post(reverse("enrollments:grant"), granting(stranger, course))
    granted = Enrollment.objects.get()
    for door in ("edit", "delete"):
        as_provider.post(reverse(f"enrollments:{door}", args=[granted.pk]))
    as_provider.post(reverse("enrollments:suspend", args=[granted.pk]))
    granted.refresh_from_db()
    hold = AccessHold.objects.get()
    assert (granted.source, granted.closed_at, hold.reason, hold.source) == ("grant", None, "staff", "staff")
    assert not standing_of(User.objects.get(pk=stranger.pk), course.pk).has_access


def granting(person: User, course: CoursePage) -> dict[str, Any]:
    return {"email": person.email, "course": course.pk, "reason": "Scholarship"}


def with_rights(*rights: str) -> Client:
    user = make_user(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["access_admin", *rights]))
    return as_(user)


def test_who_may_grant(as_provider: Client, course: CoursePage, instructor: User, stranger: User) -> None:
    """Only who may change enrollments: looking at them is not enough, teaching the course neither."""
    operator = as_(User.objects.create_superuser("operator@example.com", "x"))
    people = {
        "visitor": Client(),
        "learner": as_(make_user("another@example.com")),
        "staff": with_rights(),
        "who looks": with_rights("view_enrollment"),
        "instructor of the course": as_(instructor),
        "who changes": with_rights("view_enrollment", "change_enrollment"),
        "provider": as_provider,
        "operator": operator,
    }
    door = reverse("enrollments:grant")
    found = {}
    for who, browser in people.items():
        person = make_user()
        seen, sent = browser.get(door), browser.post(door, granting(person, course))
        made = Enrollment.objects.filter(user=person, source="grant").exists()
        found[who] = (seen.status_code, sent.status_code, made)
    no, yes = (302, 302, False), (200, 303, True)
    assert found == {
        "visitor": no,
        "learner": (404, 404, False),
        "staff": no,
        "who looks": no,
        "instructor of the course": no,
        "who changes": yes,
        "provider": yes,
        "operator": yes,
    }


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
