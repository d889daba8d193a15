"""The pages of statistics: whose they are, what they say, and what they keep to themselves."""

import csv
import io
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from courses.tests.factories import make_course, make_user
from quizzes.models import Attempt, AttemptItem, QuizStat, StatDelta
from quizzes.services.publishing import freeze_quiz
from quizzes.services.statistics import fold_statistics, restate

from . import factories

pytestmark = pytest.mark.django_db
LIST = "/admin/quizzes/statistics/"


def graded(
    quiz: Any, people: Any, marks: list[int], *, answers: list[Any] | None = None, passed: bool = False
) -> Attempt:
    """A try with these marks in milli-points, without the walk through the pages."""
    version = quiz.versions.first()
    now = timezone.now()
    attempt = Attempt.objects.create(
        enrollment=people(), quiz=quiz, quiz_version=version, number=1, seed=b"0" * 16, started_at=now,
        submitted_at=now, state=Attempt.State.GRADED, score_m=sum(marks), max_m=1000 * len(marks), passed=passed,
        first_of_learner=True,
    )  # fmt: skip
    AttemptItem.objects.bulk_create(
        AttemptItem(
            attempt=attempt, position=place + 1, slot_uid=slot.uid, version=slot.question.versions.first(),
            points_m=1000, score_m=mark, grade_state="correct" if mark else "wrong",
            answer=answers[place] if answers else None,
        )
        for place, (slot, mark) in enumerate(zip(quiz.slots(), marks, strict=True))
    )  # fmt: skip
    restate(attempt=attempt)
    return attempt


@pytest.fixture
def people(course: Any) -> Any:
    numbers = iter(range(1000))
    return lambda: factories.make_enrollment(make_user(f"secret-name-{next(numbers)}@example.com"), course)


@pytest.fixture
def quiz(make_quiz: Any) -> Any:
    return make_quiz(factories.choice("one"), factories.choice("two"), factories.number())


def tried(quiz: Any, people: Any, count: int) -> None:
    """So many tries, of which every second is good."""
    for number in range(count):
        graded(
            quiz, people, [1000 * (number % 2), 1000 * (number % 2), 1000 * (number % 3 == 0)], passed=number % 2 == 1
        )


@pytest.fixture
def desk(client: Client, instructor: Any) -> Client:
    client.force_login(instructor)
    return client


def address(quiz: Any) -> str:
    return f"{LIST}{quiz.pk}/"


def words(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


# -- whose ------------------------------------------------------------------------------------------------------------


def test_whose_results_are_not_one_s_own_finds_nothing(client: Client, quiz: Any, people: Any) -> None:
    tried(quiz, people, 1)
    other = make_user("other@example.com")
    make_course("Other course", instructor=other)
    client.force_login(other)
    pool = quiz.slots()[0].question.versions.get().pk
    assert quiz.title not in words(client, LIST)
    for path in (address(quiz), f"{address(quiz)}question/{pool}/", f"{address(quiz)}?export=csv", f"{LIST}999999/"):
        assert client.get(path).status_code == 404


def test_one_s_quizzes_are_listed_with_how_many_count(desk: Client, quiz: Any, people: Any) -> None:
    tried(quiz, people, 3)
    fold_statistics()
    page = words(desk, LIST)
    row = page[page.index(quiz.title) :]
    assert "Resting hands" in row
    assert "<td>3 " in row


def test_a_quiz_that_nobody_took_says_so(desk: Client, quiz: Any) -> None:
    assert "No try is graded yet." in words(desk, address(quiz))


def test_nobody_is_named(desk: Client, quiz: Any, people: Any) -> None:
    tried(quiz, people, 30)
    pool = quiz.slots()[0].question.versions.get().pk
    pages = [words(desk, path) for path in (LIST, address(quiz), f"{address(quiz)}question/{pool}/")]
    files = [b"".join(desk.get(f"{address(quiz)}?export=csv")).decode()]
    assert [("secret-name" in text) for text in pages + files] == [False] * 4


# -- what -------------------------------------------------------------------------------------------------------------


def test_what_waits_is_folded_before_the_page_is_shown(desk: Client, quiz: Any, people: Any) -> None:
    tried(quiz, people, 2)
    assert QuizStat.objects.count() == 0
    assert "1 of 2" in words(desk, address(quiz))
    assert StatDelta.objects.filter(folded=False).count() == 0


INDICES = ("Reliability (alpha)", "Standard error", "Skewness")


def test_with_29_tries_there_are_counts_and_with_30_indices(desk: Client, quiz: Any, people: Any) -> None:
    tried(quiz, people, 29)
    few = words(desk, address(quiz))
    assert "29 so far. Indices are shown from 30 on" in few
    assert [name for name in INDICES if name in few] == []
    assert "%</td>" not in few.split('id="questions-table"')[1].replace("33.3%</td>", "")
    tried(quiz, people, 1)
    enough = words(desk, address(quiz))
    assert [name for name in INDICES if name in enough] == list(INDICES)
    assert "so far" not in enough


def test_sorting_does_not_tell_an_index_that_is_not_shown(desk: Client, quiz: Any, people: Any) -> None:
    tried(quiz, people, 10)
    plain = words(desk, address(quiz)).split("<tbody>")[-1]
    assert words(desk, f"{address(quiz)}?sort=-facility").split("<tbody>")[-1] == plain


def test_the_table_is_sorted_by_the_server(desk: Client, quiz: Any, people: Any) -> None:
    tried(quiz, people, 30)

    def order(by: str) -> list[str]:
        table = words(desk, f"{address(quiz)}?sort={by}").split("<tbody>")[-1]
        return sorted(("one", "grams"), key=lambda title: table.index(f">{title}</a>"))

    assert (order("facility"), order("-facility")) == (["grams", "one"], ["one", "grams"])
    assert 'aria-sort="descending"' in words(desk, f"{address(quiz)}?sort=-facility")
    assert words(desk, f"{address(quiz)}?sort=nonsense")


def test_a_key_that_is_probably_wrong_is_flagged(desk: Client, quiz: Any, people: Any) -> None:
    version = quiz.slots()[0].question.versions.get()
    right = version.key["correct"][0]
    wrong = next(one["id"] for one in next(iter(version.public.values()))["options"] if one["id"] != right)
    for number in range(40):
        good = number % 2
        answers = [{"c": [wrong if good else right]}, None, None]
        graded(quiz, people, [0 if good else 1000, 1000 * good, 1000 * good], answers=answers)
    page = words(desk, address(quiz))
    assert "Key probably wrong" in page
    detail = words(desk, f"{address(quiz)}question/{version.pk}/")
    assert "Check the key first." in detail
    assert (detail.count("<td>20</td>"), detail.count("<td>50.0%</td>")) == (2, 3)
    assert ("−1.00" in detail, ">1.00<" in detail) == (True, True)


def test_written_answers_are_told_when_five_people_gave_them(desk: Client, quiz: Any, people: Any) -> None:
    for text in ["50"] * 5 + ["my name is Ann"] * 4 + ["5"] * 6:
        mark = 1000 if text == "5" else 0
        graded(quiz, people, [0, 0, mark], answers=[None, None, {"v": text, "u": "g"}])
    question = quiz.slots()[2].question
    page = words(desk, f"{address(quiz)}question/{question.versions.get().pk}/")
    assert ("my name is Ann" in page, "4 further answers" in page) == (False, True)
    link = reverse("regrade_new") + f"?question={question.pk}&amp;action=accept&amp;answer=50+g"
    assert page.count("Accept from now on") == 1
    assert link in page
    every = words(desk, f"{address(quiz)}question/{question.versions.get().pk}/?tries=all")
    assert ("50 g" in every, "counted for first tries only" in every) == (False, True)


def test_versions_and_populations_are_chosen(desk: Client, quiz: Any, people: Any) -> None:
    tried(quiz, people, 3)
    quiz.pass_mark = 50
    quiz.save()
    freeze_quiz(quiz=quiz)
    graded(quiz, people, [1000, 1000, 1000], passed=True)
    again = graded(quiz, people, [0, 0, 0])
    Attempt.objects.filter(pk=again.pk).update(first_of_learner=False)
    restate(attempt=again)
    found = {
        query: words(desk, f"{address(quiz)}{query}").split("Passed</th><td>")[1][:6]
        for query in ("", "?version=1", "?version=2&tries=all", "?version=77&tries=nonsense", "?version=x")
    }
    assert found == {
        "": "1 of 1", "?version=1": "1 of 3", "?version=2&tries=all": "1 of 2",
        "?version=77&tries=nonsense": "1 of 1", "?version=x": "1 of 1",
    }  # fmt: skip


def test_a_practice_says_that_it_is_one(desk: Client, make_quiz: Any, people: Any) -> None:
    quiz = make_quiz(factories.choice("one"), mode="practice")
    graded(quiz, people, [1000])
    assert "This is a practice:" in words(desk, address(quiz))


def test_a_title_that_begins_like_a_formula_stays_text_in_files(desk: Client, make_quiz: Any, people: Any) -> None:
    quiz = make_quiz(factories.choice("=1+1"), factories.choice("two"))
    for _ in range(2):
        graded(quiz, people, [1000, 0])
    text = b"".join(desk.get(f"{address(quiz)}?export=csv")).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert [row[0] for row in rows if row and "=1+1" in row[0]] == ["'=1+1"]
    assert all(not cell.startswith(("=", "+", "@")) for row in rows for cell in row)
    book = load_workbook(io.BytesIO(b"".join(desk.get(f"{address(quiz)}?export=xlsx"))))
    cells = [cell for row in book.active.iter_rows() for cell in row if cell.value is not None]
    assert "f" not in {cell.data_type for cell in cells}
    assert "'=1+1" in {cell.value for cell in cells}


# -- cost -------------------------------------------------------------------------------------------------------------


def cost(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len([one for one in captured.captured_queries if "SAVEPOINT" not in one["sql"]])


def test_100_questions_cost_as_much_as_5(desk: Client, make_quiz: Any, people: Any) -> None:
    small = make_quiz(*(factories.choice() for _ in range(5)), slug="small")
    large = make_quiz(*(factories.choice() for _ in range(100)), slug="large")
    for quiz, questions in ((small, 5), (large, 100)):
        for number in range(30):
            graded(quiz, people, [1000 * ((number + place) % 2) for place in range(questions)])
    fold_statistics()
    words(desk, address(small))
    bare = cost(desk, "/admin/quizzes/questions/new/")
    assert (cost(desk, address(small)), cost(desk, address(large))) == (bare + 5, bare + 5)
