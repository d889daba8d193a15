"""The demo school: seeded through the services, twice is once, and never where passwords must be secret."""

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter
from wagtail.models import Page

from accounts.models import User
from accreditation.models import CourseApproval, Jurisdiction, Profession
from accreditation.services.counting import will_it_count
from certificates.models import Certificate
from core.hours import own_count
from courses.blocks import PROSE
from courses.models import CourseEdition, CoursePage, LessonPage
from enrollments.models import Enrollment
from payments.models import Order
from quizzes.models import Attempt, Question, QuestionVersion, QuizPage
from quizzes.models.cases import parts_by_question
from quizzes.questions import BY_KIND

pytestmark = pytest.mark.slow
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def counts() -> dict[str, int]:
    """Everything that a second seeding could double."""
    models = (Page, CourseEdition, Enrollment, QuestionVersion, Attempt, Certificate, CourseApproval, Order)
    return {model.__name__: model.objects.count() for model in models}


@pytest.fixture
def seeded(db: None, settings: Any) -> None:
    """As `make demo` does it."""
    settings.DEBUG = True
    call_command("demo", stdout=io.StringIO())


def test_without_debug_nobody_gets_known_passwords(db: None) -> None:
    with pytest.raises(CommandError, match="DEBUG"):
        call_command("demo")
    assert Enrollment.objects.count() == 0


def test_seeding_twice_changes_nothing(seeded: None) -> None:
    before = counts()
    call_command("demo", stdout=io.StringIO())
    assert counts() == before


def test_every_page_knows_the_pages_below_it(seeded: None) -> None:
    """Otherwise the back office shows courses without modules."""
    assert Page.find_problems() == ([], [], [], [], [])


def test_the_curriculum_is_real(seeded: None) -> None:
    """Lessons of 800 words and more, each with objectives, a figure, references and an evidence statement."""
    lessons = list(LessonPage.objects.live())
    assert len(lessons) == 15
    for lesson in lessons:
        kinds = {block.block_type for block in lesson.body}
        assert lesson.words() >= 800, lesson.title
        assert {"prose", "figure", "evidence"} <= kinds, lesson.title
        assert lesson.objectives, lesson.title
        assert lesson.references.exists(), lesson.title


def asked(quiz: QuizPage) -> list[QuestionVersion]:
    """What the quiz asks: its own questions, and those of its cases."""
    versions = [slot.question.versions.first() for slot in quiz.slots()]
    parts = parts_by_question(version.question_id for version in versions)
    named = [Question.objects.get(pk=part).versions.first() for found in parts.values() for part in found]
    return [version for version in versions if version.question_id not in parts] + named


def test_every_module_has_a_quiz_with_safety_questions(seeded: None) -> None:
    quizzes = list(QuizPage.objects.live().filter(required=True))
    assert len(quizzes) == 5
    for quiz in quizzes:
        keys = [version.key for version in asked(quiz)]
        assert len(keys) >= 8
        assert any(key.get("critical") for key in keys), quiz.title


def test_the_quizzes_ask_in_every_way_that_the_subject_allows(seeded: None) -> None:
    """Eight kinds and more in each module of the paid course, five in the introduction; all kinds together, but for the
    one that asks about a moment in a film: the demo ships none."""
    kinds = {
        quiz: {slot.question.kind for slot in quiz.slots()} | {version.kind for version in asked(quiz)}
        for quiz in QuizPage.objects.live()
    }
    few = {quiz.get_parent().slug: len(found) for quiz, found in kinds.items() if quiz.required and len(found) < 8}
    assert set(few) == {"first-steps"}
    assert few["first-steps"] >= 5
    assert set().union(*kinds.values()) == set(BY_KIND) - {"video"}


def test_a_written_answer_holds_up_no_module(seeded: None) -> None:
    """What a person has to mark stands only in practice, which no certificate waits for."""
    written = [quiz for quiz in QuizPage.objects.live() if any(one.kind == "essay" for one in asked(quiz))]
    assert [(quiz.slug, quiz.mode, quiz.certainty, quiz.required) for quiz in written] == [
        ("practice", "practice", True, False)
    ]


def test_the_sample_approvals_grant_no_more_than_our_own_count_and_show_every_verdict(
    seeded: None, client: Client
) -> None:
    """Yes, unknown and no by state; partly for the learner's license, with other home study in the same cycle."""
    approvals = {approval.number: approval for approval in CourseApproval.objects.all()}
    assert set(approvals) == {"SAMPLE-COURSE-0001", "SAMPLE-NCB-0002", "SAMPLE-20-0001"}
    for approval in approvals.values():
        edition = approval.editions.get()
        assert approval.is_sample
        assert approval.hours == own_count(words=edition.words, media_seconds=edition.media_seconds)
    free, paid = CoursePage.objects.order_by("-slug")
    profession, today = Profession.objects.get(code="massage-therapist"), timezone.localdate()
    asked = [
        will_it_count(course, jurisdiction=Jurisdiction.objects.get(code=code), profession=profession, on=today)
        for course, code in ((paid, "US-TX"), (paid, "US-NY"), (free, "US-TX"))
    ]
    assert [(answer.word, answer.asker.warning) for answer in asked] == [
        ("Yes: 2 of 2", "Not verified: ask your board."),
        ("We do not know", "Not verified: ask your board."),
        ("No", "Not verified: ask your board."),
    ]
    client.force_login(User.objects.get(email="learner@example.com"), backend=BACKEND)
    assert "Partly: 1.5 of 2" in client.get(paid.get_url()).content.decode()


def test_the_graduate_holds_certificates_marked_as_samples_without_having_paid(seeded: None) -> None:
    certificates = Certificate.objects.all()
    assert {one.learner.email for one in certificates} == {"graduate@example.com"}
    assert {one.facts["sample_notice"] for one in certificates} == {"Sample: not valid for credit"}
    assert {one.enrollment.source for one in certificates} == {Enrollment.Source.GRANT}
    assert Order.objects.count() == 0


def test_opening_and_saving_a_lesson_in_the_editor_makes_no_edition(seeded: None) -> None:
    """Otherwise the first publish of a typo elsewhere would cost the course its approval for nothing."""
    lesson = LessonPage.objects.live().first()
    editor = ContentstateConverter(features=PROSE)
    before = CourseEdition.objects.count()
    for block in lesson.body:
        if block.block_type == "prose":
            block.value.source = editor.to_database_format(editor.from_database_format(block.value.source))
    lesson.save_revision().publish()
    assert CourseEdition.objects.count() == before
