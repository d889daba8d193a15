"""Marking: what each kind gives for each answer, and what holds for all of them (QUIZZES.md 5.2, 5.5)."""

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes import grading
from quizzes.grading import grade, publishing_problems
from quizzes.questions import QUESTION_TYPES, question_type
from quizzes.questions.base import WHOLE, AnswerError, SpecError

from . import specs

FIVE = [specs.option("a", correct=True), specs.option("b", correct=True), *map(specs.option, "cde")]


def marked(question: Any, answer: Any, policy: Any = None) -> Any:
    result = grade(*specs.sides(question), answer, policy)
    return result.state, result.fraction_ppm


def test_single_choice_gives_all_or_nothing() -> None:
    question = specs.frozen("single_choice", specs.choice_raw(specs.option("a", correct=True), specs.option("b")))
    assert marked(question, {"c": ["a"]}) == ("correct", WHOLE)
    assert marked(question, {"c": ["b"]}) == ("wrong", 0)
    assert marked(question, None) == ("unanswered", 0)
    assert marked(question, {"c": []}) == ("unanswered", 0)


@pytest.mark.parametrize(
    ("policy", "chosen", "ppm"),
    [
        ("all_or_nothing", "ab", 1_000_000),
        ("all_or_nothing", "a", 0),
        ("all_or_nothing", "abc", 0),
        ("right_minus_wrong", "a", 500_000),
        ("right_minus_wrong", "ac", 0),
        ("right_minus_wrong", "abc", 500_000),
        ("right_minus_wrong", "cde", 0),
        ("per_option", "a", 800_000),
        ("per_option", "ac", 600_000),
        ("per_option", "cde", 0),
        ("per_option", "abcde", 400_000),
    ],
)
def test_multiple_response_follows_its_policy(policy: Any, chosen: Any, ppm: Any) -> None:
    question = specs.frozen("multiple_response", specs.choice_raw(*FIVE, policy=policy))
    assert marked(question, {"c": list(chosen)})[1] == ppm


def test_weights_in_thirds_add_up_to_the_whole() -> None:
    thirds = [specs.option(name, correct=True, weight="1/3") for name in "abc"]
    question = specs.frozen(
        "multiple_response", specs.choice_raw(*thirds, specs.option("d", weight="-1/3"), policy="weights")
    )
    assert publishing_problems(*specs.sides(question)) == []
    assert marked(question, {"c": ["a", "b", "c"]}) == ("correct", WHOLE)
    assert marked(question, {"c": ["a"]}) == ("partial", 333_333)
    assert marked(question, {"c": ["a", "b", "c", "d"]}) == ("partial", 666_667)


def test_a_regrade_may_mark_by_another_policy() -> None:
    question = specs.frozen("multiple_response", specs.choice_raw(*FIVE, policy="all_or_nothing"))
    assert marked(question, {"c": ["a"]}, "right_minus_wrong") == ("partial", 500_000)


def test_an_unsafe_choice_is_a_critical_fail_and_a_merely_wrong_one_is_not() -> None:
    raw = specs.choice_raw(
        specs.option("a", correct=True), specs.option("b"), specs.option("c", unsafe=True), critical=True
    )
    question = specs.frozen("single_choice", raw)
    fails = {name: grade(*specs.sides(question), {"c": [name]}, None).critical_failed for name in "abc"}
    assert fails == {"a": False, "b": False, "c": True}


def test_a_critical_statement_fails_on_its_wrong_side() -> None:
    question = specs.frozen("true_false", {"stem": "<p>Stop first.</p>", "answer": "true", "critical": True})
    fails = {side: grade(*specs.sides(question), {"c": [side]}, None).critical_failed for side in ("true", "false")}
    assert fails == {"true": False, "false": True}


@pytest.mark.parametrize(
    ("mode", "answer", "expected"),
    [
        ("none", {"v": "5"}, ("correct", 1_000_000)),
        ("none", {"v": "5.5"}, ("correct", 1_000_000)),
        ("none", {"v": "5.51"}, ("wrong", 0)),
        ("none", {"v": "5", "u": "g"}, ("invalid", 0)),
        ("none", {"v": "5 g"}, ("invalid", 0)),
        ("none", {"v": "five"}, ("invalid", 0)),
        ("optional", {"v": "5"}, ("correct", 1_000_000)),
        ("optional", {"v": "5 g"}, ("correct", 1_000_000)),
        ("optional", {"v": "5 frogs"}, ("partial", 900_000)),
        ("optional", {"v": "1e999 g"}, ("invalid", 0)),
        ("required", {"v": "5"}, ("partial", 900_000)),
        ("required", {"v": "5", "u": "g"}, ("correct", 1_000_000)),
        ("required", {"v": "5000", "u": "mg"}, ("correct", 1_000_000)),
        ("required", {"v": "5", "u": "mg"}, ("wrong", 0)),
        ("required", {"v": "5 g", "u": "mg"}, ("invalid", 0)),
        ("required", {"v": "99"}, ("wrong", 0)),
    ],
)
def test_a_number_is_read_with_its_unit(mode: Any, answer: Any, expected: Any) -> None:
    units = {} if mode == "none" else {"g": "1", "mg": "0.001"}
    question = specs.frozen("numeric", specs.numeric_raw("5", "0.5", unit_mode=mode, units=units))
    assert marked(question, answer) == expected


def test_the_best_of_several_accepted_numbers_counts() -> None:
    raw = specs.numeric_raw("5", "0.1")
    raw["answers"].append(specs.item({"value": "5", "tolerance": "1", "percent": 50}, "near"))
    question = specs.frozen("numeric", raw)
    assert [marked(question, {"v": value})[1] for value in ("5.05", "5.6", "7")] == [1_000_000, 500_000, 0]


def test_an_unreadable_number_is_noticed_while_it_can_be_mended() -> None:
    question = specs.frozen("numeric", specs.numeric_raw("5"))
    _, public, _ = specs.sides(question)
    notices = [question_type("numeric").notice(public, {"v": value, "u": ""}) for value in ("3,5", "3 g", "3.5")]
    assert notices == ["We cannot read this as a number. Write it like 2.5.", "Write the number without a unit.", ""]


@pytest.mark.parametrize(
    "answer",
    [
        {"c": ["zz"]},
        {"c": ["a", "a"]},
        {"c": ["a", "b"]},
        {"c": "a"},
        {"c": [1]},
        {"c": ["a"], "x": 1},
        {"t": "a"},
        ["a"],
        7,
        "a",
    ],
)
def test_an_answer_that_no_form_sends_is_refused_and_worth_nothing(answer: Any) -> None:
    question = specs.frozen("single_choice", specs.choice_raw(specs.option("a", correct=True), specs.option("b")))
    kind, public, _ = specs.sides(question)
    with pytest.raises(AnswerError):
        question_type(kind).clean(public, answer)
    assert marked(question, answer) == ("invalid", 0)


@pytest.mark.parametrize("answer", [{"v": "1" * 61}, {"v": "1\x00"}, {"v": "5", "u": "g" * 21}, {"v": 5}, {"u": "g"}])
def test_a_number_beyond_its_caps_is_refused(answer: Any) -> None:
    with pytest.raises(AnswerError):
        question_type("numeric").clean(specs.sides(specs.frozen("numeric", specs.numeric_raw()))[1], answer)


# What holds for every question (QUIZZES.md 5.5).


@given(specs.questions())
def test_every_generated_question_may_be_published(question: Any) -> None:
    assert publishing_problems(*specs.sides(question)) == []


@given(specs.questions())
def test_the_full_key_earns_everything(question: Any) -> None:
    kind, public, key = specs.sides(question)
    best = question_type(kind).best_answer(public, key)
    result = grade(kind, public, key, best, None)
    assert (result.state, result.fraction_ppm) == ("correct", WHOLE)


@given(specs.questions(), st.sampled_from([None, {}, {"c": []}, {"v": "  "}, {"v": "", "u": "g"}]))
def test_nothing_answered_earns_nothing(question: Any, empty: Any) -> None:
    assert grade(*specs.sides(question), empty, None).fraction_ppm == 0


@given(specs.multiple_responses())
def test_choosing_everything_never_earns_everything_unless_all_are_right(question: Any) -> None:
    _, public, key = specs.sides(question)
    everything = {"c": [option["id"] for option in public["options"]]}
    all_right = len(key["correct"]) == len(public["options"])
    assert (grade(*specs.sides(question), everything, None).fraction_ppm == WHOLE) == all_right


@given(specs.multiple_responses(), st.data())
def test_the_order_of_choosing_never_changes_a_mark(question: Any, data: Any) -> None:
    _, public, _ = specs.sides(question)
    chosen = data.draw(
        st.lists(st.sampled_from([option["id"] for option in public["options"]]), unique=True, max_size=4)
    )
    results = {repr(grade(*specs.sides(question), {"c": list(order)}, None)) for order in permutations(chosen)}
    assert len(results) == 1


@given(specs.questions(), specs.any_json())
def test_any_json_gives_a_result_and_always_the_same(question: Any, answer: Any) -> None:
    result = grade(*specs.sides(question), answer, None)
    assert 0 <= result.fraction_ppm <= WHOLE
    assert result == grade(*specs.sides(question), answer, None)


@given(specs.questions(), specs.any_json())
def test_what_is_cleaned_once_stays_as_it_is(question: Any, answer: Any) -> None:
    kind, public, _ = specs.sides(question)
    try:
        once = question_type(kind).clean(public, answer)
    except AnswerError:
        return
    assert question_type(kind).clean(public, once) == once


@given(specs.questions(), specs.any_json())
def test_the_item_report_takes_any_answer_and_knows_what_a_clean_one_chose(question: Any, answer: Any) -> None:
    kind, public, key = specs.sides(question)
    kept = question_type(kind)
    assert all(isinstance(one, str) for one in (*kept.chosen(answer), *kept.chose(key, answer)))
    try:
        clean = kept.clean(public, answer)
    except AnswerError:
        return
    rows = {row.id for row in kept.choosables(public, key)}
    assert set(kept.chose(key, clean)) <= rows


@given(specs.questions(), specs.any_json())
def test_a_stored_answer_stands_in_the_form_and_can_be_told_in_words(question: Any, answer: Any) -> None:
    kind, public, _ = specs.sides(question)
    kept = question_type(kind)
    try:
        clean = kept.clean(public, answer)
    except AnswerError:
        return
    fields: dict[str, list[str]] = {}
    for name, value in kept.fields_of(clean):
        fields.setdefault(name, []).append(value)
    assert kept.clean(public, kept.answer_from_form(fields)) == clean
    assert all(isinstance(line, str) for line in [*kept.in_words(public, clean), kept.notice(public, clean)])
    assert isinstance(kept.shown(public, clean, list(kept.options(public).ids)), dict)


@pytest.mark.parametrize(("locale", "written"), [("en", "1,000.5"), ("comma", "1000,5")])
def test_the_best_number_is_written_as_the_locale_reads_it(locale: Any, written: Any) -> None:
    question = specs.frozen("numeric", specs.numeric_raw("1,000.5", locale=locale))
    _, public, key = specs.sides(question)
    assert question_type("numeric").best_answer(public, key) == {"v": written, "u": ""}
    assert publishing_problems(*specs.sides(question)) == []


def test_the_base_unit_is_found_however_its_factor_is_written() -> None:
    question = specs.frozen("numeric", specs.numeric_raw("5", unit_mode="required", units={"g": "1.0", "mg": "0.001"}))
    assert publishing_problems(*specs.sides(question)) == []


@pytest.mark.parametrize("kind", ["numeric", "cloze"])
def test_decimals_that_nobody_writes_are_refused_before_anything_is_frozen(kind: Any) -> None:
    with pytest.raises(SpecError):
        specs.frozen(kind, {"stem": "<p>?</p>", "locale": "apostrophe"})


def test_a_statement_about_a_tolerance_that_we_do_not_know_is_not_published() -> None:
    question = specs.frozen("numeric", specs.numeric_raw("5", tolerance_kind="vague"))
    assert "Choose how the tolerance is meant." in publishing_problems(*specs.sides(question))


def test_every_kind_has_a_name_of_its_own() -> None:
    kinds = [each.kind for each in QUESTION_TYPES]
    assert len(set(kinds)) == len(kinds)


# Totals.


@pytest.mark.parametrize(
    ("rows", "passed"),
    [
        ([(1000, 800, False)], True),
        ([(1000, 799, False)], False),
        ([(3000, 2400, False), (2000, 1600, False)], True),
        ([(1000, 1000, True)], False),
        ([], False),
    ],
)
def test_passing_compares_exactly_and_an_unsafe_answer_fails(rows: Any, passed: Any) -> None:
    assert grading.total(rows, 80).passed is passed


def test_points_round_half_to_even_and_percent_rounds_down() -> None:
    assert [grading.points(1, 500_000), grading.points(3, 500_000), grading.points(1000, 333_333)] == [0, 2, 333]
    assert [grading.percent(796, 1000), grading.percent(0, 0), grading.percent(5, 5)] == [79, 0, 100]
