"""Who teaches: rights on one's own courses and nowhere else, and they go with the last course."""

import pytest
from django.contrib.auth.models import Group
from wagtail.models import Collection, Page

from accounts.models import User
from courses.models import CourseInstructor, CourseTeam, LessonPage
from courses.services import assign_instructor, course_team, create_course, remove_instructor
from courses.tests.factories import make_course, make_index, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def elsewhere():
    return make_course("Elsewhere", instructor=make_user("other@example.com"))


def rights(user, page):
    tester = Page.objects.get(pk=page.pk).specific.permissions_for_user(User.objects.get(pk=user.pk))
    return {"add": tester.can_add_subpage(), "edit": tester.can_edit(), "publish": tester.can_publish()}


ALL = {"add": True, "edit": True, "publish": True}
NONE = {"add": False, "edit": False, "publish": False}


def test_an_instructor_may_write_and_publish_in_the_own_course_only(course, elsewhere, instructor):
    assert rights(instructor, course) == ALL
    assert rights(instructor, LessonPage.objects.descendant_of(course).first()) == {**ALL, "add": False}
    assert rights(instructor, elsewhere) == NONE
    assert rights(instructor, make_index()) == NONE


def test_nobody_else_has_rights_there(course, learner, stranger):
    assert (rights(learner, course), rights(stranger, course)) == (NONE, NONE)


def test_assigned_twice_is_assigned_once(course, instructor):
    before = (CourseInstructor.objects.count(), Group.objects.count(), Collection.objects.count())
    assign_instructor(course=course, user=instructor)
    assert (CourseInstructor.objects.count(), Group.objects.count(), Collection.objects.count()) == before
    assert CourseTeam.objects.filter(course=course).count() == 1


def test_an_instructor_may_open_the_back_office(course, instructor):
    instructor = User.objects.get(pk=instructor.pk)
    assert (instructor.is_staff, instructor.is_superuser) == (True, False)


def test_files_are_kept_apart_by_course(course, elsewhere):
    assert course_team(course=course).collection != course_team(course=elsewhere).collection


def test_who_no_longer_teaches_a_course_has_no_rights_in_it(course, elsewhere, instructor):
    assign_instructor(course=elsewhere, user=instructor)
    for _ in range(2):
        remove_instructor(course=course, user=instructor)
    assert (rights(instructor, course), rights(instructor, elsewhere)) == (NONE, ALL)
    assert User.objects.get(pk=instructor.pk).is_staff is True


def test_the_back_office_closes_with_the_last_course(course, instructor):
    remove_instructor(course=course, user=instructor)
    instructor = User.objects.get(pk=instructor.pk)
    assert (instructor.is_staff, list(instructor.groups.all())) == (False, [])


def test_a_new_course_is_a_draft_of_its_author(instructor):
    made = [create_course(index=make_index(), title="Listening", instructor=instructor) for _ in range(2)]
    assert [(one.slug, one.live, rights(instructor, one)) for one in made] == [
        ("listening", False, ALL),
        ("listening-2", False, ALL),
    ]


@pytest.mark.parametrize(("title", "slug"), [("Übung & Ruhe!", "ubung-ruhe"), ("指", "course"), ("x" * 255, "x" * 200)])
def test_the_address_follows_from_whatever_title(instructor, title, slug):
    assert create_course(index=make_index(), title=title, instructor=instructor).slug == slug
