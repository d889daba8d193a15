"""Status sort: each statement has one place, and what is right about it stays secret until its moment."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.models import Status
from quizzes.grading import grade, publishing_problems
from quizzes.questions import question_type
from quizzes.questions.base import AnswerError
from quizzes.questions.status_sort import STATUSES

from . import specs

SORT = question_type("status_sort")
THREE = specs.frozen("status_sort", specs.sort_raw(a="established", b="taught", c="contested"))
STRICT = specs.frozen(
    "status_sort", {**specs.sort_raw(a="established", b="taught", c="contested"), "policy": "all_or_nothing"}
)


def marked(question: Any, placed: dict[str, str], policy: Any = None) -> Any:
    result = grade(*specs.sides(question), {"s": placed}, policy)
    return result.state, result.fraction_ppm


def test_the_statuses_and_their_words_are_those_of_the_evidence() -> None:
    assert {status: words[0] for status, words in STATUSES.items()} == {
        str(status): str(status.label) for status in Status if status != Status.WRONG
    }


@pytest.mark.parametrize(
    ("placed", "state", "share", "strict"),
    [
        ({"a": "established", "b": "taught", "c": "contested"}, "correct", 1_000_000, 1_000_000),
        ({"a": "established", "b": "taught", "c": "taught"}, "partial", 666_667, 0),
        ({"a": "established"}, "partial", 333_333, 0),
        ({"a": "taught", "b": "contested", "c": "established"}, "wrong", 0, 0),
    ],
)
def test_each_statement_in_its_place_earns_its_share(placed: Any, state: str, share: int, strict: int) -> None:
    assert marked(THREE, placed) == (state, share)
    assert marked(STRICT, placed)[1] == strict
    assert marked(THREE, placed, "all_or_nothing")[1] == strict
    assert marked(STRICT, placed, "per_statement")[1] == share


@given(specs.status_sorts(), st.sampled_from(list(STATUSES)))
def test_one_status_for_everything_never_earns_everything_unless_all_have_it(question: Any, status: str) -> None:
    _, public, key = specs.sides(question)
    ppm = marked(question, {one["id"]: status for one in public["statements"]})[1]
    assert (ppm == 1_000_000) == (set(key["status"].values()) == {status})


@pytest.mark.parametrize(
    "answer",
    [
        {"s": {"z": "taught"}},
        {"s": {"a": "wrong"}},
        {"s": {"a": ["taught", "taught"]}},
        {"s": {"a": None}},
        {"s": ["a"]},
        {"s": {"a": "taught"}, "c": []},
        ["taught"],
    ],
)
def test_an_answer_that_no_form_sends_is_refused(answer: Any) -> None:
    with pytest.raises(AnswerError):
        SORT.clean(specs.sides(THREE)[1], answer)


def test_two_places_for_one_statement_are_refused() -> None:
    answer = SORT.answer_from_form({"s.a": ["taught", "established"], "rev": ["0.x"]})
    with pytest.raises(AnswerError):
        SORT.clean(specs.sides(THREE)[1], answer)


@given(st.dictionaries(st.sampled_from("abc"), st.sampled_from(list(STATUSES))))
def test_the_form_of_an_answer_gives_the_answer_back(placed: dict[str, str]) -> None:
    public = specs.sides(THREE)[1]
    answer = SORT.clean(public, {"s": placed})
    fields = {name: [value] for name, value in SORT.fields_of(answer)}
    assert SORT.clean(public, SORT.answer_from_form({**fields, "rev": ["1.x"], "flag": ["1"]})) == answer


def test_remarks_and_sources_are_secret_and_name_their_statement() -> None:
    raw = specs.sort_raw(a="established", b="taught")
    raw["statements"][0]["value"] |= {"remark": "canary-remark.", "source": "canary-source 1998"}
    raw["statements"][1]["value"] |= {"source": "canary-only"}
    question = specs.frozen("status_sort", raw)
    assert ["canary" in json.dumps(question.public), "established" in json.dumps(question.public)] == [False, False]
    assert question.key["feedback"]["en"] == {
        "statement:a": "\u201cStatement a\u201d canary-remark. Source: canary-source 1998.",
        "statement:b": "\u201cStatement b\u201d Source: canary-only.",
    }
    assert [SORT.remark_on(question.public["en"], ref) for ref in ("statement:b", "general")] == [
        "Statement 2",
        "A statement",
    ]


def test_the_page_has_the_learners_order_and_what_was_placed() -> None:
    shown = SORT.shown(specs.sides(THREE)[1], {"s": {"b": "taught"}}, ["c", "b", "a"])
    assert [one["id"] for one in shown["statements"]] == ["c", "b", "a"]
    checked = [
        (one["id"], place["status"]) for one in shown["statements"] for place in one["places"] if place["checked"]
    ]
    assert checked == [("b", "taught")]


def test_what_is_not_placed_yet_is_said() -> None:
    public = specs.sides(THREE)[1]
    notices = [SORT.notice(public, SORT.clean(public, {"s": dict(list(full.items())[:n])})) for n, full in PLACED]
    assert notices == ["", "2 of 3 statements have a status so far.", ""]


ALL = {"a": "taught", "b": "taught", "c": "taught"}
PLACED = [(0, ALL), (2, ALL), (3, ALL)]


def test_the_item_report_has_a_row_for_each_place_of_each_statement() -> None:
    _, public, key = specs.sides(THREE)
    rows = SORT.choosables(public, key)
    assert [row.id for row in rows if row.right] == ["a:established", "b:taught", "c:contested"]
    assert (len(rows), rows[0].text) == (9, "Statement a Established.")
    assert SORT.chosen({"s": {"a": "taught"}}) == ("a:taught",)
    assert SORT.in_words(public, {"s": {"a": "taught"}}) == ["Statement a Taught."]


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        ({**specs.sort_raw(a="taught", b="taught"), "stem": ""}, "Write the question."),
        (specs.sort_raw(a="taught"), "Give two to 24 statements."),
        (specs.sort_raw(a="taught", b="wrong"), "Choose a status for every statement."),
        ({**specs.sort_raw(a="taught", b="taught"), "policy": "odd"}, "Choose how the question is marked."),
        (specs.sort_raw(a="taught", A="taught"), "Two statements say the same."),
    ],
)
def test_publishing_is_refused_with_the_reason(raw: Any, problem: str) -> None:
    assert publishing_problems(*specs.sides(specs.frozen("status_sort", raw))) == [problem]
