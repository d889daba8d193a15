"""The sweep finishes whatever is unfinished; one thing that fails does not keep the others waiting."""

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.db import OperationalError
from django.utils import timezone

from core.publishing import PublishRefused
from courses.models import CatalogueFacts, CoursePage, LessonPage
from courses.tests.factories import make_course
from notifications.models import Mail
from operations import services
from operations.models import SweepRun
from operations.services import STEPS, missed_editions, publish_scheduled, sweep, unpublish_expired

pytestmark = pytest.mark.django_db
NAMES = [
    "published",
    "unpublished",
    "editions",
    "quiz versions",
    "attempts settled",
    "statistics folded",
    "orders synced",
    "refunds sent",
    "monthly payments announced",
    "orders reconciled",
    "credit awarded",
    "certificates issued",
    "papers stamped",
    "status lists signed",
    "certificates verified",
    "safety reminders",
    "approval reminders",
    "ended approvals told",
    "reports sent",
    "report alarms",
    "mails sent",
    "catalogue rows",
]


def schedule(lesson, *, title, minutes=-1):
    """A revision that staff approved to go live then."""
    lesson.title = title
    lesson.go_live_at = timezone.now() + timedelta(minutes=minutes)
    revision = lesson.save_revision(approved_go_live_at=lesson.go_live_at)
    LessonPage.objects.filter(pk=lesson.pk).update(go_live_at=lesson.go_live_at)
    return revision


def titles(course):
    return list(LessonPage.objects.descendant_of(course).order_by("path").values_list("title", flat=True))


def test_every_step_runs_in_order_and_is_reported():
    told = []
    report = sweep(on_step=lambda name, result: told.append(name))
    assert (told, list(report)) == (NAMES, NAMES)
    assert SweepRun.objects.get().report == report


def test_whatever_is_unfinished_is_finished_and_a_second_time_there_is_nothing_to_do(learner):
    course = make_course("Swept")
    first, second = LessonPage.objects.descendant_of(course).order_by("path")
    schedule(first, title="Published on time")
    LessonPage.objects.filter(pk=second.pk).update(title="Lost by a crash")
    Mail.objects.create(key="k", user=learner, to=learner.email, subject="s", text="t", message_id="<1@localhost>")
    CatalogueFacts.objects.update(hours=9)
    report = sweep()
    assert {name: report[name] for name in ("published", "editions", "mails sent")} == {
        "published": 1,
        "editions": 0,
        "mails sent": 1,
    }
    assert course.editions.count() == 2
    assert CatalogueFacts.objects.get(course=course).hours == 0
    assert {name: count for name, count in sweep().items() if count} == {}


@pytest.mark.parametrize(
    "error", [OSError, RuntimeError, ValueError, PublishRefused("no"), OverflowError, KeyError, OperationalError]
)
def test_a_step_that_fails_is_reported_and_the_others_run(monkeypatch, error):
    def fail():
        raise error

    monkeypatch.setattr(services, "STEPS", tuple((name, fail if name == "editions" else step) for name, step in STEPS))
    report = sweep()
    name = (error if isinstance(error, type) else type(error)).__name__
    assert (report["editions"], list(report)) == (name, NAMES)


def test_a_scheduled_page_that_is_refused_does_not_keep_the_others_waiting(monkeypatch, caplog):
    course = make_course("Scheduled", lessons=3)
    for number, lesson in enumerate(LessonPage.objects.descendant_of(course).order_by("path")):
        schedule(lesson, title="This cures" if number == 1 else f"Fine {number}", minutes=number - 9)
    monkeypatch.setattr(
        "courses.models.unit.publish_problems",
        lambda page: ["It promises a cure."] if page.title == "This cures" else [],
    )
    assert publish_scheduled() == 2
    assert titles(course) == ["Fine 0", "Lesson 1.2", "Fine 2"]
    assert "It promises a cure." in caplog.text
    assert publish_scheduled() == 0


def test_a_page_goes_live_on_its_moment_and_not_before():
    course = make_course("Later", lessons=1)
    schedule(LessonPage.objects.descendant_of(course).get(), title="In an hour", minutes=60)
    assert (publish_scheduled(), titles(course)) == (0, ["Lesson 1.1"])
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        assert (publish_scheduled(), titles(course)) == (1, ["In an hour"])


def test_a_page_is_taken_down_when_its_time_is_over():
    course = make_course("Ending", lessons=2)
    lesson = LessonPage.objects.descendant_of(course).order_by("path").first()
    LessonPage.objects.filter(pk=lesson.pk).update(expire_at=timezone.now() - timedelta(minutes=1))
    assert (unpublish_expired(), unpublish_expired()) == (1, 0)
    assert LessonPage.objects.get(pk=lesson.pk).live is False


def test_an_edition_that_a_crash_lost_is_made_once(course):
    LessonPage.objects.filter(pk=LessonPage.objects.descendant_of(course).first().pk).update(title="Lost")
    assert (missed_editions(), missed_editions()) == (1, 0)


def test_a_draft_course_gets_no_edition(course):
    CoursePage.objects.get(pk=course.pk).unpublish()
    LessonPage.objects.filter(pk=LessonPage.objects.descendant_of(course).first().pk).update(title="Lost")
    assert missed_editions() == 0


def test_old_reports_are_forgotten_after_a_week():
    SweepRun.objects.create(finished_at=timezone.now() - timedelta(days=8))
    kept = SweepRun.objects.create(finished_at=timezone.now() - timedelta(days=6))
    sweep()
    assert SweepRun.objects.exclude(pk=kept.pk).count() == 1


def test_the_command_says_what_it_did(learner):
    Mail.objects.create(key="k", user=learner, to=learner.email, subject="s", text="t", message_id="<1@localhost>")
    said = [StringIO(), StringIO()]
    for out in said:
        call_command("sweep", stdout=out)
    assert [out.getvalue() for out in said] == ["mails sent: 1\n", "nothing to do\n"]
