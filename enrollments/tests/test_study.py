"""Studying: enroll once, be measured by one's own edition, open modules that stay open, complete on one's own day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from courses.models import CoursePage, LessonPage, ModulePage
from courses.tests.factories import make_course, make_lesson, make_module, make_user, publish
from enrollments.models import AccessHold, Enrollment, UnitCompletion
from enrollments.services import EnrollmentRefused, close_hold, complete_unit, enroll, open_hold, visit
from enrollments.signals import course_completed
from enrollments.standing import outline_of, standing_of

pytestmark = pytest.mark.django_db
FREE = Enrollment.Source.FREE


def lessons_of(course):
    return list(LessonPage.objects.descendant_of(course).live().order_by("path"))


def modules_of(course):
    return list(ModulePage.objects.child_of(course).order_by("path"))


def fresh(enrollment):
    return Enrollment.objects.get(pk=enrollment.pk)


@pytest.fixture
def enrollment(learner, course):
    return enroll(user=learner, course=course, source=FREE)


@pytest.fixture
def completions():
    """Enrollments for which `course_completed` was sent."""
    heard = []

    def hear(sender, enrollment, **kwargs):
        heard.append(enrollment.pk)

    course_completed.connect(hear)
    yield heard
    course_completed.disconnect(hear)


class TestEnrolling:
    def test_twice_is_once(self, learner, course, enrollment):
        again = enroll(user=learner, course=course, source=Enrollment.Source.GRANT, reason="again")
        assert (again.pk, again.source, Enrollment.objects.count()) == (enrollment.pk, "free", 1)

    def test_somebody_whose_enrollment_was_closed_may_enroll_anew(self, learner, course, enrollment):
        Enrollment.objects.update(closed_at=timezone.now())
        assert enroll(user=learner, course=course, source=FREE).pk != enrollment.pk

    def test_a_course_without_anything_to_study_refuses_with_words(self, learner, course):
        for lesson in lessons_of(course):
            LessonPage.objects.filter(pk=lesson.pk).update(live=False)
        course.editions.all()._raw_delete("default")
        with pytest.raises(EnrollmentRefused, match="nothing to study yet"):
            enroll(user=learner, course=course, source=FREE)

    def test_the_edition_of_the_day_is_what_one_enrolls_in(self, learner, course, enrollment):
        make_lesson(modules_of(course)[0], "One more")
        later = enroll(user=make_user(), course=course, source=FREE)
        assert (fresh(enrollment).edition.number, later.edition.number) == (1, 2)


class TestCompleting:
    def test_a_unit_is_completed_once(self, course, enrollment):
        first = complete_unit(enrollment=enrollment, unit=lessons_of(course)[0], evidence={"by": "learner"})
        again = complete_unit(enrollment=enrollment, unit=lessons_of(course)[0], evidence={"by": "somebody"})
        assert (again.pk, again.evidence, fresh(enrollment).done) == (first.pk, {"by": "learner"}, 1)

    def test_the_course_is_complete_with_the_last_required_unit_and_says_so_once(self, course, enrollment, completions):
        first, second = lessons_of(course)
        complete_unit(enrollment=enrollment, unit=first)
        assert (fresh(enrollment).completed_at, completions, fresh(enrollment).percent) == (None, [], 50)
        at = datetime(2026, 3, 1, 12, tzinfo=UTC)
        complete_unit(enrollment=enrollment, unit=second, at=at)
        complete_unit(enrollment=enrollment, unit=second, at=at + timedelta(days=9))
        assert (fresh(enrollment).completed_at, completions, fresh(enrollment).percent) == (at, [enrollment.pk], 100)

    @pytest.mark.parametrize(
        ("zone", "day"),
        [
            ("America/Los_Angeles", date(2026, 2, 28)),
            ("UTC", date(2026, 3, 1)),
            ("Asia/Tokyo", date(2026, 3, 1)),
            ("Pacific/Kiritimati", date(2026, 3, 1)),
            ("Pacific/Pago_Pago", date(2026, 2, 28)),
        ],
    )
    def test_the_date_of_completion_is_the_learners_own_and_stays(self, course, zone, day):
        person = make_user(time_zone=zone)
        enrollment = enroll(user=person, course=course, source=FREE)
        for lesson in lessons_of(course):
            complete_unit(enrollment=enrollment, unit=lesson, at=datetime(2026, 3, 1, 3, 30, tzinfo=UTC))
        person.time_zone = "Asia/Tokyo"
        person.save()
        assert fresh(enrollment).completed_on == day

    def test_a_new_lesson_does_not_move_the_goal_of_those_under_way(self, course, enrollment, completions):
        first, second = lessons_of(course)
        complete_unit(enrollment=enrollment, unit=first)
        new = make_lesson(modules_of(course)[0], "One more")
        complete_unit(enrollment=enrollment, unit=second)
        assert (fresh(enrollment).completed_at is not None, completions) == (True, [enrollment.pk])
        complete_unit(enrollment=enrollment, unit=new)
        assert (fresh(enrollment).done, fresh(enrollment).percent, completions) == (2, 100, [enrollment.pk])

    def test_whoever_enrolls_after_it_has_the_new_goal(self, course):
        make_lesson(modules_of(course)[0], "One more")
        enrollment = enroll(user=make_user(), course=course, source=FREE)
        for lesson in lessons_of(course)[:2]:
            complete_unit(enrollment=enrollment, unit=lesson)
        assert (fresh(enrollment).completed_at, fresh(enrollment).percent) == (None, 66)

    def test_an_extra_counts_for_nothing(self, course, completions):
        extra = make_lesson(modules_of(course)[0], "An extra", required=False)
        enrollment = enroll(user=make_user(), course=course, source=FREE)
        complete_unit(enrollment=enrollment, unit=extra)
        assert (fresh(enrollment).done, completions) == (0, [])
        for lesson in lessons_of(course)[:2]:
            complete_unit(enrollment=enrollment, unit=lesson)
        assert completions == [enrollment.pk]

    def test_what_the_receivers_do_fails_together_with_the_completion(self, course, enrollment):
        def fail(sender, **kwargs):
            raise RuntimeError

        first, second = lessons_of(course)
        complete_unit(enrollment=enrollment, unit=first)
        course_completed.connect(fail)
        try:
            with pytest.raises(RuntimeError):
                complete_unit(enrollment=enrollment, unit=second)
        finally:
            course_completed.disconnect(fail)
        assert (fresh(enrollment).completed_at, UnitCompletion.objects.count()) == (None, 1)


class TestModuleLocks:
    @pytest.fixture
    def two_modules(self):
        course = make_course("Two modules", modules=2, lessons=1)
        first, second = modules_of(course)
        second.requires_module = first
        publish(second)
        return CoursePage.objects.get(pk=course.pk)

    def open_titles(self, user, course):
        return [module.page.title for module in outline_of(type(user).objects.get(pk=user.pk), course) if module.open]

    def test_a_locked_module_opens_when_the_one_before_is_passed(self, learner, two_modules):
        enrollment = enroll(user=learner, course=two_modules, source=FREE)
        assert self.open_titles(learner, two_modules) == ["Module 1"]
        complete_unit(enrollment=enrollment, unit=lessons_of(two_modules)[0])
        assert self.open_titles(learner, two_modules) == ["Module 1", "Module 2"]

    def test_a_locked_module_names_what_it_waits_for(self, learner, two_modules):
        enroll(user=learner, course=two_modules, source=FREE)
        assert [module.opens_after for module in outline_of(learner, two_modules)] == ["", "Module 1"]

    def test_once_open_it_never_locks_again(self, learner):
        """The author adds a lock, and a lesson to the module before, while somebody is under way."""
        course = make_course("Lock later", modules=2, lessons=1)
        enroll(user=learner, course=course, source=FREE)
        first, second = modules_of(course)
        second.requires_module = first
        publish(second)
        make_lesson(first, "One more")
        assert self.open_titles(learner, course) == ["Module 1", "Module 2"]
        newcomer = make_user()
        enroll(user=newcomer, course=course, source=FREE)
        assert self.open_titles(newcomer, course) == ["Module 1"]

    def test_a_lock_that_is_taken_away_opens_at_once(self, learner, two_modules):
        enroll(user=learner, course=two_modules, source=FREE)
        second = modules_of(two_modules)[1]
        second.requires_module = None
        publish(second)
        assert self.open_titles(learner, two_modules) == ["Module 1", "Module 2"]

    def test_a_new_module_behind_a_module_that_ones_edition_does_not_know_is_open(self, learner, course):
        enroll(user=learner, course=course, source=FREE)
        third = make_module(course, "Third")
        make_lesson(third, "Third lesson")
        fourth = make_module(course, "Fourth", requires_module=third)
        make_lesson(fourth, "Fourth lesson")
        assert self.open_titles(learner, course) == ["Module 1", "Third", "Fourth"]

    def test_the_page_of_a_locked_unit_agrees_with_the_outline(self, client, learner, two_modules):
        enrollment = enroll(user=learner, course=two_modules, source=FREE)
        client.force_login(learner)
        second = lessons_of(two_modules)[1]
        before = client.get(second.get_url())
        assert (before.status_code, before["Location"]) == (302, two_modules.get_url())
        complete_unit(enrollment=enrollment, unit=lessons_of(two_modules)[0])
        assert client.get(second.get_url()).status_code == 200


class TestHolds:
    def standing(self, enrollment):
        return standing_of(type(enrollment.user).objects.get(pk=enrollment.user_id), enrollment.course_id)

    def test_a_hold_suspends_and_its_closing_gives_back(self, enrollment):
        open_hold(enrollment=enrollment, reason="dispute", source="order:1")
        assert (self.standing(enrollment).has_access, list(Enrollment.objects.active())) == (False, [])
        close_hold(enrollment=enrollment, reason="dispute", source="order:1")
        assert (self.standing(enrollment).has_access, list(Enrollment.objects.active())) == (True, [enrollment])

    def test_one_reason_of_one_source_is_one_hold(self, enrollment):
        holds = [open_hold(enrollment=enrollment, reason="dispute", source="order:1").pk for _ in range(2)]
        assert (holds[0], AccessHold.objects.count()) == (holds[1], 1)

    def test_each_reason_stands_for_itself(self, enrollment):
        open_hold(enrollment=enrollment, reason="dispute", source="order:1")
        open_hold(enrollment=enrollment, reason="staff", source="person:1")
        assert close_hold(enrollment=enrollment, reason="dispute", source="order:1") == 1
        assert [hold.reason for hold in self.standing(enrollment).holds()] == ["staff"]
        assert close_hold(enrollment=enrollment, reason="dispute", source="order:1") == 0

    def test_a_closed_hold_stays_on_record_and_may_open_again(self, enrollment):
        for _ in range(2):
            open_hold(enrollment=enrollment, reason="dispute", source="order:1")
            close_hold(enrollment=enrollment, reason="dispute", source="order:1")
        assert AccessHold.objects.filter(closed_at=None).count() == 0
        assert AccessHold.objects.count() == 2

    def test_access_ends_on_its_moment(self, enrollment):
        for seconds, access in [(60, True), (-1, False)]:
            Enrollment.objects.update(access_until=timezone.now() + timedelta(seconds=seconds))
            assert (self.standing(enrollment).has_access, Enrollment.objects.active().exists()) == (access, access)


class TestResuming:
    @pytest.fixture
    def browser(self, as_learner, enrollment):
        return as_learner

    def going_on(self, browser, course):
        page = browser.get(course.get_url()).content.decode()
        return [lesson.title for lesson in lessons_of(course) if f">{lesson.title}</a></p>" in page]

    def test_one_begins_with_the_first_lesson(self, browser, course):
        assert self.going_on(browser, course) == ["Lesson 1.1"]

    def test_one_goes_on_where_one_was(self, browser, course):
        browser.get(lessons_of(course)[1].get_url())
        assert self.going_on(browser, course) == ["Lesson 1.2"]

    def test_one_goes_on_with_what_is_left_when_that_is_done(self, browser, course, enrollment):
        second = lessons_of(course)[1]
        browser.get(second.get_url())
        complete_unit(enrollment=enrollment, unit=second)
        assert self.going_on(browser, course) == ["Lesson 1.1"]

    def test_the_place_is_written_only_when_it_changes(self, course, enrollment, django_assert_num_queries):
        lesson = lessons_of(course)[0]
        visit(enrollment=enrollment, unit=lesson)
        there = fresh(enrollment)
        with django_assert_num_queries(0):
            visit(enrollment=there, unit=lesson)

    def test_done_leads_to_the_next_lesson_and_the_last_one_to_the_course(self, browser, course):
        first, second = lessons_of(course)
        assert browser.post(f"/units/{first.pk}/complete/")["Location"] == second.get_url()
        assert browser.post(f"/units/{second.pk}/complete/")["Location"] == course.get_url()
        assert "You have completed this course." in browser.get(course.get_url()).content.decode()
