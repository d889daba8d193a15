"""The people of the access tables, and one course with everything that may be open or closed in it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from wagtail.models import Page

from accounts.models import User
from courses.models import CoursePage, LessonPage
from courses.services import assign_instructor, course_team
from courses.tests.factories import make_course, make_lesson, make_module, make_user, publish
from enrollments.models import Enrollment
from enrollments.services import enroll, open_hold
from library.models import Handout, Picture, Recording
from library.tests.factories import make_handout, make_picture, make_recording

PEOPLE = ("visitor", "stranger", "learner", "held", "past", "instructor", "other", "operator")


@dataclass
class School:
    """A published course, its files, and eight people with fixed parts."""

    course: CoursePage
    lessons: dict[str, LessonPage]
    handouts: dict[str, Handout]
    picture: Picture
    recording: Recording
    users: dict[str, Any]

    def user(self, name: str) -> Any:
        """As a new request would find this person."""
        user = self.users[name]
        return User.objects.get(pk=user.pk) if user.pk else AnonymousUser()


def set_up_school() -> School:
    """One module open, one locked behind it, one taken down; a draft; a free lesson; a file in each."""
    course = _empty_course()
    handouts = {name: make_handout(f"{name}.pdf") for name in ("free", "open", "locked", "draft", "unused", "team")}
    picture, recording = make_picture(), make_recording()
    first = make_module(course, "First")
    second = make_module(course, "Second", requires_module=first)
    gone = make_module(course, "Gone")
    lessons = {
        "free": make_lesson(first, "Free lesson", free_preview=True, text="Kingfisher, for everybody."),
        "open": make_lesson(first, "Open lesson", text="Kingfisher, for learners."),
        "locked": make_lesson(second, "Locked lesson", text="Kingfisher, for later."),
        "draft": make_lesson(first, "Draft lesson", text="Kingfisher, not yet."),
        "gone": make_lesson(gone, "Gone lesson", free_preview=True, text="Kingfisher, no more."),
    }
    for name in ("free", "open", "locked", "draft"):
        lessons[name] = _with_files(lessons[name], handouts[name], *((picture, recording) if name == "open" else ()))
    course = publish(CoursePage.objects.get(pk=course.pk))
    lessons["draft"].unpublish()
    Page.objects.get(pk=gone.pk).specific.unpublish()
    users = {name: make_user(f"{name}@example.com") for name in PEOPLE if name not in ("visitor", "operator")}
    users["visitor"] = AnonymousUser()
    users["operator"] = User.objects.create_superuser("operator@example.com", "still-point-demo")
    assign_instructor(course=course, user=users["instructor"])
    assign_instructor(course=make_course("Elsewhere"), user=users["other"])
    Handout.objects.filter(pk=handouts["team"].pk).update(collection=course_team(course=course).collection)
    for name in ("learner", "held", "past"):
        enrollment = enroll(user=users[name], course=course, source=Enrollment.Source.FREE)
        if name == "held":
            open_hold(enrollment=enrollment, reason="staff", source="test")
        if name == "past":
            Enrollment.objects.filter(pk=enrollment.pk).update(access_until=timezone.now() - timedelta(minutes=1))
    return School(course, lessons, handouts, picture, recording, users)


def _empty_course() -> CoursePage:
    course = make_course("Resting hands")
    for page in course.get_children():
        page.specific.unpublish()
    return CoursePage.objects.get(pk=course.pk)


def _with_files(lesson: LessonPage, handout: Handout, *shown: Any) -> LessonPage:
    body = [
        {"type": "prose", "value": lesson.body[0].value.source},
        {"type": "download", "value": {"document": handout.pk, "description": ""}},
    ]
    if shown:
        picture, recording = shown
        body.append({"type": "figure", "value": {"image": picture.pk, "alt": "Two hands"}})
        body.append({"type": "audio", "value": {"audio": recording.pk, "caption": ""}})
    lesson.body = body
    saved: LessonPage = publish(lesson)
    return saved
