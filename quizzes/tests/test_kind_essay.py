"""Essays: what is stored, what a rubric is worth, and that a person marks them."""

import json
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.grading import grade, publishing_problems
from quizzes.models import Attempt
from quizzes.questions import question_type
from quizzes.questions.base import AnswerError
from quizzes.questions.rubrics import RubricError, rubric_fraction
from quizzes.services import start_attempt, submit_attempt

from . import factories, specs

ESSAY = question_type("essay")
THIRDS = specs.frozen("essay", specs.essay_raw(("r", [0, 1, 2]), ("w", [0, 1]), minimum=3, maximum=6))


def public(question: Any = THIRDS) -> Any:
    return specs.sides(question)[1]


def test_a_person_marks_it_and_until_then_it_earns_nothing() -> None:
    result = grade(*specs.sides(THIRDS), {"h": "Because it is asked first."}, None)
    assert (result.state, result.fraction_ppm, result.needs_human) == ("needs_human", 0, True)


@pytest.mark.parametrize("empty", [None, {}, {"h": ""}, {"h": " \r\n "}])
def test_a_blank_text_is_no_answer(empty: Any) -> None:
    assert grade(*specs.sides(THIRDS), empty, None).state == "unanswered"


@pytest.mark.parametrize("answer", [{"h": "a" * 20_001}, {"h": "a\x00"}, {"h": 5}, {"h": ["a"]}, {"t": "a"}, "a"])
def test_an_answer_that_no_form_sends_is_refused(answer: Any) -> None:
    with pytest.raises(AnswerError):
        ESSAY.clean(public(), answer)


def test_line_ends_are_stored_in_one_form_so_a_saved_page_sends_back_the_same() -> None:
    stored = ESSAY.clean(public(), {"h": "one\r\n\r\ntwo\rthree"})
    assert stored == {"h": "one\n\ntwo\nthree"}
    assert ESSAY.clean(public(), {"h": stored["h"].replace("\n", "\r\n")}) == stored
    assert ESSAY.in_words(public(), stored) == ["one", "two", "three"]


@given(st.text(max_size=50))
def test_the_form_of_an_answer_gives_the_answer_back(text: str) -> None:
    try:
        answer = ESSAY.clean(public(), {"h": text})
    except AnswerError:
        return
    fields: dict[str, list[str]] = {}
    for name, value in ESSAY.fields_of(answer):
        fields.setdefault(name, []).append(value)
    assert ESSAY.clean(public(), ESSAY.answer_from_form(fields)) == answer


@pytest.mark.parametrize(
    ("text", "notice"),
    [
        ("one", "1 word so far; at least 3 are asked for."),
        ("one two", "2 words so far; at least 3 are asked for."),
        ("one two three", ""),
        ("1 2 3 4 5 6", ""),
        ("1 2 3 4 5 6 7", "7 words; at most 6 are asked for."),
    ],
)
def test_a_text_outside_its_length_is_noticed_and_kept(text: str, notice: str) -> None:
    assert ESSAY.notice(public(), ESSAY.clean(public(), {"h": text})) == notice


def test_a_rubric_is_worth_its_points_over_the_best_points_exactly() -> None:
    assert rubric_fraction(public(), {"r": "r2", "w": "w1"}) == 1
    assert rubric_fraction(public(), {"r": "r1", "w": "w1"}) == Fraction(2, 3)
    assert rubric_fraction(public()["rubric"], {"r": "r0", "w": "w0"}) == 0


@pytest.mark.parametrize(
    "chosen", [{}, {"r": "r1"}, {"r": "r1", "w": "w1", "x": "w1"}, {"r": "w1", "w": "w1"}, {"r": "r9", "w": "w1"}]
)
def test_a_rubric_wants_a_level_of_its_own_in_every_row(chosen: Any) -> None:
    with pytest.raises(RubricError):
        rubric_fraction(public(), chosen)


def test_without_a_rubric_there_is_no_share_by_rubric() -> None:
    bare = specs.frozen("essay", specs.essay_raw())
    assert publishing_problems(*specs.sides(bare)) == []
    with pytest.raises(RubricError):
        rubric_fraction(public(bare), {})


def test_what_a_full_answer_holds_is_in_the_key_alone() -> None:
    raw = specs.essay_raw(("r", [0, 1]), notes="canary-notes", feedback="canary-feedback")
    raw["rubric"][0]["value"]["note"] = "canary-row"
    question = specs.frozen("essay", raw)
    assert "canary" not in json.dumps(question.public)
    assert (question.key["notes"], question.key["row_notes"]) == ("canary-notes", {"r": "canary-row"})


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (specs.essay_raw(stem=" "), "Write the question."),
        (specs.essay_raw(minimum=9, maximum=3), "The answer cannot have more words at least than at most."),
        (specs.essay_raw(minimum=-1), "The number of words is from 0 to 3,000."),
        (specs.essay_raw(("r", [1])), 'Rubric, "Row r": give it two to 8 levels.'),
        (
            specs.essay_raw(("r", [0, 0])),
            'Rubric, "Row r": points are whole numbers from 0 to 1000, and one level is above 0.',
        ),
    ],
)
def test_publishing_is_refused_with_the_reason(raw: Any, problem: str) -> None:
    assert publishing_problems(*specs.sides(specs.frozen("essay", raw))) == [problem]


def test_rows_and_levels_need_names_of_their_own() -> None:
    raw = specs.essay_raw(("r", [0, 1]), ("w", [0, 1]))
    raw["rubric"][1]["value"]["title"] = "row R"
    raw["rubric"][0]["value"]["levels"][1]["value"]["title"] = "R 0"
    assert publishing_problems(*specs.sides(specs.frozen("essay", raw))) == [
        "Give each row of the rubric a title of its own.",
        'Rubric, "Row r": give each level a title of its own.',
    ]


def test_a_paper_with_an_essay_waits_for_its_marker(enrollment: Any, make_quiz: Any) -> None:
    attempt = start_attempt(enrollment=enrollment, quiz=make_quiz(factories.essay(), factories.choice("one")))
    assert factories.save_one(attempt, 1, {"h": "Because it is theirs."}) == "saved"
    done = submit_attempt(attempt=Attempt.objects.get())
    item = done.items.get(position=1)
    assert (done.state, done.passed) == ("awaiting_human", None)
    assert (item.grade_state, item.score_m, item.answer) == ("needs_human", 0, {"h": "Because it is theirs."})


def test_an_essay_keeps_its_line_ends_and_its_rubric_on_the_page(
    as_learner: Any, enrollment: Any, make_quiz: Any
) -> None:
    attempt = start_attempt(enrollment=enrollment, quiz=make_quiz(factories.essay(notes="canary-notes")))
    factories.save_one(attempt, 1, {"h": "\r\nfirst & <last>"})
    html = as_learner.get(f"/attempts/{attempt.uuid}/").content.decode()
    # A browser leaves out one line feed after the tag: the text's own first line feed comes after it.
    assert ">\n\nfirst &amp; &lt;last&gt;</textarea>" in html
    assert ["2 to 6 words." in html, "Says why" in html, "canary-notes" in html] == [True, True, False]
