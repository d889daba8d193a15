"""Courses that come first: an unmet one holds access, and the hold closes by itself."""

import pytest

from courses.models import CoursePage, CoursePrerequisite, LessonPage
from courses.tests.factories import make_course, make_user, publish
from enrollments.models import AccessHold, Enrollment
from enrollments.prerequisites import unmet_prerequisites
from enrollments.services import complete_unit, enroll, open_hold
from enrollments.standing import standing_of

pytestmark = pytest.mark.django_db
FREE = Enrollment.Source.FREE


@pytest.fixture
def first_courses():
    return [make_course(title, lessons=1) for title in ("Safety", "Anatomy", "Touch")]


def make_later(first_courses, needed=None):
    course = make_course("Later", prerequisites_needed=needed)
    course.prerequisites = [CoursePrerequisite(requires=one) for one in first_courses]
    return publish(course)


def finish(user, course):
    enrollment = enroll(user=user, course=course, source=FREE)
    complete_unit(enrollment=enrollment, unit=LessonPage.objects.descendant_of(course).get())


def unmet(user, course):
    return [one.title for one in unmet_prerequisites(user, course)]


def has_access(user, course):
    return standing_of(type(user).objects.get(pk=user.pk), course.pk).has_access


@pytest.mark.parametrize(
    ("needed", "steps"),
    [
        (None, [["Safety", "Anatomy", "Touch"], ["Anatomy", "Touch"], ["Touch"], []]),
        (1, [["Safety", "Anatomy", "Touch"], [], [], []]),
        (2, [["Safety", "Anatomy", "Touch"], ["Anatomy", "Touch"], [], []]),
        (9, [["Safety", "Anatomy", "Touch"], ["Anatomy", "Touch"], ["Touch"], []]),
    ],
    ids=["all of", "one of", "two of", "more than there are"],
)
def test_all_of_or_some_of(learner, first_courses, needed, steps):
    later = make_later(first_courses, needed)
    found = [unmet(learner, later)]
    for course in first_courses:
        finish(learner, course)
        found.append(unmet(learner, later))
    assert found == steps


def test_an_unmet_prerequisite_holds_and_its_completion_releases(learner, first_courses):
    later = make_later(first_courses[:2])
    enrollment = enroll(user=learner, course=later, source=FREE)
    assert (has_access(learner, later), [hold.reason for hold in enrollment.holds.all()]) == (False, ["prerequisite"])
    finish(learner, first_courses[0])
    assert has_access(learner, later) is False
    finish(learner, first_courses[1])
    assert (has_access(learner, later), AccessHold.objects.filter(closed_at=None).count()) == (True, 0)


def test_who_has_met_them_is_not_held(learner, first_courses):
    for course in first_courses:
        finish(learner, course)
    later = make_later(first_courses)
    enrollment = enroll(user=learner, course=later, source=FREE)
    assert (has_access(learner, later), enrollment.holds.count()) == (True, 0)


def test_release_closes_the_prerequisite_alone_and_of_that_person_alone(learner, first_courses):
    later = make_later(first_courses[:1])
    other = make_user()
    enrollment = enroll(user=learner, course=later, source=FREE)
    enroll(user=other, course=later, source=FREE)
    open_hold(enrollment=enrollment, reason="staff", source="person:1")
    finish(learner, first_courses[0])
    open_holds = AccessHold.objects.filter(closed_at=None).values_list("enrollment__user__email", "reason")
    assert sorted(open_holds) == sorted([(learner.email, "staff"), (other.email, "prerequisite")])


def test_a_course_begun_but_not_completed_is_not_met(learner, first_courses):
    later = make_later(first_courses[:1])
    enroll(user=learner, course=first_courses[0], source=FREE)
    assert unmet(learner, later) == ["Safety"]


def test_it_is_shown_before_anybody_enrolls(client, first_courses):
    page = client.get(make_later(first_courses[:1]).get_url()).content.decode()
    before = page[page.index('id="before"') :]
    assert '<a href="/courses/safety/">Safety</a>' in before
    assert "You may enroll now. The lessons open when this is done." in before


def test_what_was_met_once_stays_met_when_the_author_adds_more(learner, first_courses):
    finish(learner, first_courses[0])
    later = make_later(first_courses[:1])
    enroll(user=learner, course=later, source=FREE)
    later = CoursePage.objects.get(pk=later.pk)
    later.prerequisites.add(CoursePrerequisite(requires=first_courses[1]))
    publish(later)
    assert has_access(learner, later) is True
