"""The gradebook: what counts by the quiz's own way, who may see it, and files that no spreadsheet runs."""

import csv
from fractions import Fraction
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from accounts.models import User
from courses.models import CoursePage
from courses.services import assign_instructor
from courses.tests.factories import make_course, make_user
from quizzes.models import Attempt, QuizPage
from quizzes.rules.counting import counted_percent, counted_share
from quizzes.rules.standing import Try
from quizzes.services import start_attempt, submit_attempt
from quizzes.services.gradebook import gradebook_of, learners, quizzes_of

from . import factories

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def hand_in(user: User, quiz: QuizPage, *, right: int) -> Attempt:
    """A try with so many right answers of its choices; essays are written."""
    course = quiz.get_parent().get_parent().specific
    enrollment = user.enrollments.filter(course=course).first() or factories.make_enrollment(user, course)
    attempt = start_attempt(enrollment=enrollment, quiz=quiz)
    for item in attempt.items.select_related("version__question"):
        if item.version.kind == "essay":
            factories.save_one(attempt, item.position, {"h": "two words"})
        elif item.position <= right:
            factories.save_one(attempt, item.position, factories.right_fields(item.version.question))
    return submit_attempt(attempt=attempt)


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def address(course: CoursePage, query: str = "") -> str:
    return f"/admin/quizzes/gradebook/{course.pk}/{query}"


@pytest.mark.parametrize(
    ("method", "share"), [("best", (3, 4)), ("last", (1, 4)), ("first", (2, 4)), ("average", (1, 2))]
)
def test_the_result_that_counts_is_by_the_quizs_own_way(method: str, share: tuple[int, int]) -> None:
    tries = [Try(score, 4, passed=False, critical_failed=False) for score in (2, 3, 1)]
    assert counted_share(tries, method=method) == Fraction(*share)


def test_a_result_is_rounded_down_and_without_a_try_there_is_none() -> None:
    almost = [Try(796, 1000, passed=False, critical_failed=False)]
    assert (counted_percent(almost, method="best"), counted_percent([], method="best")) == (79, None)


def cells(course: CoursePage) -> dict[str, list[tuple[str, Any, int]]]:
    """Learner -> per quiz: state, percent, tries."""
    quizzes = quizzes_of(course)
    rows = gradebook_of(course, quizzes=quizzes).rows(learners(course, quizzes))
    return {row.enrollment.user.email: [(cell.state, cell.percent, cell.tries) for cell in row.cells] for row in rows}


def test_each_learner_stands_with_each_quiz(course: CoursePage, make_quiz: Any) -> None:
    quiz = make_quiz(*(factories.choice() for _ in range(4)), pass_mark=75, slug="a")
    written = make_quiz(factories.essay(), slug="b")
    people = {name: make_user(f"{name}@example.com") for name in ("fails", "passes", "waits", "open", "none")}
    hand_in(people["fails"], quiz, right=2)
    for right in (1, 3, 0):
        hand_in(people["passes"], quiz, right=right)
    hand_in(people["waits"], written, right=0)
    for name in ("open", "none"):
        enrollment = factories.make_enrollment(people[name], course)
        if name == "open":
            start_attempt(enrollment=enrollment, quiz=quiz)
    nothing = ("", None, 0)
    assert cells(course) == {
        "fails@example.com": [("not_yet", 50, 1), nothing],
        "passes@example.com": [("passed", 75, 3), nothing],
        "waits@example.com": [nothing, ("grading", None, 1)],
        "open@example.com": [("open", None, 1), nothing],
        "none@example.com": [nothing, nothing],
    }


def test_a_voided_try_does_not_count(course: CoursePage, make_quiz: Any) -> None:
    attempt = hand_in(make_user("one@example.com"), make_quiz(factories.choice()), right=0)
    Attempt.objects.filter(pk=attempt.pk).update(state="voided")
    assert cells(course) == {"one@example.com": [("", None, 0)]}


def test_the_list_can_be_narrowed_to_a_name_a_quiz_and_a_state(course: CoursePage, make_quiz: Any) -> None:
    quiz, other = make_quiz(factories.choice(), slug="a"), make_quiz(factories.essay(), slug="b")
    good, bad, waits = (make_user(f"{name}@example.com", legal_name=name) for name in ("Good", "Bad", "Waits"))
    hand_in(good, quiz, right=1)
    hand_in(bad, quiz, right=0)
    hand_in(waits, other, right=0)

    def found(quizzes: list[QuizPage], **by: str) -> list[str]:
        return [one.user.legal_name for one in learners(course, quizzes, **by)]

    assert found([quiz, other], search="OOD") == ["Good"]
    assert [found([quiz], state=state) for state in ("passed", "not_yet", "grading")] == [
        ["Good"],
        ["Bad", "Waits"],
        [],
    ]
    assert [found([quiz, other], state=state) for state in ("passed", "grading")] == [[], ["Waits"]]


def queries(browser: Client, path: str) -> tuple[int, int]:
    """All of a page, and those that touch what quizzes keep: the rest is the frame of the back office."""
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(path).status_code == 200
    return len(captured), sum('"quizzes_' in query["sql"] for query in captured.captured_queries)


def test_the_page_costs_the_same_for_two_learners_and_quizzes_as_for_more(
    course: CoursePage, instructor: User, make_quiz: Any
) -> None:
    browser = browser_of(instructor)
    first = make_quiz(factories.choice(), slug="first")
    hand_in(make_user(), first, right=1)
    browser.get(address(course))
    small = queries(browser, address(course))
    for number in range(4):
        quiz = make_quiz(factories.choice(), slug=f"quiz-{number}")
        for _ in range(4):
            hand_in(make_user(), quiz, right=number % 2)
    assert queries(browser, address(course)) == small
    assert small[1] <= 8


DANGEROUS = '=HYPERLINK("http://example.com","Click")'


def test_a_file_holds_what_the_page_shows_and_no_formula(course: CoursePage, instructor: User, make_quiz: Any) -> None:
    quiz = make_quiz(factories.choice(), title="+Quiz", slug="a")
    hand_in(make_user("danger@example.com", legal_name=DANGEROUS), quiz, right=1)
    hand_in(make_user("bell@example.com", legal_name="Bell \x07 Ringer"), quiz, right=0)
    browser = browser_of(instructor)
    text = b"".join(browser.get(address(course, "?export=csv"))).decode("utf-8-sig")
    lines = list(csv.reader(StringIO(text)))
    named = {line[1]: line for line in lines}
    assert lines[0][6:8] == ["'+Quiz: result", "'+Quiz: percent"] or lines[0][6].startswith("'+")
    assert (named["danger@example.com"][0], named["danger@example.com"][6:9]) == (
        f"'{DANGEROUS}",
        ["Passed", "100", "1"],
    )
    assert named["bell@example.com"][6:9] == ["Not yet", "0", "1"]
    sheet = load_workbook(BytesIO(b"".join(browser.get(address(course, "?export=xlsx"))))).active
    kinds = {cell.data_type for row in sheet.iter_rows() for cell in row}
    assert (sheet.max_row, "f" in kinds) == (3, False)
    assert f"'{DANGEROUS}" in [cell.value for cell in sheet["A"]]


def test_the_file_is_narrowed_like_the_page(course: CoursePage, instructor: User, make_quiz: Any) -> None:
    quiz = make_quiz(factories.choice())
    for name, right in (("good", 1), ("bad", 0)):
        hand_in(make_user(f"{name}@example.com"), quiz, right=right)
    text = b"".join(browser_of(instructor).get(address(course, "?export=csv&state=passed"))).decode("utf-8-sig")
    assert [line[1] for line in csv.reader(StringIO(text))] == ["E-mail address", "good@example.com"]


def test_one_course_opens_at_once_several_are_chosen_from(course: CoursePage, instructor: User) -> None:
    browser = browser_of(instructor)
    assert browser.get("/admin/quizzes/gradebook/").headers["Location"] == address(course)
    assign_instructor(course=make_course("Second course"), user=instructor)
    page = browser.get("/admin/quizzes/gradebook/").content.decode()
    assert [name in page for name in ("Resting hands", "Second course")] == [True, True]


WHO = ("visitor", "learner", "other", "instructor", "reviewer", "provider")


@pytest.mark.parametrize("who", WHO)
def test_people_and_doors(who: str, course: CoursePage, make_quiz: Any) -> None:
    hand_in(make_user("wren@example.com"), make_quiz(factories.choice()), right=1)
    person = None if who == "visitor" else make_user(f"{who}-door@example.com")
    if who in ("reviewer", "provider"):
        person.groups.add(Group.objects.get(name=f"{who.capitalize()}s"))
        User.objects.filter(pk=person.pk).update(is_staff=True)
    if who in ("instructor", "other"):
        assign_instructor(course=course if who == "instructor" else make_course("Elsewhere"), user=person)
    browser = browser_of(User.objects.get(pk=person.pk)) if person else Client()
    doors = [address(course), address(course, "?export=csv"), address(course, "?export=xlsx")]
    outcomes = [browser.get(door).status_code for door in doors]
    expected = {"visitor": 302, "learner": 404, "other": 404, "instructor": 200, "reviewer": 404, "provider": 200}
    assert outcomes == [expected[who]] * 3


def test_odd_filters_are_no_error(course: CoursePage, instructor: User, make_quiz: Any) -> None:
    make_quiz(factories.choice())
    browser = browser_of(instructor)
    odd = [
        "?p=-1",
        "?p=x",
        "?quiz=x",
        "?state=x",
        "?q=%00",
        "?export=pdf",
        f"?q={'a' * 5000}",
        "?quiz=99999999999999999999",
    ]
    assert [browser.get(address(course, query)).status_code for query in odd] == [200] * len(odd)
