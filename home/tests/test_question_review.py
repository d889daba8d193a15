"""A question goes through the review like a page: its author asks, a reviewer reads, approves or sends it back."""

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from accounts.models import User
from core.access import can
from courses.models import CoursePage
from courses.services import assign_instructor
from courses.tests.factories import make_course, make_user
from home.admin.roles import ensure_review
from quizzes.models import Question
from quizzes.services import course_bank, import_question
from quizzes.tests import factories

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def author(course: CoursePage, instructor: User) -> User:
    assign_instructor(course=course, user=instructor)
    ensure_review()
    return User.objects.get(pk=instructor.pk)


@pytest.fixture
def reviewer(author: User) -> User:
    person = make_user("reviewer@example.com", is_staff=True)
    person.groups.add(Group.objects.get(name="Reviewers"))
    return person


@pytest.fixture
def question(course: CoursePage, author: User) -> Question:
    """Written, published once, and changed since."""
    made = import_question(bank=course_bank(course=course), spec=factories.choice("mine"))
    made.title = "Changed"
    made.save_revision(user=author)
    return Question.objects.get(pk=made.pk)


def browser_of(person: User) -> Client:
    browser = Client()
    browser.force_login(person, backend=BACKEND)
    return browser


def ask(question: Question, author: User) -> None:
    """The author presses "Submit to Evidence review"."""
    question.get_workflow().start(question, author)


def act(question: Question, person: User, action: str, **form: str) -> Any:
    state = question.current_workflow_task_state
    door = reverse("wagtailsnippets_quizzes_question:workflow_action", args=[question.pk, action, state.pk])
    return browser_of(person).post(door, form)


def test_an_author_finds_the_review_in_the_form(question: Question, author: User) -> None:
    page = browser_of(author).get(reverse("wagtailsnippets_quizzes_question:edit", args=[question.pk]))
    assert "Submit to Evidence review" in page.content.decode()


def test_an_approval_publishes_the_question(question: Question, author: User, reviewer: User) -> None:
    ask(question, author)
    assert act(question, reviewer, "approve", comment="Good.").status_code == 302
    question.refresh_from_db()
    assert (question.title, question.has_unpublished_changes) == ("Changed", False)


def test_what_is_sent_back_waits_for_its_author(question: Question, author: User, reviewer: User) -> None:
    ask(question, author)
    act(question, reviewer, "reject", comment="Name the source.")
    question.refresh_from_db()
    assert (question.title, question.current_workflow_state.status) == ("mine", "needs_changes")


def test_a_question_is_open_to_a_reviewer_while_it_waits_for_the_approval(
    question: Question, author: User, reviewer: User
) -> None:
    edit = reverse("wagtailsnippets_quizzes_question:edit", args=[question.pk])
    other = import_question(bank=course_bank(course=question.bank.course), spec=factories.choice("other"))
    opened = [browser_of(reviewer).get(edit).status_code]
    ask(question, author)
    opened += [browser_of(reviewer).get(edit).status_code, can(reviewer, "edit", other)]
    act(question, reviewer, "approve")
    opened.append(browser_of(reviewer).get(edit).status_code)
    assert opened == [404, 200, False, 404]


def test_an_instructor_of_another_course_approves_nothing(question: Question, author: User) -> None:
    ask(question, author)
    foreign = make_user("foreign@example.com")
    assign_instructor(course=make_course("Elsewhere"), user=foreign)
    act(question, User.objects.get(pk=foreign.pk), "approve")
    question.refresh_from_db()
    assert question.title == "mine"
