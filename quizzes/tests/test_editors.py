"""What helps an author: samples to copy, where a question is used, twins, and a try that leaves no trace."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts.models import User
from core.access import can
from courses.models import CoursePage
from courses.tests.factories import make_course, make_user
from enrollments.models import Enrollment
from library.models import Figure
from library.pictures import picture_facts
from quizzes import grading
from quizzes.admin.authoring import sample_stream
from quizzes.models import Attempt, AttemptEvent, AttemptItem, Grade, Question, QuizVersion
from quizzes.questions import KINDS
from quizzes.questions.base import Lookup
from quizzes.questions.freezing import freeze
from quizzes.questions.pictures import named_pictures
from quizzes.rules.twins import fingerprint, near_twins
from quizzes.services import course_bank, import_question, start_attempt

from . import factories
from .test_admin import RIGHTS

pytestmark = pytest.mark.django_db
ALL_KINDS = [kind for kind, _ in KINDS]
RECORDS = (Attempt, AttemptItem, AttemptEvent, Grade, QuizVersion, Enrollment)


@pytest.fixture
def author(client: Client, instructor: User) -> Client:
    """The instructor's browser, with what the role gives."""
    rights = Permission.objects.filter(codename__in=RIGHTS)
    instructor.user_permissions.set(rights)
    client.force_login(instructor, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def bones(ident: str, text: str) -> dict[str, Any]:
    """A choice with the same options each time."""
    options = [{"text": "Four bones", "correct": True}, {"text": "Two bones"}, {"text": "One bone"}]
    return factories.choice(ident, text=text) | {"options": options}


@pytest.mark.parametrize("kind", [kind for kind in ALL_KINDS if kind not in ("case", "video")])
def test_each_kind_offers_a_finished_sample(kind: str) -> None:
    Figure.objects.create(slug="lateral-skull", title="Skull", alt="A skull.", description="A skull from the side.")
    raw = sample_stream(kind)[0]["value"]
    spec = freeze(kind=kind, raw=raw, language="en", lookup=Lookup(pictures=picture_facts(named_pictures(raw))))
    assert grading.publishing_problems(kind, spec.public["en"], spec.key) == []


def test_a_question_begins_with_the_choice_of_its_kind(author: Client) -> None:
    assert author.get(reverse("wagtailsnippets_quizzes_question:add")).url == reverse("new_question")
    page = author.get(reverse("new_question")).content.decode()
    assert [kind for kind in ALL_KINDS if f"?kind={kind}&amp;sample=1" not in page] == []


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_the_form_of_a_kind_opens_empty_and_with_its_sample(author: Client, course: CoursePage, kind: str) -> None:
    add = reverse("wagtailsnippets_quizzes_question:add")
    assert [author.get(add, {"kind": kind}).status_code, author.get(add, {"kind": kind, "sample": 1}).status_code] == [
        200,
        200,
    ]
    assert Question.objects.count() == 0


def test_a_question_says_where_it_is_used_before_it_is_changed(
    author: Client, course: CoursePage, enrollment: Enrollment
) -> None:
    quiz = factories.make_quiz(course, factories.choice("mine"), title="Quiz on dura")
    question = Question.objects.get()
    start_attempt(enrollment=enrollment, quiz=quiz)
    page = author.get(reverse("wagtailsnippets_quizzes_question:edit", args=[question.pk])).content.decode()
    assert "Asked in “Quiz on dura”" in page
    assert "Met in 1 attempt;" in page


def test_an_author_is_told_of_a_question_with_the_same_words(author: Client, course: CoursePage) -> None:
    bank = course_bank(course=course)
    first = import_question(bank=bank, spec=bones("first", "Which bones form the pterion?"))
    import_question(bank=bank, spec=bones("second", "Which *bones* form the Pterion"))
    page = author.get(reverse("wagtailsnippets_quizzes_question:edit", args=[first.pk])).content.decode()
    assert "The same words are asked elsewhere" in page
    assert ">second</a>" in page


def test_twins_of_banks_that_are_not_mine_stay_unknown(author: Client, course: CoursePage) -> None:
    foreign = make_course("Another course", instructor=make_user("other@example.com"))
    for owner in (course, foreign):
        import_question(bank=course_bank(course=owner), spec=bones(owner.slug, "Where is the pterion?"))
    mine = Question.objects.get(bank__course=course)
    page = author.get(reverse("wagtailsnippets_quizzes_question:edit", args=[mine.pk])).content.decode()
    assert "another-course" not in page
    assert "another-course" not in author.get(reverse("question_twins")).content.decode()


def test_nearly_equal_questions_are_listed_side_by_side(author: Client, course: CoursePage) -> None:
    bank = course_bank(course=course)
    stem = "Which membrane is attached to the rim of the foramen magnum and to the second neck vertebra"
    import_question(bank=bank, spec=bones("alpha", f"{stem}?"))
    import_question(bank=bank, spec=bones("beta", f"{stem} in most people?"))
    import_question(bank=bank, spec=factories.choice("gamma", text="How heavy is a nickel?"))
    page = author.get(reverse("question_twins")).content.decode()
    assert re.findall(r">(alpha|beta|gamma)</a>", page) == ["alpha", "beta"]


def test_the_same_words_above_other_options_are_no_twins(author: Client, course: CoursePage) -> None:
    bank = course_bank(course=course)
    for ident in ("one", "two"):
        import_question(bank=bank, spec=factories.choice(ident, text="How sure are we of each?", options=6))
    assert Question.objects.values("fingerprint").distinct().count() == 2
    assert "share more than half" in author.get(reverse("question_twins")).content.decode()


def test_a_fingerprint_is_of_the_words_alone() -> None:
    assert fingerprint("<p>Is the <b>Dura</b> alive?</p>") == fingerprint("is the dura alive")
    assert fingerprint("<p>Is the dura alive?</p>") != fingerprint("<p>Is the pia alive?</p>")
    assert fingerprint("<p> </p>") == ""


def test_texts_that_share_no_words_are_no_twins() -> None:
    assert near_twins({1: "one two three four", 2: "five six seven eight", 3: ""}) == []


def try_it(author: Client, quiz: Any) -> str:
    """The address of one paper of the draft."""
    return author.get(reverse("try_quiz", args=[quiz.pk])).url


def test_an_author_takes_the_draft_and_nothing_is_stored(author: Client, course: CoursePage) -> None:
    quiz = factories.make_quiz(course, factories.choice("one", feedback="Because."), factories.statement())
    before = [model.objects.count() for model in RECORDS]
    address = try_it(author, quiz)
    assert author.get(address).status_code == 200
    right = [factories.right_fields(question)["c"][0] for question in Question.objects.order_by("pk")]
    page = author.post(address, {"q1-rev": "0", "q1-c": right[0], "q2-rev": "0", "q2-c": right[1], "finish": "1"})
    assert "100%" in page.content.decode()
    assert "Because." in page.content.decode()
    assert [model.objects.count() for model in RECORDS] == before


def test_what_was_typed_in_a_try_comes_back_with_the_paper(author: Client, course: CoursePage) -> None:
    quiz = factories.make_quiz(course, factories.number("grams"))
    page = author.post(try_it(author, quiz), {"q1-rev": "0", "q1-v": "4.9", "q1-u": "g"}).content.decode()
    assert 'value="4.9"' in page


def test_an_answer_that_no_form_sends_is_told_and_not_marked(author: Client, course: CoursePage) -> None:
    quiz = factories.make_quiz(course, factories.choice("one"))
    answer = author.post(try_it(author, quiz), {"q1-rev": "0", "q1-c": "nonsense", "finish": "1"})
    assert answer.status_code == 422


def test_a_draft_that_cannot_be_taken_says_why(author: Client, course: CoursePage) -> None:
    quiz = factories.make_quiz(course, factories.choice("one"))
    Question.objects.update(live=False)
    page = author.get(reverse("try_quiz", args=[quiz.pk])).content.decode()
    assert "is not published" in page


def test_only_who_may_edit_or_publish_the_quiz_tries_it(
    client: Client, course: CoursePage, learner: User, stranger: User, enrollment: Enrollment
) -> None:
    quiz = factories.make_quiz(course, factories.choice("one"))
    foreign = make_user("foreign@example.com")
    foreign.is_staff = True
    foreign.save()
    foreign.user_permissions.set(Permission.objects.filter(codename__in=RIGHTS))
    outcomes = {}
    for person in (learner, stranger, foreign):
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        outcomes[person.email] = client.get(reverse("try_quiz", args=[quiz.pk])).status_code
    assert outcomes == {learner.email: 404, stranger.email: 404, foreign.email: 404}
    assert can(foreign, "results", quiz) is False
