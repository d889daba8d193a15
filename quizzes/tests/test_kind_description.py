"""Texts between questions: read, not answered, not counted, and never shuffled away from what follows them."""

from typing import Any

import pytest

from quizzes.grading import grade, publishing_problems
from quizzes.models import Attempt
from quizzes.questions import question_type
from quizzes.services import start_attempt, submit_attempt

from . import factories, specs

TEXT = question_type("description")


def test_a_text_takes_no_answer_and_earns_nothing() -> None:
    frozen = specs.frozen("description", {"stem": "<p>Read <b>this</b>.</p>"})
    _, public, key = specs.sides(frozen)
    assert publishing_problems(*specs.sides(frozen)) == []
    assert TEXT.shown(public, None, []) == {"text": "<p>Read <b>this</b>.</p>"}
    assert [grade("description", public, key, answer, None).state for answer in (None, {"c": []})] == [
        "unanswered",
        "invalid",
    ]


@pytest.mark.parametrize("stem", ["", "<p> </p>"])
def test_an_empty_text_is_refused(stem: str) -> None:
    assert publishing_problems(*specs.sides(specs.frozen("description", {"stem": stem}))) == ["Write the text."]


def test_a_text_is_cleaned_when_it_is_frozen() -> None:
    frozen = specs.frozen("description", {"stem": '<p onclick="x()">So<script>alert(1)</script></p>'})
    assert TEXT.shown(frozen.public["en"], None, [])["text"] == "<p>So</p>"


def test_texts_are_neither_counted_nor_marked_nor_missed(as_learner: Any, enrollment: Any, make_quiz: Any) -> None:
    quiz = make_quiz(factories.text("words"), factories.choice("one"), factories.text("end"))
    attempt = start_attempt(enrollment=enrollment, quiz=quiz)
    assert (attempt.max_m, attempt.quiz_version.question_count) == (1000, 1)
    page = as_learner.get(f"/attempts/{attempt.uuid}/").content.decode()
    assert ["Please read words." in page, "Question 1 of 1" in page, "q1-rev" in page] == [True, True, False]
    factories.save_one(attempt, 2, factories.right_fields(attempt.items.get(position=2).version.question))
    assert "Every question has an answer." in as_learner.get(f"/attempts/{attempt.uuid}/?check=1").content.decode()
    done = submit_attempt(attempt=Attempt.objects.get())
    assert (done.state, done.score_m, done.passed) == ("graded", 1000, True)
    assert [item.grade_state for item in done.items.all()] == ["", "correct", ""]
    review = as_learner.get(f"/attempts/{attempt.uuid}/review/").content.decode()
    assert ["Please read end." in review, "Question 1, 1 point" in review, "Question 2" in review] == [
        True,
        True,
        False,
    ]


def test_an_answer_to_a_text_is_refused(as_learner: Any, enrollment: Any, make_quiz: Any) -> None:
    attempt = start_attempt(enrollment=enrollment, quiz=make_quiz(factories.text(), factories.choice("one")))
    sent = {"q1-rev": "0.x", "q1-c": "anything"}
    assert as_learner.post(f"/attempts/{attempt.uuid}/save/", sent).status_code == 303
    assert attempt.items.get(position=1).answer is None


def test_shuffled_questions_stay_behind_the_text_that_they_follow(enrollment: Any, make_quiz: Any) -> None:
    first, second = ([factories.choice(f"{part}{number}") for number in range(4)] for part in "ab")
    quiz = make_quiz(*first, factories.text("words"), *second, shuffle_questions=True, cooldown_minutes=0, attempts=0)
    orders = set()
    for _ in range(6):
        attempt = start_attempt(enrollment=enrollment, quiz=quiz)
        names = [item.version.question.external_id for item in attempt.items.select_related("version__question")]
        assert (names[4], {name[0] for name in names[:4]}, {name[0] for name in names[5:]}) == ("words", {"a"}, {"b"})
        orders.add(tuple(names))
        submit_attempt(attempt=attempt)
    assert len(orders) > 1
