"""Cases: a story told once, its questions together and in order, counted and marked as questions of the paper."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.blocks import StreamValue

from core.publishing import PublishRefused
from quizzes.models import Question, QuizPage, QuizSlot
from quizzes.questions import question_type
from quizzes.questions.base import AnswerError
from quizzes.services import import_question, publish_question, start_attempt, submit_attempt
from quizzes.services.publishing import quiz_problems

from . import factories, specs

CASE = question_type("case")


def paper(attempt: Any) -> list[str]:
    return [item.version.question.external_id for item in attempt.items.select_related("version__question")]


def pks(*names: str) -> list[int]:
    return [Question.objects.get(external_id=name).pk for name in names]


def raw(*parts: Any, stem: str = "<p>Once.</p>") -> dict[str, Any]:
    return {"stem": stem, "parts": [specs.item(part) for part in parts]}


def rewrite(question: Question, value: dict[str, Any]) -> Question:
    """The question with another form, not yet stored."""
    body: StreamValue = question.body
    block = {"type": "case", "id": body.raw_data[0]["id"], "value": value}
    question.body = body.stream_block.to_python([block])
    return question


def test_a_case_takes_no_answer_and_earns_nothing() -> None:
    public = specs.frozen("case", raw(1, 2)).public["en"]
    assert (CASE.asks, CASE.clean(public, None), CASE.answer_from_form({"c": ["a"]})) == (False, None, None)
    assert public == {"stem": "<p>Once.</p>", "parts": [1, 2]}
    with pytest.raises(AnswerError):
        CASE.clean(public, {"c": ["a"]})


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (raw(1, 2, stem=""), "Write the story of the case."),
        (raw(1), "Choose two to 20 questions about the case."),
        (raw(1, 2, 1), "A question stands in the case twice."),
        (raw(*range(1, 22)), "Choose two to 20 questions about the case."),
    ],
)
def test_publishing_is_refused_with_the_reason(value: Any, problem: str) -> None:
    frozen = specs.frozen("case", value)
    assert CASE.problems(frozen.public["en"], frozen.key) == [problem]


def test_the_story_stands_once_above_its_questions(enrollment: Any, make_quiz: Any) -> None:
    quiz = make_quiz(factories.choice("before"), *factories.case(), factories.choice("after"))
    attempt = start_attempt(enrollment=enrollment, quiz=quiz)
    assert paper(attempt) == ["before", "case", "case-one", "case-two", "after"]
    groups = [item.case_group for item in attempt.items.all()]
    assert [bool(group) for group in groups] == [False, True, True, True, False]
    assert len(set(groups)) == 2
    assert [item.points_m for item in attempt.items.all()] == [1000, 0, 1000, 1000, 1000]
    assert (attempt.max_m, attempt.quiz_version.question_count) == (4000, 4)
    assert QuizPage.objects.get().summary == "4 questions, 80 % needed."


def test_each_question_of_a_case_has_the_points_of_its_place(enrollment: Any, make_quiz: Any) -> None:
    quiz = make_quiz(*factories.case(points=2.5))
    attempt = start_attempt(enrollment=enrollment, quiz=quiz)
    assert ([item.points_m for item in attempt.items.all()], attempt.max_m) == ([0, 2500, 2500], 5000)


def test_shuffling_keeps_a_case_together_and_its_questions_in_order(enrollment: Any, make_quiz: Any) -> None:
    three = [factories.choice(f"part-{number}") for number in range(3)]
    quiz = make_quiz(
        *factories.case("case", *three), *(factories.choice() for _ in range(7)), shuffle_questions=True, attempts=0
    )
    starts = set()
    for _ in range(8):
        attempt = start_attempt(enrollment=enrollment, quiz=quiz)
        names = paper(attempt)
        place = names.index("case")
        assert names[place : place + 4] == ["case", "part-0", "part-1", "part-2"]
        starts.add(place)
        submit_attempt(attempt=attempt)
    assert len(starts) > 1


def test_a_paper_has_the_newest_version_of_each_question_of_a_case(
    enrollment: Any, make_quiz: Any, course: Any
) -> None:
    quiz = make_quiz(*factories.case())
    factories.reimport(course, factories.choice("case-one", options=5))
    attempt = start_attempt(enrollment=enrollment, quiz=quiz)
    assert [(item.version.number, len(item.option_order)) for item in attempt.items.all()] == [(1, 0), (2, 5), (1, 3)]


def test_a_case_with_other_questions_makes_a_new_version_of_its_quiz(
    enrollment: Any, make_quiz: Any, course: Any
) -> None:
    quiz = make_quiz(*factories.case(), factories.choice("third"), factories.choice("fourth"))
    quiz.sections.first().slots.get(question__external_id="fourth").delete()
    quiz.sections.first().slots.get(question__external_id="third").delete()
    case = factories.case()[0]
    factories.reimport(course, {**case, "parts": ["third", "case-two", "fourth"]})
    newest = quiz.versions.order_by("-number").first()
    assert newest.question_count == 3
    assert paper(start_attempt(enrollment=enrollment, quiz=quiz)) == ["case", "third", "case-two", "fourth"]


def test_a_quiz_without_a_case_is_frozen_as_before(make_quiz: Any) -> None:
    slots = make_quiz(factories.choice("one")).versions.get().slots
    assert set(slots[0]) == {"uid", "points_m", "question", "version", "part", "section"}


@pytest.fixture
def stored(course: Any, make_quiz: Any) -> QuizPage:
    """A published quiz with a case of two questions."""
    return make_quiz(*factories.case())


def test_an_unpublished_question_stops_the_case_and_its_quiz(stored: QuizPage) -> None:
    Question.objects.filter(external_id="case-two").update(live=False)
    reason = ['The question "case-two" of the case is not published.']
    assert Question.objects.get(external_id="case").problems() == reason
    assert quiz_problems(stored) == reason


def test_a_case_is_no_part_of_a_case_and_neither_is_a_text(stored: QuizPage, course: Any) -> None:
    factories.reimport(course, factories.text("words"))
    case = Question.objects.get(external_id="case")
    nested = rewrite(case, raw(*pks("case-one", "words", "case")))
    assert nested.problems() == [
        '"words" asks nothing by itself, so it cannot be a question of a case.',
        '"case" asks nothing by itself, so it cannot be a question of a case.',
    ]
    with pytest.raises(PublishRefused):
        publish_question(question=nested)


def test_a_question_of_another_bank_is_refused_without_its_title(stored: QuizPage, course: Any) -> None:
    other = factories.QuestionBank.objects.create(name="Another", course=None)
    foreign = import_question(bank=other, spec=factories.choice("canary"))
    case = rewrite(Question.objects.get(external_id="case"), raw(*pks("case-one"), foreign.pk))
    assert case.problems() == ["A question of the case stands in another bank. Choose questions of the same bank."]
    gone = rewrite(case, raw(*pks("case-one"), 10_000_000))
    assert gone.problems() == ["A question of the case no longer exists."]


def test_content_names_the_questions_of_a_case_by_their_ids_in_the_bank(course: Any, stored: QuizPage) -> None:
    told = factories.case()[0]
    case = Question.objects.get(external_id="case")
    assert [part["value"] for part in case.body.raw_data[0]["value"]["parts"]] == pks("case-one", "case-two")
    with pytest.raises(PublishRefused, match='no question "nobody" for the case'):
        factories.reimport(course, {**told, "parts": ["case-one", "nobody"]})


def test_a_question_stands_in_a_quiz_once_cases_included(stored: QuizPage) -> None:
    part = Question.objects.get(external_id="case-one")
    QuizSlot.objects.create(section=stored.sections.first(), question=part, sort_order=5)
    assert quiz_problems(QuizPage.objects.get(pk=stored.pk)) == [
        "A question stands in the quiz twice, by itself or as a part of a case."
    ]


def test_a_draw_gives_no_case_no_text_and_no_question_of_a_case(enrollment: Any, stored: QuizPage, course: Any) -> None:
    for name in ("free-1", "free-2"):
        factories.reimport(course, factories.choice(name))
    factories.reimport(course, factories.text("words"))
    bank = factories.bank_of(course)
    slot = QuizSlot.objects.create(section=stored.sections.first(), bank=bank, count=2, sort_order=5)
    assert quiz_problems(QuizPage.objects.get(pk=stored.pk)) == []
    stored.refresh_from_db()
    QuizPage.objects.get(pk=stored.pk).save_revision().publish()
    for _ in range(6):  # each with a seed of its own
        attempt = start_attempt(enrollment=enrollment, quiz=stored)
        assert sorted(paper(attempt)) == ["case", "case-one", "case-two", "free-1", "free-2"]
        submit_attempt(attempt=attempt)
    slot.count = 3
    slot.save()
    assert quiz_problems(QuizPage.objects.get(pk=stored.pk)) == [
        "3 questions from the bank are to be drawn, but only 2 are published."
    ]


def test_a_quiz_of_texts_alone_cannot_be_passed_and_is_refused(make_quiz: Any, course: Any, stored: QuizPage) -> None:
    factories.reimport(course, factories.text("words"))
    slot = stored.sections.first().slots.get()
    slot.question = Question.objects.get(external_id="words")
    slot.save()
    assert quiz_problems(QuizPage.objects.get(pk=stored.pk)) == [
        "Give at least one question points, or nobody can pass."
    ]


def test_the_pages_count_the_questions_and_show_the_story_once(
    as_learner: Any, enrollment: Any, make_quiz: Any
) -> None:
    quiz = make_quiz(*factories.case(), factories.choice("last"), minutes=0)
    assert "<dd>3</dd>" in as_learner.get(quiz.url).content.decode()
    attempt = start_attempt(enrollment=enrollment, quiz=quiz)
    url = f"/attempts/{attempt.uuid}/"
    page = as_learner.get(url).content.decode()
    assert page.count("The story of case.") == 1
    assert [f"Question {number} of 3" in page for number in (0, 1, 2, 3, 4)] == [False, True, True, True, False]
    group = attempt.items.get(position=1).case_group
    assert (page.count(f'id="case-{group}"'), page.count(f'href="#case-{group}"')) == (1, 2)
    assert ['id="q1"' in page, "q1-rev" in page, "q2-rev" in page] == [True, False, True]
    last_look = as_learner.get(f"{url}?check=1").content.decode()
    assert ["#q1" in last_look, "#q2" in last_look, "#q4" in last_look] == [False, True, True]
    assert [f"Question {number}</a>" in last_look for number in (1, 2, 3, 4)] == [True, True, True, False]


def test_the_review_shows_the_story_above_its_questions_and_counts_as_the_paper_did(
    as_learner: Any, enrollment: Any, make_quiz: Any
) -> None:
    quiz = make_quiz(*factories.case(study=""), pass_mark=50)
    attempt = start_attempt(enrollment=enrollment, quiz=quiz)
    for item in attempt.items.select_related("version__question"):
        if item.points_m:
            factories.save_one(attempt, item.position, factories.right_fields(item.version.question))
    done = submit_attempt(attempt=attempt)
    assert (done.score_m, done.max_m, done.passed) == (2000, 2000, True)
    page = as_learner.get(f"/attempts/{attempt.uuid}/review/").content.decode()
    places = [page.index(words) for words in ("The story of case.", "Question 1, 1 point", "Question 2, 1 point")]
    assert (places == sorted(places), page.count("The story of case.")) == (True, 1)
    assert ["Question 3" in page, "0 points" in page] == [False, False]


def test_papers_with_few_and_many_cases_cost_the_same(as_learner: Any, enrollment: Any, make_quiz: Any) -> None:
    def cases(start: int, number: int) -> list[dict[str, Any]]:
        return [spec for place in range(start, start + number) for spec in factories.case(f"case-{place}")]

    small, large = make_quiz(*cases(0, 2), slug="small"), make_quiz(*cases(10, 12), slug="large")
    costs = []
    for quiz in (small, small, large):  # the first round fills the caches of the process
        with CaptureQueriesContext(connection) as start:
            attempt = start_attempt(enrollment=enrollment, quiz=quiz)
        with CaptureQueriesContext(connection) as paper_page:
            as_learner.get(f"/attempts/{attempt.uuid}/")
        submit_attempt(attempt=attempt)
        with CaptureQueriesContext(connection) as review:
            as_learner.get(f"/attempts/{attempt.uuid}/review/")
        costs.append([sum("SAVEPOINT" not in one["sql"] for one in seen) for seen in (start, paper_page, review)])
    assert costs[1] == costs[2]
    assert [most - cost >= 0 for most, cost in zip((10, 7, 8), costs[2], strict=True)] == [True, True, True]
