"""A question that a lesson lets its readers try: for whoever reads it, explained at once, stored nowhere."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db.models import ProtectedError
from django.test import Client
from django.urls import reverse

from accounts.models import User
from core.access import can, visible, visitor
from core.publishing import PublishRefused, publish_problems
from courses.models import CoursePage, LessonPage
from courses.tests.factories import make_course, make_user, publish
from library.models import Recording
from library.tests.factories import make_recording
from quizzes.models import Attempt, Question, QuizPage, QuizSlot, SafetyAnswer, VersionRecording
from quizzes.services import course_bank, freeze_quiz, import_question, start_attempt

from . import factories
from .test_admin import RIGHTS

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
CANARY = "canary-remark"


def browser(person: User | None) -> Client:
    client = Client()
    if person:
        client.force_login(person, backend=BACKEND)
    return client


def about_a_recording(**more: Any) -> dict[str, Any]:
    """When does the client ask to stop: between 1:20 and 1:26; hands off."""
    listed = [
        {"text": "Hands off", "correct": True, "feedback": f"{CANARY}-right"},
        {"text": "Go on", "feedback": f"{CANARY}-wrong"},
    ]
    return {"id": "stop", "kind": "video", "title": "Stop", "text": "When does she ask to stop?", "options": listed,
            "moment": {"from": "80.25", "to": "86.75"}, "recording": "Resting", "feedback": f"{CANARY}-general",
            **more}  # fmt: skip


@pytest.fixture
def recording() -> Recording:
    return make_recording("rest.mp4")


@pytest.fixture
def question(course: CoursePage, recording: Recording) -> Question:
    return import_question(bank=course_bank(course=course), spec=about_a_recording())


def show(lesson: LessonPage, *questions: Question) -> LessonPage:
    """The lesson with these questions at its end, published."""
    lesson = LessonPage.objects.get(pk=lesson.pk)
    stream = [dict(block) for block in lesson.body.raw_data if block["type"] != "practice"]
    stream += [{"type": "practice", "value": {"question": question.pk}} for question in questions]
    lesson.body = lesson.body.stream_block.to_python(stream)
    published: LessonPage = publish(lesson)
    return published


@pytest.fixture
def lesson(course: CoursePage, question: Question) -> LessonPage:
    return show(LessonPage.objects.descendant_of(course).first(), question)


def door(lesson: LessonPage, question: Question) -> str:
    return f"/practice/{lesson.pk}/{question.pk}/"


def right(question: Question, at: str = "1:23.5", option: int = 0) -> dict[str, str]:
    options = next(iter(question.versions.first().public.values()))["options"]
    return {"q1-rev": "practice", "q1-at": at, "q1-c": options[option]["id"]}


def test_from_the_lesson_to_the_question_to_its_explanation(
    enrollment: Any, lesson: Any, question: Any, recording: Any, learner: Any
) -> None:
    client = browser(learner)
    page = client.get(lesson.url).content.decode()
    assert f'href="{door(lesson, question)}"' in page
    asked = client.get(door(lesson, question)).content.decode()
    assert "When does she ask to stop?" in asked
    assert [text for text in (CANARY, "80.25", "86.75", "1:20", "1:26", "83.5") if text in asked] == []
    for part in ("file", "captions", "transcript"):
        address = f"/questions/recordings/{recording.pk}/{part}/"
        assert address in asked
        assert client.get(address, follow=True).status_code == 200
    judged = client.post(door(lesson, question), right(question))
    told = judged.content.decode()
    assert judged.status_code == 200
    assert [text for text in ("-right", "-wrong", "-general") if CANARY + text in told] == ["-right", "-general"]
    wrong = client.post(door(lesson, question), right(question, "2:00", 1)).content.decode()
    assert [text for text in ("-right", "-wrong", "-general") if CANARY + text in wrong] == ["-wrong", "-general"]
    assert "Time: 1:23.5" in wrong
    assert (Attempt.objects.count(), SafetyAnswer.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    "sent", [{}, {"q1-rev": "x"}, {"q1-rev": "x", "q1-c": "nothing"}, {"q1-rev": "x", "q1-at": " "}]
)
def test_no_answer_is_asked_for_again_without_explanation(
    enrollment: Any, lesson: Any, question: Any, learner: Any, sent: Any
) -> None:
    answer = browser(learner).post(door(lesson, question), sent)
    assert (answer.status_code, CANARY in answer.content.decode()) == (422, False)


@pytest.fixture
def people(enrollment: Any, learner: Any, stranger: Any, instructor: Any, course: Any) -> dict[str, Any]:
    foreign = make_user("foreign@example.com")
    make_course("Elsewhere", instructor=foreign)
    return {
        "visitor": None,
        "stranger": stranger,
        "learner": learner,
        "instructor": instructor,
        "foreign instructor": foreign,
        "provider": User.objects.create_superuser("provider@example.com", "still-point-demo"),
    }


READERS = {
    "visitor": 404,
    "stranger": 404,
    "learner": 200,
    "instructor": 200,
    "foreign instructor": 404,
    "provider": 200,
}


def test_question_and_recording_open_to_readers_of_the_lesson(
    people: Any, lesson: Any, question: Any, recording: Any
) -> None:
    browsers = {name: browser(person) for name, person in people.items()}
    assert {name: one.get(door(lesson, question)).status_code for name, one in browsers.items()} == READERS
    assert {name: one.post(door(lesson, question), right(question)).status_code for name, one in browsers.items()} == (
        READERS
    )
    assert {name: one.get(recording.url).status_code for name, one in browsers.items()} == READERS
    show(lesson)
    assert browsers["learner"].get(door(lesson, question)).status_code == 404
    assert browsers["learner"].get(recording.url).status_code == 404


def test_a_draft_without_the_question_takes_nothing_from_readers(
    enrollment: Any, lesson: Any, question: Any, recording: Any, learner: Any
) -> None:
    draft = LessonPage.objects.get(pk=lesson.pk)
    draft.body = draft.body.stream_block.to_python([{"type": "prose", "value": "<p>Rest.</p>"}])
    draft.save_revision()
    client = browser(learner)
    assert client.get(door(lesson, question)).status_code == 200
    assert client.get(recording.url).status_code == 200


def test_a_free_lesson_lets_visitors_try(lesson: Any, question: Any, recording: Any) -> None:
    lesson.free_preview = True
    publish(lesson)
    assert browser(None).get(door(lesson, question)).status_code == 200
    assert browser(None).post(door(lesson, question), right(question)).status_code == 200
    assert browser(None).get(recording.url).status_code == 200


def test_one_by_one_and_in_lists_the_answer_is_the_same(people: Any, lesson: Any, recording: Any) -> None:
    make_recording("unused.mp3")
    for person in people.values():
        person = User.objects.get(pk=person.pk) if person else visitor()
        for action in ("view", "download"):
            one_by_one = {one.pk for one in Recording.objects.all() if can(person, action, one)}
            assert set(visible(person, action, Recording.objects.all()).values_list("pk", flat=True)) == one_by_one


def test_who_met_the_recording_in_a_quiz_may_play_it(
    course: Any, enrollment: Any, recording: Any, learner: Any
) -> None:
    quiz = factories.make_quiz(course, about_a_recording())
    assert browser(learner).get(recording.url).status_code == 404
    attempt = start_attempt(enrollment=enrollment, quiz=quiz)
    page = browser(learner).get(f"/attempts/{attempt.uuid}/").content.decode()
    assert f"/questions/recordings/{recording.pk}/file/" in page
    assert browser(learner).get(recording.url).status_code == 200
    assert VersionRecording.objects.count() == 1
    with pytest.raises(ProtectedError):
        recording.delete()


def test_what_an_exam_asks_is_not_explained_and_not_published(
    course: Any, enrollment: Any, lesson: Any, question: Any, learner: Any
) -> None:
    factories.make_quiz(course, about_a_recording(), mode="exam")
    client = browser(learner)
    for answer in (client.get(door(lesson, question)), client.post(door(lesson, question), right(question))):
        page = answer.content.decode()
        assert (answer.status_code, "asked in a quiz of this course" in page) == (200, True)
        assert [text for text in (CANARY, "When does she", "Hands off") if text in page] == []
    reason = "A practice question may be asked in an exam, and would be explained here. Choose another."
    assert publish_problems(LessonPage.objects.get(pk=lesson.pk)) == [reason]
    with pytest.raises(PublishRefused):
        publish(LessonPage.objects.get(pk=lesson.pk))


def test_what_an_exam_may_draw_or_asks_in_a_case_is_kept_back_too(
    course: Any, enrollment: Any, lesson: Any, question: Any, learner: Any
) -> None:
    told = factories.case("told", about_a_recording(), factories.choice("other"))
    quiz = factories.make_quiz(course, *told, mode="exam")
    assert "asked in a quiz" in browser(learner).get(door(lesson, question)).content.decode()
    quiz.unpublish()
    assert "When does she" in browser(learner).get(door(lesson, question)).content.decode()
    drawing = factories.make_quiz(course, factories.choice("else"), slug="drawing", mode="exam")
    assert "When does she" in browser(learner).get(door(lesson, question)).content.decode()
    section = drawing.sections.get()
    QuizSlot.objects.create(section=section, bank=question.bank, count=1, sort_order=9)
    freeze_quiz(quiz=drawing)
    assert "asked in a quiz" in browser(learner).get(door(lesson, question)).content.decode()
    QuizPage.objects.filter(pk=drawing.pk).update(live=False)
    assert "When does she" in browser(learner).get(door(lesson, question)).content.decode()


def test_a_practice_quiz_keeps_it_back_only_while_it_is_taken(
    course: Any, enrollment: Any, lesson: Any, question: Any, learner: Any
) -> None:
    quiz = factories.make_quiz(course, about_a_recording(), mode="practice")
    assert "When does she" in browser(learner).get(door(lesson, question)).content.decode()
    start_attempt(enrollment=enrollment, quiz=quiz)
    page = browser(learner).post(door(lesson, question), right(question)).content.decode()
    assert ("Hand it in first" in page, CANARY in page) == (True, False)


def test_a_question_of_another_course_or_for_people_is_not_shown(course: Any, enrollment: Any, learner: Any) -> None:
    first = LessonPage.objects.descendant_of(course).first()
    foreign = import_question(bank=course_bank(course=make_course("Elsewhere")), spec=factories.choice("foreign"))
    written = import_question(bank=course_bank(course=course), spec=factories.essay())
    for question, reason in (
        (foreign, "A practice question belongs to another course. Choose one of this course's banks."),
        (written, "A practice question cannot be marked at once. Choose one of another kind."),
    ):
        with pytest.raises(PublishRefused) as refused:
            show(first, question)
        assert refused.value.messages == [reason]
        assert browser(learner).get(door(first, question)).status_code == 404


def test_every_other_kind_can_be_tried(course: Any, enrollment: Any, learner: Any) -> None:
    specs = [one for one in factories.every_kind() if one["kind"] not in ("case", "description")]
    questions = [import_question(bank=course_bank(course=course), spec=one) for one in specs]
    lesson = show(LessonPage.objects.descendant_of(course).first(), *questions)
    client = browser(learner)
    for question in questions:
        assert client.get(door(lesson, question)).status_code == 200
        fields = {f"q1-{name}": values for name, values in factories.right_fields(question).items()}
        answer = client.post(door(lesson, question), {"q1-rev": "practice", **fields})
        assert (question.kind, answer.status_code, "<h1>Right</h1>" in answer.content.decode()) == (
            question.kind,
            200,
            True,
        )


def test_a_recording_that_was_asked_about_is_not_deleted(people: Any, lesson: Any, recording: Any) -> None:
    client, unused = browser(people["provider"]), make_recording("unused.mp3")
    answer = client.post(f"/admin/media/delete/{recording.pk}/")
    assert answer["Location"] == f"/admin/media/edit/{recording.pk}/"
    client.post(f"/admin/media/delete/{unused.pk}/")
    assert list(Recording.objects.all()) == [recording]


def test_an_author_asks_only_about_recordings_of_their_own(
    people: Any, course: Any, question: Any, recording: Any, instructor: Any
) -> None:
    instructor.user_permissions.set(Permission.objects.filter(codename__in=RIGHTS))
    client, foreign = browser(User.objects.get(pk=instructor.pk)), make_recording("foreign.mp4")
    address = reverse("wagtailsnippets_quizzes_question:edit", args=[question.pk])

    def posted(pk: int) -> Any:
        form = {
            "body-0-deleted": "",
            "body-0-order": "0",
            "body-0-type": "video",
            "body-count": "1",
            "body-0-id": "",
            "body-0-value-recording": str(pk),
            "body-0-value-moment_from": "1:00",
            "body-0-value-moment_to": "1:10",
            "body-0-value-options-count": "0",
            "body-0-value-stem": "null",
            "body-0-value-feedback": "null",
            "body-0-value-illustration-figure": "",
            "body-0-value-illustration-picture": "",
            "title": "Stop",
            "bank": str(question.bank_id),
            "publish_as": "content",
        }
        return client.post(address, form)

    refusal = "A picture or recording is not among the files that you may use."
    assert refusal in posted(foreign.pk).content.decode()
    assert posted(recording.pk).status_code == 302
