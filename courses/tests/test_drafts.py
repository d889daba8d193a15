"""Drafts: kept with blocks that are not finished, copied to an address of their own, never published so."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from core.publishing import publish_problems
from courses.models import CoursePage, LessonPage, ModulePage
from courses.tests.factories import make_lesson

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def as_instructor(client: Client, instructor: User, course: CoursePage) -> Client:
    client.force_login(instructor, backend=BACKEND)
    return client


@pytest.mark.parametrize("kind", ["figure", "technique", "evidence", "contraindication", "video", "download"])
def test_a_lesson_with_an_empty_block_is_kept_as_a_draft_and_not_published(
    as_instructor: Client, course: CoursePage, kind: str
) -> None:
    module = ModulePage.objects.child_of(course).get()
    empty = LessonPage._meta.get_field("body").stream_block.child_blocks[kind].get_default()
    page = make_lesson(module, "Unfinished")
    page.unpublish()
    page.body = [(kind, empty)]
    page.save_revision()
    edit = reverse("wagtailadmin_pages:edit", args=[page.pk])
    assert as_instructor.get(edit).status_code == 200
    assert as_instructor.get(reverse("wagtailadmin_pages:view_draft", args=[page.pk])).status_code == 200
    reasons = publish_problems(page.get_latest_revision_as_object())
    assert [reason for reason in reasons if "is not finished" in reason]


def test_grams_that_are_not_filled_in_yet_do_not_stop_a_draft() -> None:
    block = LessonPage._meta.get_field("body").stream_block
    unfinished = block.to_python([{"type": "technique", "value": {"title": "Cradle"}}])
    assert block.clean_deferred(unfinished)[0].value["pressure_min_g"] is None


def test_a_copy_finds_its_own_address_and_is_a_draft(as_instructor: Client, course: CoursePage) -> None:
    original = LessonPage.objects.descendant_of(course).first()
    url = reverse("wagtailadmin_pages:copy", args=[original.pk])
    for _ in range(2):
        as_instructor.post(url, {"new_title": "Twin", "new_slug": "", "new_parent_page": original.get_parent().pk})
    copies = LessonPage.objects.filter(title="Twin").order_by("pk").values_list("slug", "live")
    assert list(copies) == [("twin", False), ("twin-1", False)]
