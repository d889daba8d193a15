"""What belongs to another course's team stays theirs: its files, and the titles of its drafts."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import Collection
from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield

from accounts.models import User
from courses.models import CoursePage, LessonPage, ModulePage
from courses.services import course_team, create_course
from courses.tests.factories import make_course, make_index, make_user
from library.models import Handout, Picture, Recording
from library.tests.factories import make_handout, make_picture, make_recording

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
File = Handout | Picture | Recording


@pytest.fixture
def as_instructor(client: Client, instructor: User, course: CoursePage) -> Client:
    client.force_login(instructor, backend=BACKEND)
    return client


@pytest.fixture
def others() -> CoursePage:
    return make_course("Other hands", instructor=make_user("other@example.com"))


def kept_in(collection: Collection, item: Any) -> Any:
    type(item).objects.filter(pk=item.pk).update(collection=collection)
    return item


def block_of(item: File) -> tuple[str, Any]:
    if isinstance(item, Handout):
        return "download", {"document": item.pk, "description": ""}
    if isinstance(item, Recording):
        return "audio", {"audio": item.pk, "caption": ""}
    return "figure", {"figure": "", "image": item.pk, "alt": "Two hands", "caption": "", "size": "text"}


def fields(*blocks: tuple[str, Any]) -> dict[str, Any]:
    return nested_form_data(
        {
            "title": "Lesson 1.1",
            "summary": "",
            "minutes": 15,
            "required": "on",
            "objectives": streamfield([]),
            "body": streamfield([("prose", rich_text("<p>Rest.</p>")), *blocks]),
            "comments": {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0, "MIN_NUM_FORMS": 0, "MAX_NUM_FORMS": ""},
            "publish_as": "content",
        }
    )


MAKERS = [make_handout, make_recording, make_picture]


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("how", ["action-publish", "draft"])
def test_a_page_takes_no_file_of_another_team(
    as_instructor: Client, course: CoursePage, others: CoursePage, make: Any, how: str
) -> None:
    file = kept_in(course_team(course=others).collection, make())
    lesson = LessonPage.objects.descendant_of(course).first()
    url = reverse("wagtailadmin_pages:edit", args=[lesson.pk])
    answer = as_instructor.post(url, {**fields(block_of(file)), how: "yes"})
    assert answer.context["form"].non_field_errors() == [
        f"{file._meta.verbose_name.capitalize()} {file.pk} is not among the files that you may use."
    ]
    assert as_instructor.get(file.url if hasattr(file, "url") else f"/images/{file.pk}/x/y").status_code == 404


@pytest.mark.parametrize("make", MAKERS)
def test_neither_does_a_new_page(as_instructor: Client, course: CoursePage, others: CoursePage, make: Any) -> None:
    file = kept_in(course_team(course=others).collection, make())
    module = ModulePage.objects.child_of(course).get()
    before = LessonPage.objects.count()
    url = reverse("wagtailadmin_pages:add", args=["courses", "lessonpage", module.pk])
    as_instructor.post(url, fields(block_of(file)))
    assert LessonPage.objects.count() == before


@pytest.mark.parametrize("make", MAKERS)
def test_a_preview_shows_no_file_of_another_team(
    as_instructor: Client, course: CoursePage, others: CoursePage, make: Any
) -> None:
    file = kept_in(course_team(course=others).collection, make())
    lesson = LessonPage.objects.descendant_of(course).first()
    url = reverse("wagtailadmin_pages:preview_on_edit", args=[lesson.pk])
    assert as_instructor.post(url, fields(block_of(file))).json()["is_valid"] is False


@pytest.mark.parametrize("make", MAKERS)
def test_a_page_takes_the_files_of_its_own_team(as_instructor: Client, course: CoursePage, make: Any) -> None:
    file = kept_in(course_team(course=course).collection, make())
    lesson = LessonPage.objects.descendant_of(course).first()
    url = reverse("wagtailadmin_pages:edit", args=[lesson.pk])
    answer = as_instructor.post(url, {**fields(block_of(file)), "action-publish": "yes"})
    assert (answer.status_code, len(LessonPage.objects.get(pk=lesson.pk).body)) == (302, 2)


def test_a_file_that_the_provider_put_into_a_page_stays_when_an_instructor_edits(
    as_instructor: Client, course: CoursePage
) -> None:
    kind, value = block_of(make_handout())
    lesson = LessonPage.objects.descendant_of(course).first()
    lesson.body = [{"type": kind, "value": value}]
    lesson.save_revision().publish()
    url = reverse("wagtailadmin_pages:edit", args=[lesson.pk])
    answer = as_instructor.post(url, {**fields((kind, value)), "action-publish": "yes"})
    assert answer.status_code == 302


# -- drafts -----------------------------------------------------------------------------------------------------


@pytest.fixture
def draft(others: CoursePage) -> CoursePage:
    return create_course(
        index=make_index(), title="Quiet plans", instructor=User.objects.get(email="other@example.com")
    )


def test_choosing_a_page_names_no_draft_of_another_team(as_instructor: Client, draft: CoursePage) -> None:
    own = create_course(
        index=make_index(), title="Quiet thoughts", instructor=User.objects.get(teaches__course__slug="resting-hands")
    )
    browsed = as_instructor.get(reverse("wagtailadmin_choose_page_child", args=[draft.get_parent().pk]))
    named = browsed.json()["html"]
    assert (own.title in named, "Other hands" in named, draft.title in named) == (True, True, False)


def test_a_move_that_is_not_allowed_names_nothing(as_instructor: Client, course: CoursePage, draft: CoursePage) -> None:
    url = reverse("wagtailadmin_pages:move_confirm", args=[draft.pk, course.pk])
    assert (as_instructor.get(url).status_code, draft.title in as_instructor.get(url).content.decode()) == (302, False)
