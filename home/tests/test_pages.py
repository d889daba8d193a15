"""The learner's desk, the policies, the sitemap's manners, the pages of errors."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from courses.models import LessonPage, PolicyVersion
from courses.tests.factories import make_course
from enrollments.models import Enrollment
from enrollments.services import complete_unit, enroll, open_hold
from home.desk import desk_of

pytestmark = pytest.mark.django_db
FREE = Enrollment.Source.FREE


def lessons_of(course):
    return list(LessonPage.objects.descendant_of(course).order_by("path"))


class TestDesk:
    def rows(self, learner, **kwargs):
        return [
            (row["enrollment"].course.title, row["next"] and row["next"].title)
            for row in desk_of(learner, **kwargs)["rows"]
        ]

    def test_an_empty_desk_says_where_to_begin(self, as_learner):
        page = as_learner.get("/my/").content.decode()
        assert ("No courses yet" in page, 'href="/courses/"' in page) == (True, True)

    def test_each_course_shows_where_it_goes_on(self, learner):
        first, second = make_course("First"), make_course("Second")
        enroll(user=learner, course=first, source=FREE)
        enrollment = enroll(user=learner, course=second, source=FREE)
        complete_unit(enrollment=enrollment, unit=lessons_of(second)[0])
        assert sorted(self.rows(learner)) == [("First", "Lesson 1.1"), ("Second", "Lesson 1.2")]

    def test_it_goes_on_where_one_was(self, as_learner, learner, course):
        enroll(user=learner, course=course, source=FREE)
        as_learner.get(lessons_of(course)[1].get_url())
        assert self.rows(learner) == [("Resting hands", "Lesson 1.2")]

    def test_the_one_next_step_is_the_course_one_studied_last_and_may_open(self, learner):
        first, second = make_course("First"), make_course("Second")
        for course in (first, second):
            enrollment = enroll(user=learner, course=course, source=FREE)
            complete_unit(enrollment=enrollment, unit=lessons_of(course)[0])
        assert desk_of(learner)["next_step"]["enrollment"].course == second
        open_hold(enrollment=Enrollment.objects.get(course=second), reason="staff", source="test")
        assert desk_of(learner)["next_step"]["enrollment"].course == first

    def test_a_held_course_says_why_and_leads_nowhere(self, as_learner, learner, course):
        open_hold(enrollment=enroll(user=learner, course=course, source=FREE), reason="dispute", source="order:1")
        page = as_learner.get("/my/").content.decode()
        assert ("Access is paused: Payment disputed." in page, lessons_of(course)[0].get_url() in page) == (True, False)

    def test_a_course_whose_access_ended_leads_nowhere(self, as_learner, learner, course):
        enroll(user=learner, course=course, source=FREE, access_until=timezone.now() - timedelta(days=1))
        assert lessons_of(course)[0].get_url() not in as_learner.get("/my/").content.decode()

    def test_a_completed_course_says_when(self, as_learner, learner, course):
        enrollment = enroll(user=learner, course=course, source=FREE)
        for lesson in lessons_of(course):
            complete_unit(enrollment=enrollment, unit=lesson)
        enrollment.refresh_from_db()
        assert f"Completed on {enrollment.completed_on:%B %-d, %Y}." in as_learner.get("/my/").content.decode()
        assert self.rows(learner) == [("Resting hands", None)]

    def test_nobody_sees_the_courses_of_another(self, client, learner, stranger, course):
        enroll(user=learner, course=course, source=FREE)
        client.force_login(stranger)
        assert "Resting hands" not in client.get("/my/").content.decode()

    @pytest.mark.parametrize("page", ["-1", "0", "99999999999999999999", "x", "%00"])
    def test_odd_page_numbers_are_a_page(self, as_learner, page):
        assert as_learner.get(f"/my/?p={page}").status_code == 200


class TestPolicies:
    @pytest.fixture(autouse=True)
    def _policies(self):
        today = timezone.localdate()
        for days, words in [(-400, "old"), (-10, "present"), (30, "coming")]:
            PolicyVersion.objects.create(
                kind="refund",
                effective_from=today + timedelta(days=days),
                summary=f"The {words} rule.",
                text=f"<p>{words} text</p>",
            )
        PolicyVersion.objects.create(
            kind="fees", effective_from=today + timedelta(days=1), summary="Not yet.", text="x"
        )

    def test_the_list_shows_what_holds_today(self, client):
        page = client.get("/policies/").content.decode()
        assert (
            "The present rule." in page,
            "The old rule." in page,
            "The coming rule." in page,
            "Not yet." in page,
        ) == (True, False, False, False)

    def test_each_policy_shows_what_holds_and_the_other_versions_with_their_dates(self, client):
        page = client.get("/policies/refund/").content.decode()
        assert [page.index(words) for words in ("The present rule.", "coming text", "old text")] == sorted(
            page.index(words) for words in ("The present rule.", "coming text", "old text")
        )
        assert f"From {timezone.localdate() + timedelta(days=30):%B %-d, %Y}" in page

    @pytest.mark.parametrize("kind", ["fees", "nothing", "privacy", "x" * 500])
    def test_a_policy_that_does_not_hold_today_is_404(self, client, kind):
        assert client.get(f"/policies/{kind}/").status_code == 404


class TestWords:
    def test_what_is_not_there_is_said_in_our_words(self, client):
        answer = client.get("/nothing/")
        assert (answer.status_code, "There is nothing at this address" in answer.content.decode()) == (404, True)

    def test_a_forged_form_is_refused_in_our_words(self, learner):
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(learner)
        assert browser.post("/my/profile/", {"legal_name": "Forged", "time_zone": "UTC"}).status_code == 403
        learner.refresh_from_db()
        assert learner.legal_name == "Lena Learner"

    def test_robots_are_told_what_not_to_read(self, client):
        assert client.get("/robots.txt").content.decode() == "User-agent: *\nDisallow: /admin/\n"
