"""The author's form of a case: written and published by an instructor, from the own bank only."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield

from accounts.models import User
from courses.tests.factories import make_course, make_user
from quizzes.models import Question, QuizPage
from quizzes.services import course_bank, import_question

from . import factories


def pks(*names: str) -> list[int]:
    return [Question.objects.get(external_id=name).pk for name in names]


@pytest.fixture
def stored(make_quiz: Any) -> QuizPage:
    """A published quiz with a case of two questions."""
    return make_quiz(*factories.case())


@pytest.fixture
def author(client: Client, instructor: User) -> Client:
    """The instructor's browser, with what the role gives."""
    rights = ["access_admin", "add_question", "change_question", "view_question", "publish_question"]
    instructor.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client.force_login(instructor, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def case_form(bank: Any, *parts: int, **more: Any) -> dict[str, Any]:
    """What the form of a case posts."""
    listed: dict[str, Any] = {"count": len(parts)}
    for number, part in enumerate(parts):
        listed |= {
            f"{number}-id": f"part-{number}", f"{number}-deleted": "", f"{number}-order": str(number),
            f"{number}-type": "item", f"{number}-value": str(part),
        }  # fmt: skip
    value = {
        "stem": rich_text("<p>Once.</p>"), "parts": listed, "illustration-figure": "", "illustration-picture": "",
    }  # fmt: skip
    body = nested_form_data({"body": streamfield([("case", value)])})
    return {"title": "A case", "bank": bank.pk, "publish_as": "content", **body, **more}


ADD = "/admin/snippets/quizzes/question/add/"


def test_an_instructor_writes_a_case_and_publishes_it(author: Client, stored: QuizPage, course: Any) -> None:
    first, second = pks("case-two", "case-one")
    sent = case_form(factories.bank_of(course), first, second, **{"action-publish": "1"})
    response = author.post(ADD, sent)
    made = Question.objects.get(title="A case")
    assert (response.status_code, made.live, made.kind) == (302, True, "case")
    assert made.versions.get().public["en-us"] == {"stem": "<p>Once.</p>", "parts": [first, second]}
    page = author.get(f"/admin/snippets/quizzes/question/edit/{made.pk}/").content.decode()
    assert ["case-one" in page, "case-two" in page] == [True, True]


def test_publishing_a_case_of_one_question_is_refused_in_the_form(
    author: Client, stored: QuizPage, course: Any
) -> None:
    sent = case_form(factories.bank_of(course), *pks("case-one"), **{"action-publish": "1"})
    page = author.post(ADD, sent).content.decode()
    assert ["Choose two to 20 questions about the case." in page, Question.objects.filter(title="A case").count()] == [
        True,
        0,
    ]


def test_a_posted_number_is_no_permission_to_name_a_foreign_question(
    author: Client, stored: QuizPage, course: Any
) -> None:
    elsewhere = make_course("Elsewhere", instructor=make_user("other@example.com"))
    foreign = import_question(bank=course_bank(course=elsewhere), spec=factories.choice("canary"))
    page = author.post(ADD, case_form(factories.bank_of(course), foreign.pk, *pks("case-one"))).content.decode()
    assert "A question of the case is not in a bank that you may use." in page
    assert Question.objects.filter(title="A case").count() == 0
