"""Eight processes enroll, complete and hold at the same moment; the database decides, and a control shows it must."""

import pytest
from django.db import connection

from core.tests.racing import AT_ONCE, at_once
from courses.models import LessonPage
from courses.tests.factories import make_course, make_user
from enrollments.models import AccessHold, Enrollment, UnitCompletion
from enrollments.services import complete_unit, enroll, open_hold
from enrollments.signals import course_completed

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db(transaction=True, serialized_rollback=True)]


@pytest.fixture
def person(transactional_db):
    return make_user()


@pytest.fixture
def raced(transactional_db):
    return make_course("Raced", lessons=1)


def enroll_at_once(person, course):
    return at_once(lambda: enroll(user=person, course=course, source=Enrollment.Source.FREE).pk)


def test_eight_at_once_enroll_once_and_all_get_that_enrollment(person, raced):
    assert enroll_at_once(person, raced) == [Enrollment.objects.get().pk] * AT_ONCE


def test_control_without_the_constraint_the_race_is_real(person, raced):
    constraint = next(one for one in Enrollment._meta.constraints if one.name == "enrollments_one_current")
    with connection.schema_editor() as editor:
        editor.remove_constraint(Enrollment, constraint)
    try:
        enroll_at_once(person, raced)
        assert Enrollment.objects.count() > 1
    finally:
        Enrollment.objects.all()._raw_delete("default")
        with connection.schema_editor() as editor:
            editor.add_constraint(Enrollment, constraint)


def test_eight_at_once_complete_a_course_once(person, raced):
    heard = []

    def hear(sender, enrollment, **kwargs):
        heard.append(enrollment.pk)

    enrollment = enroll(user=person, course=raced, source=Enrollment.Source.FREE)
    lesson = LessonPage.objects.descendant_of(raced).get()
    course_completed.connect(hear)
    try:
        done = at_once(lambda: complete_unit(enrollment=enrollment, unit=lesson).pk)
    finally:
        course_completed.disconnect(hear)
    assert (done, heard) == ([UnitCompletion.objects.get().pk] * AT_ONCE, [enrollment.pk])
    assert Enrollment.objects.get().done == 1


def test_the_last_two_units_completed_at_once_complete_the_course_once(person, transactional_db):
    heard = []

    def hear(sender, enrollment, **kwargs):
        heard.append(enrollment.pk)

    course = make_course("Many", lessons=AT_ONCE)
    enrollment = enroll(user=person, course=course, source=Enrollment.Source.FREE)
    lessons = list(LessonPage.objects.descendant_of(course))
    course_completed.connect(hear)
    try:
        at_once(lambda: complete_unit(enrollment=enrollment, unit=lessons.pop()))
    finally:
        course_completed.disconnect(hear)
    enrollment.refresh_from_db()
    assert (heard, enrollment.done, enrollment.percent) == ([enrollment.pk], AT_ONCE, 100)


def test_eight_at_once_open_one_hold(person, raced):
    enrollment = enroll(user=person, course=raced, source=Enrollment.Source.FREE)
    holds = at_once(lambda: open_hold(enrollment=enrollment, reason="dispute", source="order:1").pk)
    assert holds == [AccessHold.objects.get().pk] * AT_ONCE
