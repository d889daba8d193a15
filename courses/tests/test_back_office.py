"""Teams, policies and the small pages of the courses' back office."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.test.utils.form_data import rich_text

from accounts.models import User
from courses.blocks import LESSON_BLOCKS
from courses.models import CourseInstructor, CoursePage, PolicyVersion
from courses.services import remove_instructor
from courses.tests.factories import make_course, make_user

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def as_provider(client: Client) -> Client:
    user = make_user("provider@example.com", is_staff=True)
    user.groups.add(Group.objects.get(name="Providers"))
    client.force_login(user, backend=BACKEND)
    return client


def policy(days: int, **fields: Any) -> PolicyVersion:
    day = timezone.localdate() + timedelta(days=days)
    made: PolicyVersion = PolicyVersion.objects.create(
        **{"kind": "refund", "effective_from": day, "summary": "Thirty days.", "text": "<p>Thirty days.</p>"} | fields
    )
    return made


# -- who teaches ------------------------------------------------------------------------------------------------


def test_somebody_assigned_can_edit_the_course(as_provider: Client, course: CoursePage, stranger: User) -> None:
    as_provider.post(reverse("course_team", args=[course.pk]), {"email": "Stranger@Example.com"})
    other = Client()
    other.force_login(stranger, backend=BACKEND)
    assert CourseInstructor.objects.filter(course=course, user=stranger).exists() is True
    assert other.get(reverse("wagtailadmin_pages:edit", args=[course.pk])).status_code == 200


def test_somebody_removed_can_no_longer_enter(as_provider: Client, course: CoursePage, instructor: User) -> None:
    as_provider.post(reverse("course_team_remove", args=[course.pk]), {"user": instructor.pk})
    other = Client()
    other.force_login(User.objects.get(pk=instructor.pk), backend=BACKEND)
    instructor.refresh_from_db()
    assert (instructor.is_staff, instructor.groups.count()) == (False, 0)
    assert other.get(reverse("wagtailadmin_pages:edit", args=[course.pk])).status_code == 404


def test_who_has_another_course_keeps_it(course: CoursePage, instructor: User) -> None:
    other = make_course("Other hands", instructor=instructor)
    remove_instructor(course=course, user=instructor)
    remove_instructor(course=course, user=instructor)
    instructor.refresh_from_db()
    names = sorted(instructor.groups.values_list("name", flat=True))
    assert (instructor.is_staff, names) == (True, ["Instructors", f"Team of course {other.pk}"])


def test_an_unknown_address_is_said_to_be_unknown(as_provider: Client, course: CoursePage) -> None:
    response = as_provider.post(reverse("course_team", args=[course.pk]), {"email": "nobody@example.com"})
    assert response.status_code == 422
    assert response.context["form"].errors == {
        "email": ["Nobody has an account with this address. Ask them to sign up first."]
    }


def test_removing_somebody_who_does_not_teach_it_is_not_found(
    as_provider: Client, course: CoursePage, stranger: User
) -> None:
    assert as_provider.post(reverse("course_team_remove", args=[course.pk]), {"user": stranger.pk}).status_code == 404


def test_every_course_is_listed_with_its_people(as_provider: Client, course: CoursePage) -> None:
    html = as_provider.get(reverse("course_teams")).content.decode()
    assert ("Resting hands" in html, "Ina Instructor" in html) == (True, True)


# -- policies ---------------------------------------------------------------------------------------------------


def test_a_coming_policy_can_be_changed_and_taken_back(as_provider: Client) -> None:
    coming = policy(10)
    url = reverse("policies:edit", args=[coming.pk])
    data = {"kind": "refund", "effective_from": coming.effective_from, "summary": "Forty days.", "text": EMPTY_TEXT}
    as_provider.post(url, data)
    coming.refresh_from_db()
    as_provider.post(reverse("policies:delete", args=[coming.pk]))
    assert (coming.summary, PolicyVersion.objects.count()) == ("Forty days.", 0)


@pytest.mark.parametrize("days", [-10, 0])
def test_a_policy_in_force_stays_as_it_is(as_provider: Client, days: int) -> None:
    held = policy(days)
    data = {"kind": "refund", "effective_from": held.effective_from, "summary": "Forty days.", "text": EMPTY_TEXT}
    answers = [
        as_provider.post(reverse("policies:edit", args=[held.pk]), data),
        as_provider.post(reverse("policies:delete", args=[held.pk])),
    ]
    held.refresh_from_db()
    assert ([answer.url for answer in answers], held.summary) == (["/admin/", "/admin/"], "Thirty days.")
    listed = as_provider.get(reverse("policies:index")).content.decode()
    assert reverse("policies:edit", args=[held.pk]) not in listed
    assert reverse("policies:inspect", args=[held.pk]) in listed


EMPTY_TEXT = rich_text("<p>Forty days.</p>")


def test_a_policy_is_added_with_a_day_of_its_own(as_provider: Client) -> None:
    day = timezone.localdate() + timedelta(days=3)
    as_provider.post(
        reverse("policies:add"), {"kind": "refund", "effective_from": day, "summary": "Forty days.", "text": EMPTY_TEXT}
    )
    assert list(PolicyVersion.objects.values_list("kind", "effective_from", "summary")) == [
        ("refund", day, "Forty days.")
    ]


# -- begin a course ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("title", ["", "  ", "...", "x" * 256])
def test_a_course_needs_a_title(client: Client, instructor: User, course: CoursePage, title: str) -> None:
    client.force_login(instructor, backend=BACKEND)
    response = client.post(reverse("new_course"), {"title": title})
    assert (response.status_code, CoursePage.objects.count()) == (422, 1)


def test_two_courses_of_one_title_have_two_addresses(client: Client, instructor: User, course: CoursePage) -> None:
    client.force_login(instructor, backend=BACKEND)
    client.post(reverse("new_course"), {"title": "Resting hands"})
    assert sorted(CoursePage.objects.values_list("slug", flat=True)) == ["resting-hands", "resting-hands-2"]


# -- blocks -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "block"), LESSON_BLOCKS, ids=[name for name, _ in LESSON_BLOCKS])
def test_every_block_has_an_icon_a_description_and_a_preview(name: str, block: Any) -> None:
    assert block.meta.icon not in ("", "placeholder")
    assert block.meta.description
    assert block.is_previewable is True


@pytest.mark.parametrize(("name", "block"), LESSON_BLOCKS, ids=[name for name, _ in LESSON_BLOCKS])
def test_every_preview_in_the_block_picker_opens(
    client: Client, instructor: User, course: CoursePage, name: str, block: Any
) -> None:
    client.force_login(instructor, backend=BACKEND)
    response = client.get(reverse("wagtailadmin_block_preview"), {"id": block.definition_prefix})
    html = response.content.decode()
    assert (response.status_code, f'<div class="w-block-{name} block-{name}">' in html, "css/tokens" in html) == (
        200,
        True,
        True,
    )


# -- exports ----------------------------------------------------------------------------------------------------


def test_wagtail_s_own_report_runs_no_formula(as_provider: Client) -> None:
    make_course("=1+1")
    answer: Any = as_provider.get(reverse("wagtailadmin_reports:aging_pages"), {"export": "csv"})
    rows = b"".join(answer.streaming_content).decode().splitlines()
    assert [row.split(",")[0] for row in rows if "=1+1" in row] == ["'=1+1"]
