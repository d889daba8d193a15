"""The back office: an instructor works in the banks of their own courses only, and publishing asks the lint."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from accounts.models import User
from courses.models import CoursePage, ModulePage
from courses.tests.factories import make_course, make_user
from quizzes.models import Question, QuestionBank, QuizPage
from quizzes.services import course_bank, import_question

from . import factories

RIGHTS = ["access_admin", "add_question", "change_question", "view_question", "publish_question"]


@pytest.fixture
def author(client: Client, instructor: User) -> Client:
    """The instructor's browser, with what the role gives."""
    instructor.user_permissions.set(Permission.objects.filter(codename__in=RIGHTS))
    client.force_login(instructor, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def mine(course: CoursePage) -> Question:
    return import_question(bank=course_bank(course=course), spec=factories.choice("mine", feedback="canary-general"))


@pytest.fixture
def foreign(db: None) -> Question:
    elsewhere = make_course("Elsewhere", instructor=make_user("other@example.com"))
    return import_question(bank=course_bank(course=elsewhere), spec=factories.choice("foreign"))


def body(*texts: str, right: int | None) -> dict[str, Any]:
    """What the author's form posts for a single choice."""
    options = {"count": len(texts)}
    posted: dict[str, Any] = {"stem": rich_text("<p>Which?</p>"), "feedback": rich_text("")}
    for number, text in enumerate(texts):
        options |= {
            f"{number}-id": f"option-{number}", f"{number}-deleted": "", f"{number}-order": str(number),
            f"{number}-type": "item",
            f"{number}-value-text": text, f"{number}-value-remark": "",
        }  # fmt: skip
        if number == right:
            options[f"{number}-value-correct"] = "on"
    posted["options"] = options
    return nested_form_data({"body": streamfield([("single_choice", posted)])})


def form(question: Question, **more: Any) -> dict[str, Any]:
    return {"title": "Changed", "bank": question.bank_id, "publish_as": "key", **body("One", "Two", right=0), **more}


def edit(question: Question) -> str:
    return reverse("wagtailsnippets_quizzes_question:edit", args=[question.pk])


def test_an_instructor_has_a_bank_from_the_first_day(course: Any) -> None:
    assert [bank.name for bank in QuestionBank.objects.filter(course=course)] == ["Resting hands"]


def test_lists_show_only_ones_own(author: Any, mine: Any, foreign: Any) -> None:
    page = author.get(reverse("wagtailsnippets_quizzes_question:list")).content.decode()
    assert ("mine" in page, "foreign" in page, "Elsewhere" in page) == (True, False, False)


DOORS = [
    "edit",
    "delete",
    "usage",
    "history",
    "history_results",
    "preview_on_edit",
    "unpublish",
    "copy",
    "lock",
    "unlock",
]


@pytest.mark.parametrize("door", [door for door in DOORS if door != "copy"])
def test_no_door_opens_to_a_question_of_another_course(author: Any, mine: Any, foreign: Any, door: Any) -> None:
    address = reverse(f"wagtailsnippets_quizzes_question:{door}", args=[foreign.pk])
    assert [author.get(address).status_code, author.post(address).status_code] == [404, 404]


@pytest.mark.parametrize("odd", ["²", "abc", "99999999999999999999"])
def test_a_number_that_is_none_is_not_found(author: Any, mine: Any, odd: Any) -> None:
    names = ("wagtailsnippets_quizzes_question:edit", Question.snippet_viewset.chooser_viewset.get_url_name("chosen"))
    doors = [reverse(name, args=[mine.pk]).replace(f"/{mine.pk}/", f"/{odd}/") for name in names]
    assert [author.get(door).status_code for door in doors] == [404, 404]


def test_revisions_of_another_course_are_closed_too(author: Any, foreign: Any) -> None:
    revision = foreign.save_revision()
    for door in ("revisions_view", "revisions_revert"):
        address = reverse(f"wagtailsnippets_quizzes_question:{door}", args=[foreign.pk, revision.pk])
        assert author.get(address).status_code == 404
    compared = reverse("wagtailsnippets_quizzes_question:revisions_compare", args=[foreign.pk, "earliest", "latest"])
    assert author.get(compared).status_code == 404


def test_choosers_offer_only_what_one_may_use(author: Any, mine: Any, foreign: Any) -> None:
    viewset = Question.snippet_viewset.chooser_viewset
    offered = author.get(reverse(viewset.get_url_name("choose"))).content.decode()
    assert ("mine" in offered, "foreign" in offered) == (True, False)
    assert author.get(reverse(viewset.get_url_name("chosen"), args=[mine.pk])).status_code == 200
    assert author.get(reverse(viewset.get_url_name("chosen"), args=[foreign.pk])).status_code == 404


def test_a_question_is_not_moved_into_a_foreign_bank(author: Any, mine: Any, foreign: Any) -> None:
    author.post(edit(mine), form(mine, bank=foreign.bank_id, **{"action-publish": "1"}))
    mine.refresh_from_db()
    assert (mine.bank.name, mine.versions.count()) == ("Resting hands", 1)


def test_publishing_from_the_form_makes_a_version_of_the_kind_of_change(author: Any, mine: Any) -> None:
    author.post(edit(mine), form(mine, **{"action-publish": "1"}))
    newest = mine.versions.order_by("-number").first()
    assert (newest.number, newest.change, newest.author) == (2, "key", mine.versions.first() and newest.author)
    assert [option["text"] for option in newest.public["en-us"]["options"]] == ["One", "Two"]
    assert newest.key["correct"] == ["option-0"]


def test_publishing_without_a_key_is_refused_and_keeps_the_text(author: Any, mine: Any) -> None:
    posted = {"title": "Changed", "bank": mine.bank_id, **body("One", "Two", right=None), "action-publish": "1"}
    page = author.post(edit(mine), posted).content.decode()
    assert ("no option is marked as right" in page, "Changed" in page) == (True, True)
    assert (mine.versions.count(), Question.objects.get(pk=mine.pk).title) == (1, "mine")


def test_a_draft_may_be_unfinished_and_makes_no_version(author: Any, mine: Any) -> None:
    author.post(edit(mine), {"title": "Changed", "bank": mine.bank_id, **body("One", "Two", right=None)})
    mine.refresh_from_db()
    assert (mine.has_unpublished_changes, mine.versions.count()) == (True, 1)


def test_nobody_deletes_a_question(client: Any, mine: Any) -> None:
    client.force_login(
        User.objects.create_superuser("op@example.com", "x" * 12),
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )
    client.post(reverse("wagtailsnippets_quizzes_question:delete", args=[mine.pk]))
    client.post(reverse("wagtail_bulk_action", args=["quizzes", "question", "delete"]) + f"?id={mine.pk}")
    assert Question.objects.filter(pk=mine.pk).exists()


@pytest.mark.parametrize(("mode", "shows_key"), [("learner", False), ("key", True)])
def test_the_preview_shows_the_learners_view_or_the_key(author: Any, mine: Any, mode: Any, shows_key: Any) -> None:
    address = reverse("wagtailsnippets_quizzes_question:preview_on_edit", args=[mine.pk])
    posted = form(mine, **body("First", "Second", right=0))
    assert author.post(address, posted).json()["is_valid"] is True
    page = author.get(address, {"mode": mode}).content.decode()
    assert ["First" in page, "Right answer" in page, "canary-general" in page] == [True, shows_key, False]
    assert mine.versions.count() == 1


def quiz_form(question: Question) -> dict[str, Any]:
    slot = {"question": question.pk, "bank": "", "count": "1", "points": "1"}
    posted: dict[str, Any] = nested_form_data(
        {
            "title": "A quiz of my own",
            "slug": "own",
            "intro": rich_text(""),
            "summary": "",
            "minutes": "10",
            "required": "on",
            "pass_mark": "80",
            "method": "best",
            "time_limit_minutes": "0",
            "attempts_allowed": "0",
            "cooldown_minutes": "0",
            "mode": "exam",
            "late_minutes": "0",
            "marking_difference": "20",
            "sections": inline_formset([{"title": "", "slots": inline_formset([slot])}]),
            "action-publish": "1",
        }
    )
    return {**posted, "review_after_submit": ["score"]}


def add_quiz(course: CoursePage) -> str:
    module = ModulePage.objects.child_of(course).first()
    return reverse("wagtailadmin_pages:add", args=["quizzes", "quizpage", module.pk])


def test_an_instructor_builds_a_quiz_from_the_own_bank(author: Any, course: Any, mine: Any) -> None:
    author.post(add_quiz(course), quiz_form(mine))
    quiz = QuizPage.objects.get()
    assert (quiz.live, [slot.question_id for slot in quiz.slots()]) == (True, [mine.pk])
    assert quiz.versions.get().settings["review_policy"]["after_submit"] == ["score"]


def test_the_preview_of_a_quiz_shows_the_draft_as_a_learner_would_read_it(author: Any, course: Any, mine: Any) -> None:
    address = add_quiz(course) + "preview/"
    assert author.post(address, {**quiz_form(mine), "pass_mark": "65"}).json()["is_valid"] is True
    page = author.get(address, {"mode": "enrolled"}).content.decode()
    assert ("65%" in page, "A quiz of my own" in page) == (True, True)


def test_a_posted_number_is_no_permission_to_use_a_foreign_question(author: Any, course: Any, foreign: Any) -> None:
    page = author.post(add_quiz(course), quiz_form(foreign)).content.decode()
    assert ("is not in a bank that you may use" in page, QuizPage.objects.count()) == (True, 0)


def test_a_chooser_makes_no_questions(author: Client, mine: Question) -> None:
    before = Question.objects.count()
    response = author.post("/admin/snippets/choose/quizzes/question/create/", {"title": "From the chooser"})
    assert (response.status_code, Question.objects.count()) == (404, before)
