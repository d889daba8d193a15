"""Ordering: the four ways to mark, orders that are not finished, and what a learner meets first (QUIZZES.md 5.2)."""

from fractions import Fraction
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.grading import grade, publishing_problems
from quizzes.questions import question_type
from quizzes.questions.base import WHOLE, AnswerError
from quizzes.services import start_attempt

from . import factories, specs, written_specs
from .written_specs import ordering

MODES = ("exact", "position", "adjacent_pair", "longest_subset")


def marked(question: Any, placed: Any) -> tuple[str, int]:
    result = grade(*specs.sides(question), {"o": list(placed)}, None)
    return result.state, result.fraction_ppm


def cleaned(question: Any, placed: Any) -> Any:
    return question_type("ordering").clean(specs.sides(question)[1], {"o": placed})


@pytest.mark.parametrize(
    ("placed", "exact", "position", "adjacent", "longest"),
    [
        ("abcd", 1_000_000, 1_000_000, 1_000_000, 1_000_000),
        ("dcba", 0, 0, 0, 0),
        ("bacd", 0, 500_000, 333_333, 750_000),
        ("dabc", 0, 0, 666_667, 750_000),
        ("bcda", 0, 0, 666_667, 750_000),
        ("acbd", 0, 500_000, 0, 750_000),
        ("cdab", 0, 0, 666_667, 500_000),
        ("badc", 0, 0, 0, 500_000),
    ],
)
def test_an_order_is_marked_in_one_of_four_ways(
    placed: Any, exact: Any, position: Any, adjacent: Any, longest: Any
) -> None:
    earned = [marked(ordering("abcd", mode), placed)[1] for mode in MODES]
    assert earned == [exact, position, adjacent, longest]


@pytest.mark.parametrize(
    ("placed", "exact", "position", "adjacent", "longest"),
    [
        (["a", "b"], 0, 500_000, 333_333, 500_000),
        ([None, "b", None, "d"], 0, 500_000, 0, 500_000),
        (["a", ["b", "c"], None, "d"], 0, 500_000, 0, 500_000),
        (["a"], 0, 250_000, 0, 0),
        ([["a", "b", "c", "d"]], 0, 0, 0, 0),
    ],
)
def test_of_an_unfinished_order_the_items_with_a_place_of_their_own_count(
    placed: Any, exact: Any, position: Any, adjacent: Any, longest: Any
) -> None:
    earned = [marked(ordering("abcd", mode), placed)[1] for mode in MODES]
    assert earned == [exact, position, adjacent, longest]


def test_an_unfinished_order_is_kept_and_the_learner_is_told() -> None:
    kept, public = question_type("ordering"), specs.sides(ordering("abcd"))[1]
    fields = {"o.a": ["1"], "o.b": ["3"], "o.c": ["3"], "o.d": [""]}
    answer = kept.clean(public, kept.answer_from_form(fields))
    assert answer == {"o": ["a", None, ["b", "c"]]}
    assert sorted(kept.fields_of(answer)) == [("o.a", "1"), ("o.b", "3"), ("o.c", "3")]
    assert kept.notice(public, answer) == "Two items cannot share a place: 3. Saved as it is; give each one its own."
    assert kept.notice(public, {"o": ["a", "b"]}) == "2 items have no place yet."
    assert kept.notice(public, {"o": ["a", "b", None, "d"]}) == "One item has no place yet."
    assert kept.notice(public, {"o": list("abcd")}) == ""
    assert kept.in_words(public, answer) == ["1. Item a", "3. Item b", "3. Item c"]


@given(written_specs.orderings(), st.data())
def test_every_way_to_fill_the_form_is_kept_as_it_is(question: Any, data: Any) -> None:
    kept, public = question_type("ordering"), specs.sides(question)[1]
    places = st.sampled_from(["", *(str(place) for place in range(1, len(public["items"]) + 1))])
    fields = {f"o.{one['id']}": [data.draw(places)] for one in public["items"]}
    answer = kept.clean(public, kept.answer_from_form(fields))
    filled = sorted((name, values[0]) for name, values in fields.items() if values[0])
    assert sorted(kept.fields_of(answer)) == filled
    again: dict[str, list[str]] = {name: [value] for name, value in kept.fields_of(answer)}
    assert kept.answer_from_form(again) == answer


@pytest.mark.parametrize(
    "placed",
    [["a", "a"], ["a", ["a", "b"]], ["z"], list("abcda"), "abcd", [1], [["a", ["b"]]], {"a": 1}, [True], 7],
)
def test_an_order_that_no_form_sends_is_refused(placed: Any) -> None:
    with pytest.raises(AnswerError):
        cleaned(ordering("abcd"), placed)


@pytest.mark.parametrize("place", ["0", "x", "-1", "100", "1.5", "٣"])
def test_a_place_that_no_list_offers_is_refused_and_not_lost(place: Any) -> None:
    kept, public = question_type("ordering"), specs.sides(ordering("abcd"))[1]
    with pytest.raises(AnswerError):
        kept.clean(public, kept.answer_from_form({"o.a": [place], "o.b": ["2"]}))


def test_one_form_of_an_answer_is_stored() -> None:
    assert cleaned(ordering("abcd"), ["a", ["c", "b"], [], ["d"]]) == {"o": ["a", ["b", "c"], None, "d"]}
    assert cleaned(ordering("abcd"), [None, None]) is None
    assert cleaned(ordering("abcd"), []) is None


def test_the_stored_order_tells_nothing() -> None:
    assert ordering("dbca").public["en"]["items"] == ordering("abcd").public["en"]["items"]


@pytest.mark.parametrize("right", ["ab", "abc", "dbca"])
def test_the_right_order_is_never_the_first(right: Any) -> None:
    kept, key = question_type("ordering"), ordering(right).key
    for order in permutations(right):
        settled = kept.settled_order(key, list(order))
        assert settled != list(right)
        assert sorted(settled) == sorted(right)


def test_no_learner_begins_with_the_right_order(enrollment: Any, make_quiz: Any) -> None:
    two = [factories.sequence(f"s{n}", items=[f"first {n}", f"second {n}"]) for n in range(12)]
    attempt = start_attempt(enrollment=enrollment, quiz=make_quiz(*two))
    for item in attempt.items.select_related("version"):
        assert item.option_order == item.version.key["order"][::-1]


def test_a_finished_answer_is_shown_in_its_order_and_an_unfinished_one_in_the_learners() -> None:
    kept, public = question_type("ordering"), specs.sides(ordering("abcd"))[1]
    for answer, order in (({"o": list("dcab")}, "dcab"), ({"o": ["d", "c"]}, "bdac"), (None, "bdac")):
        rows = kept.shown(public, answer, list("bdac"))["items"]
        assert "".join(row["id"] for row in rows) == order


def test_what_stands_elsewhere_has_a_remark() -> None:
    result = grade(*specs.sides(ordering("abcd")), {"o": ["a", "c", ["b", "d"]]}, None)
    assert result.feedback_refs == ("item:b", "item:c", "item:d", "general")
    assert [part["right"] for part in result.parts] == [True, False, False, False]
    assert question_type("ordering").remark_on(specs.sides(ordering("abcd"))[1], "item:b") == "Item b, put elsewhere"


def test_the_item_report_shows_where_each_item_was_put() -> None:
    question = ordering("ab")
    kept, (_, public, key) = question_type("ordering"), specs.sides(question)
    rows = [(row.id, row.text, row.right) for row in kept.choosables(public, key)]
    assert rows == [
        ("a:1", "Item a: place 1", True),
        ("a:2", "Item a: place 2", False),
        ("b:1", "Item b: place 1", False),
        ("b:2", "Item b: place 2", True),
    ]
    assert kept.chosen({"o": ["b", "a"]}) == ("b:1", "a:2")


@pytest.mark.parametrize(
    ("question", "problem"),
    [
        (ordering("a"), "Give at least two items."),
        (ordering("abcdefghijklmnopqrstu"), "Give at most 20 items."),
        (ordering("ab", "by_feeling"), "Choose how the question is marked."),
        (ordering("aA"), "Two items say the same, so that nobody could tell their order."),
    ],
)
def test_what_must_not_be_asked_says_why(question: Any, problem: Any) -> None:
    assert publishing_problems(*specs.sides(question)) == [problem]


@given(written_specs.orderings(), st.data())
def test_only_the_right_order_earns_everything_in_any_of_the_four_ways(question: Any, data: Any) -> None:
    right = question.key["order"]
    placed = data.draw(st.permutations(right))
    result = grade(*specs.sides(question), {"o": placed}, None)
    assert (result.fraction_ppm == WHOLE) == (placed == right)


MOODLE = {
    "all_or_nothing": "exact",
    "absolute_position": "position",
    "relative_next_exclude_last": "adjacent_pair",
    "longest_ordered_subset": "longest_subset",
}
OURS_NOT = {
    "relative_next_include_last",
    "relative_one_previous_and_next",
    "relative_all_previous_and_next",
    "longest_contiguous_subset",
    "relative_to_correct",
}
"""Moodle's ways that we do not have: an import names them and falls back, it never marks by another way silently."""


def test_moodles_published_cases_come_out_equal(corpus_cases: Any) -> None:
    rows = corpus_cases("ordering_grading")
    assert {row["input"]["gradingtype"] for row in rows} == {*MOODLE, *OURS_NOT}
    ours = [row for row in rows if row["input"]["gradingtype"] in MOODLE]
    assert (len(rows), len(ours)) == (15, 9)
    for row in ours:
        letters = dict(zip(row["correct_order"], "abcdefgh", strict=False))
        mode = MOODLE[row["input"]["gradingtype"]]
        placed = [letters[one] for one in row["input"]["response"]]
        state, ppm = marked(ordering("".join(letters.values()), mode), placed)
        earned, wanted = Fraction(ppm, WHOLE), row["expected"]
        assert abs(earned - wanted.get("fraction", earned)) < Fraction(1, WHOLE)
        assert wanted.get("greater_than", -1) < earned < wanted.get("less_than", 2)
        assert {"correct": "right", "partial": "partial", "wrong": "wrong"}[state] == wanted["state"].removeprefix(
            "graded"
        )
