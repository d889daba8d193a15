"""An edition is what a course was: made when the content changes, and never changed itself."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from core.publishing import PublishRefused
from core.tests.racing import AT_ONCE, at_once
from courses.models import CourseEdition, CoursePage, LessonPage, ModulePage, PolicyVersion
from courses.services import current_edition, make_edition
from courses.tests.factories import make_course, make_lesson, make_module, publish
from evidence.models import Reference

pytestmark = pytest.mark.django_db


def fresh(page):
    return type(page).objects.get(pk=page.pk)


def first_lesson(course):
    return LessonPage.objects.descendant_of(course).order_by("path").first()


def first_module(course):
    return ModulePage.objects.child_of(course).order_by("path").first()


def numbers(course):
    return list(course.editions.order_by("number").values_list("number", "change"))


def test_publishing_a_course_makes_its_first_edition(course):
    edition = current_edition(course)
    assert (edition.number, edition.change, edition.title) == (1, "content", "Resting hands")
    assert [module["title"] for module in edition.outline] == ["Module 1"]
    lessons = LessonPage.objects.descendant_of(course).order_by("path")
    assert [(unit["unit_key"], unit["page"], unit["revision"], unit["kind"]) for unit in edition.units()] == [
        (str(lesson.translation_key), lesson.pk, lesson.live_revision_id, "lesson") for lesson in lessons
    ]
    assert (edition.words, edition.media_seconds) == (10, 0)


def test_publishing_the_same_content_again_makes_none(course):
    publish(fresh(course))
    publish(first_lesson(course))
    publish(first_module(course))
    assert numbers(course) == [(1, "content")]


@pytest.mark.parametrize("kind", ["typo", "safety", "content"])
def test_the_person_who_publishes_says_what_kind_of_change_it_is(course, kind):
    lesson = first_lesson(course)
    lesson.change_kind, lesson.title = kind, "A better title"
    publish(lesson)
    assert numbers(course) == [(1, "content"), (2, kind)]


def test_a_change_that_no_person_described_is_a_change_of_content(course):
    lesson = first_lesson(course)
    lesson.change_kind, lesson.title = "typo", "A better title"
    publish(lesson)
    LessonPage.objects.filter(pk=lesson.pk).update(title="Written by a script")
    make_edition(course=course)
    assert numbers(course) == [(1, "content"), (2, "typo"), (3, "content")]


def change_body(course):
    lesson = first_lesson(course)
    lesson.body = [{"type": "prose", "value": "<p>Other words.</p>"}]
    publish(lesson)


def change_lesson_objectives(course):
    lesson = first_lesson(course)
    lesson.objectives = [{"type": "objective", "value": "Name three stop signs."}]
    publish(lesson)


def change_references(course):
    lesson = first_lesson(course)
    lesson.references.add(Reference.objects.create(key="green-2024", citation="Green (2024)"))
    publish(lesson)


def change_required(course):
    lesson = first_lesson(course)
    lesson.required = False
    publish(lesson)


def change_course_objectives(course):
    course = fresh(course)
    course.objectives = [{"type": "objective", "value": "Place two hands."}]
    publish(course)


def change_title(course):
    course = fresh(course)
    course.title = "Resting hands, again"
    publish(course)


def change_lock(course):
    second = make_module(course, "Second")
    make_lesson(second, "Later")
    course.editions.all()._raw_delete("default")
    make_edition(course=course)
    second = ModulePage.objects.get(pk=second.pk)
    second.requires_module = first_module(course)
    publish(second)


def change_order(course):
    lessons = list(LessonPage.objects.descendant_of(course).order_by("path"))
    lessons[1].move(lessons[0], pos="left")
    publish(fresh(course))


def take_down_a_lesson(course):
    LessonPage.objects.descendant_of(course).order_by("path").last().unpublish()


def add_a_lesson(course):
    make_lesson(first_module(course), "One more")


CHANGES = [
    change_body,
    change_lesson_objectives,
    change_references,
    change_required,
    change_course_objectives,
    change_title,
    change_lock,
    change_order,
    take_down_a_lesson,
    add_a_lesson,
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_the_hash_covers_outline_locks_content_and_objectives(course, change):
    change(course)
    assert numbers(course) == [(1, "content"), (2, "content")]
    hashes = set(course.editions.values_list("content_hash", flat=True))
    assert len(hashes) == 2


def test_promotion_is_frozen_beside_the_content_but_makes_no_edition_of_its_own(course):
    course = fresh(course)
    course.tagline = "Another promise"
    publish(course)
    assert numbers(course) == [(1, "content")]
    change_body(course)
    assert current_edition(course).as_sold["tagline"] == "Another promise"


def test_an_edition_holds_the_policies_of_its_day_as_they_stood(course):
    policy = PolicyVersion.objects.create(
        kind="refund", effective_from=date(2026, 1, 1), summary="Within 14 days.", text="<p>All of it.</p>"
    )
    PolicyVersion.objects.create(
        kind="refund", effective_from=timezone.localdate() + timedelta(days=9), summary="Later", text="x"
    )
    change_body(course)
    PolicyVersion.objects.filter(pk=policy.pk).update(summary="Never.")
    assert current_edition(course).as_sold["policies"] == [
        {"kind": "refund", "effective_from": "2026-01-01", "summary": "Within 14 days.", "text": "<p>All of it.</p>"}
    ]


def test_an_edition_is_frozen(course):
    edition = current_edition(course)
    edition.title = "Another"
    with pytest.raises(ValidationError, match="An edition is frozen"):
        edition.save()


def test_later_edits_and_renames_change_nothing_in_an_edition(course):
    before = CourseEdition.objects.values().get(course=course, number=1)
    change_body(course)
    change_title(course)
    take_down_a_lesson(course)
    assert CourseEdition.objects.values().get(course=course, number=1) == before


def test_a_draft_course_has_no_new_edition(course):
    CoursePage.objects.get(pk=course.pk).unpublish()
    LessonPage.objects.filter(pk=first_lesson(course).pk).update(title="Changed while it was down")
    assert (make_edition(course=course), numbers(course)) == (None, [(1, "content")])


def test_an_edition_that_a_crash_lost_is_made_later(course):
    LessonPage.objects.filter(pk=first_lesson(course).pk).update(title="Published, then the power failed")
    made = make_edition(course=course)
    assert (made.number, make_edition(course=course).pk) == (2, made.pk)


def test_only_required_units_are_what_completion_waits_for(course):
    extra = make_lesson(first_module(course), "An extra", required=False)
    edition = current_edition(course)
    assert str(extra.translation_key) not in edition.required_keys()
    assert [unit["required"] for unit in edition.units()] == [True, True, False]


def test_a_publish_that_is_refused_makes_no_edition(course, monkeypatch):
    monkeypatch.setattr("courses.models.unit.publish_problems", lambda page: ["Not like this."])
    with pytest.raises(PublishRefused):
        change_body(course)
    assert numbers(course) == [(1, "content")]


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_eight_publishers_at_once_make_one_edition(transactional_db):
    course = make_course("Raced")
    LessonPage.objects.filter(pk=first_lesson(course).pk).update(title="New")
    made = at_once(lambda: make_edition(course=course).number)
    assert (made, numbers(course)) == ([2] * AT_ONCE, [(1, "content"), (2, "content")])
