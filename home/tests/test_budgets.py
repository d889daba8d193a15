"""Query budgets of the pages that learners open most, equal at two sizes, with our home page as the root."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page, Site

from accreditation.models import EvaluationQuestion
from accreditation.services.claims import claim
from accreditation.tests.factories import finish, make_approval, make_body, make_florida, make_license, with_a_quiz
from courses.models import LessonPage
from courses.tests.factories import make_course, publish
from enrollments.models import Enrollment
from enrollments.services import complete_unit, enroll
from home.models import HomePage

pytestmark = pytest.mark.django_db
LESSON, CATALOGUE, DESK, DESK_WITH_CREDIT = 12, 10, 15, 43


@pytest.fixture(autouse=True)
def _home(db):
    cache.clear()
    site = Site.objects.get(is_default_site=True)
    home = Page.objects.get(depth=1).add_child(instance=HomePage(title="Home", slug="school"))
    site.root_page = Page.objects.get(pk=home.pk)
    site.save()


def queries_of(client, url):
    assert client.get(url).status_code == 200  # fills what is kept
    with CaptureQueriesContext(connection) as asked:
        client.get(url)
    return len(asked)


def study(learner, course):
    return enroll(user=learner, course=course, source=Enrollment.Source.FREE)


def test_a_lesson_page(as_learner, learner):
    counts = []
    for units in (5, 40):
        course = make_course(f"Course of {units}", lessons=units)
        lessons = list(LessonPage.objects.descendant_of(course).order_by("path"))
        complete_unit(enrollment=study(learner, course), unit=lessons[0])
        counts.append(queries_of(as_learner, lessons[-1].get_url()))
    assert (counts[0], counts[0] <= LESSON) == (counts[1], True)


def test_a_lesson_page_of_one_and_of_many_modules(as_learner, learner):
    counts = []
    for modules in (1, 6):
        course = make_course(f"Course of {modules}", modules=modules, lessons=1)
        study(learner, course)
        counts.append(queries_of(as_learner, LessonPage.objects.descendant_of(course).last().get_url()))
    assert (counts[0], counts[0] <= LESSON) == (counts[1], True)


def test_a_free_lesson_read_by_a_visitor(client):
    counts = []
    for units in (5, 40):
        course = make_course(f"Course of {units}", lessons=units)
        lesson = LessonPage.objects.descendant_of(course).last()
        lesson.free_preview = True
        counts.append(queries_of(client, publish(lesson).get_url()))
    assert (counts[0], counts[0] <= LESSON) == (counts[1], True)


@pytest.mark.parametrize("who", ["client", "as_learner"])
def test_the_catalogue(request, who):
    browser, counts = request.getfixturevalue(who), []
    for _ in range(2):
        for _ in range(5):
            make_course(lessons=1)
        counts.append(queries_of(browser, "/courses/"))
    assert (counts[0], counts[0] <= CATALOGUE) == (counts[1], True)


def test_the_desk(as_learner, learner):
    counts = []
    for number in range(8):
        course = make_course(f"Course {number}", modules=2)
        enrollment = study(learner, course)
        complete_unit(enrollment=enrollment, unit=LessonPage.objects.descendant_of(course).first())
        if number in (0, 7):
            counts.append(queries_of(as_learner, "/my/"))
    assert (counts[0], counts[0] <= DESK) == (counts[1], True)


def test_the_desk_with_licenses_courses_under_way_and_credit(as_learner, learner):
    body, counts = make_body(requires_license_number=True), []
    make_florida(accepts=[body])
    EvaluationQuestion.objects.create(text="Was it clear?")
    for number in range(4):
        license = make_license(learner, f"MA{number}")
        done, under_way = (with_a_quiz(make_course(f"{word} {number}", lessons=1)) for word in ("Done", "Under way"))
        make_approval(done, body)
        make_approval(under_way, body)
        study(learner, under_way)
        claim(enrollment=study(learner, done), licenses=[license])
        finish(learner, done)
        if number in (0, 3):
            counts.append(queries_of(as_learner, "/my/"))
    assert (counts[0], counts[0] <= DESK_WITH_CREDIT) == (counts[1], True)


def test_search(as_learner, learner, django_capture_on_commit_callbacks):
    """Every course one studies is asked for its open units; how many lessons it has costs nothing."""
    counts = []
    for units in (3, 12):
        with django_capture_on_commit_callbacks(execute=True):
            course = make_course("Kingfisher", lessons=units)
        study(learner, course)
        counts.append(queries_of(as_learner, "/search/?q=Lesson"))
        Enrollment.objects.all()._raw_delete("default")
        course.slug = f"kingfisher-{units}"
        course.save()
    assert counts[0] == counts[1]
