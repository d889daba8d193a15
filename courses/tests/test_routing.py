"""Addresses: published means that every page on the way is live, and odd addresses are 404, never 500."""

import pytest
from wagtail.models import Page

from courses.models import CoursePage, LessonPage, ModulePage
from courses.tests.factories import make_course, make_lesson

pytestmark = pytest.mark.django_db


@pytest.fixture
def lesson(course):
    return make_lesson(ModulePage.objects.child_of(course).first(), "Open to all", free_preview=True)


def url_of(page):
    return page.get_url()


def test_a_live_lesson_below_live_pages_is_found(client, lesson):
    assert client.get("/courses/resting-hands/module-1/open-to-all/").status_code == 200
    assert url_of(lesson) == "/courses/resting-hands/module-1/open-to-all/"


@pytest.mark.parametrize("drafted", [ModulePage, CoursePage])
def test_a_live_lesson_below_a_draft_is_404(client, lesson, drafted):
    url = url_of(lesson)
    page = drafted.objects.ancestor_of(lesson).first()
    page.unpublish()
    assert LessonPage.objects.get(pk=lesson.pk).live is True
    assert client.get(url).status_code == 404


def test_a_draft_lesson_is_404_even_for_its_instructor(client, lesson, instructor):
    url = url_of(lesson)
    lesson.unpublish()
    client.force_login(instructor)
    assert client.get(url).status_code == 404


def test_a_module_leads_to_its_place_on_the_course_page(client, lesson):
    answer = client.get("/courses/resting-hands/module-1/")
    assert (answer.status_code, answer["Location"]) == (302, "/courses/resting-hands/#module-1")


@pytest.mark.usefixtures("lesson")
@pytest.mark.parametrize(
    "path",
    [
        "/courses/nothing/",
        "/courses/resting-hands/nothing/",
        "/courses/resting-hands/open-to-all/",
        "/courses/resting-hands/module-1/open-to-all/deeper/",
        "/courses/resting-hands/module-1/open-to-all/" + "deeper/" * 30,
        "/courses/" + "a/" * 2_000,
        "/courses/" + "a" * 5_000 + "/",
        "/courses/%00/",
        "/courses/resting-hands/%00/",
        "/courses/%FF%FE/",
        "/courses/RESTING-HANDS/",
        "/courses/%25/",
        "/courses/resting_hands/",
        "/courses/../admin/",
    ],
)
def test_an_address_of_nothing_is_404(client, path):
    assert client.get(path).status_code == 404


def test_a_page_is_found_only_below_its_own_site(client, course):
    root = Page.objects.get(depth=1)
    elsewhere = root.add_child(instance=Page(title="Elsewhere", slug="elsewhere"))
    elsewhere.add_child(instance=Page(title="Courses", slug="courses"))
    assert client.get("/elsewhere/").status_code == 404


@pytest.mark.parametrize("units", [5, 40])
def test_finding_a_deep_page_costs_the_same_in_a_large_course(rf, django_assert_num_queries, units):
    course = make_course(f"Course of {units}", lessons=units)
    last = LessonPage.objects.descendant_of(course).order_by("path").last()
    index = course.get_parent().specific
    parts = [course.slug, "module-1", last.slug]
    with django_assert_num_queries(2):
        found = index.route(rf.get("/"), parts)
    assert found.page == last
    with django_assert_num_queries(0):
        assert found.page.get_parent().get_parent().get_parent().pk == index.pk
