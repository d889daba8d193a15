"""Freezing a question: one spelling, one hash, nothing of the key in what is asked, no item without a lasting id."""

import json
from typing import Any

import pytest

from quizzes.grading import publishing_problems
from quizzes.questions.base import SpecError
from quizzes.questions.freezing import body_block, freeze

from . import specs


def test_the_same_content_has_the_same_hash_whatever_the_order_of_its_members() -> None:
    raw = specs.choice_raw(specs.option("a", correct=True), specs.option("b"))
    turned = dict(reversed(raw.items()))
    assert specs.frozen("single_choice", raw).sha256 == specs.frozen("single_choice", turned).sha256


def test_another_text_another_key_and_another_remark_each_change_the_hash() -> None:
    def made(**more: Any) -> Any:
        options = [specs.option("a", correct=True, remark=more.pop("remark", "")), specs.option("b")]
        return specs.frozen("single_choice", specs.choice_raw(*options, **more)).sha256

    assert len({made(), made(stem="<p>Other?</p>"), made(remark="Because."), made(critical=True)}) == 4


def test_the_public_part_holds_no_key_and_no_feedback() -> None:
    raw = specs.choice_raw(
        specs.option("a", correct=True, remark="canary-remark"),
        specs.option("b", unsafe=True, weight="canary-weight"),
        feedback="<p>canary-feedback</p>",
        critical=True,
    )
    public = json.dumps(specs.frozen("single_choice", raw).public)
    assert "canary" not in public
    assert set(specs.frozen("single_choice", raw).public["en"]["options"][0]) == {"id", "text", "fixed"}
    numeric = specs.frozen(
        "numeric", specs.numeric_raw("7391", "0.113", unit_mode="required", units={"g": "1", "mg": "0.0017"})
    )
    assert [text in json.dumps(numeric.public) for text in ("7391", "0.113", "0.0017")] == [False, False, False]


@pytest.mark.parametrize(
    "broken", [{"value": {}, "type": "item"}, {"value": {}, "type": "item", "id": ""}, {"value": {}}, "a"]
)
def test_an_item_without_a_lasting_id_is_refused(broken: Any) -> None:
    with pytest.raises(SpecError):
        freeze(kind="single_choice", raw=specs.choice_raw(specs.option("a", correct=True), broken), language="en")


def test_two_items_with_one_id_are_refused() -> None:
    with pytest.raises(SpecError):
        specs.frozen("single_choice", specs.choice_raw(specs.option("a", correct=True), specs.option("a")))


@pytest.mark.parametrize("stream", [[], [{"type": "numeric", "value": {}}] * 2, None])
def test_a_body_is_exactly_one_form(stream: Any) -> None:
    with pytest.raises(SpecError):
        body_block(stream)


def test_markup_that_could_act_or_point_elsewhere_is_not_frozen() -> None:
    raw = specs.choice_raw(
        specs.option("a", correct=True),
        specs.option("b"),
        stem='<p onclick="x()">Which <b>one</b><script>alert(1)</script> <a href="https://example.com">here</a>?</p>',
    )
    assert specs.frozen("single_choice", raw).public["en"]["stem"] == "<p>Which <b>one</b> here?</p>"


A, B = specs.option("a", correct=True), specs.option("b")


@pytest.mark.parametrize(
    ("kind", "raw", "problem"),
    [
        ("single_choice", specs.choice_raw(B, specs.option("c")), "no option is marked as right"),
        ("single_choice", specs.choice_raw(A, specs.option("c", correct=True)), "one right option"),
        ("single_choice", specs.choice_raw(A), "at least two"),
        ("single_choice", specs.choice_raw(A, B, stem="<p> </p>"), "Write the question"),
        ("single_choice", specs.choice_raw(A, specs.item({"text": " "}, "b")), "empty"),
        ("single_choice", specs.choice_raw(A, specs.item({"text": "option A"}, "b")), "the same"),
        ("single_choice", specs.choice_raw(A, B, critical=True), "at least one option marked as unsafe"),
        ("single_choice", specs.choice_raw(A, specs.option("b", unsafe=True)), "not marked as safety-critical"),
        (
            "single_choice",
            specs.choice_raw(specs.option("a", correct=True, unsafe=True), B, critical=True),
            "as unsafe",
        ),
        ("multiple_response", specs.choice_raw(A, B, policy="odd"), "how the question is marked"),
        ("multiple_response", specs.choice_raw(A, B, policy="weights"), "above 0"),
        ("true_false", {"stem": "<p>So.</p>"}, "true or false"),
        ("numeric", specs.numeric_raw("five"), "not a number"),
        ("numeric", specs.numeric_raw("5", "-1"), "tolerance"),
        ("numeric", specs.numeric_raw("5", unit_mode="required"), "name of its own"),
        ("numeric", specs.numeric_raw("5", unit_mode="required", units={"mg": "0.001"}), "base unit"),
        ("numeric", specs.numeric_raw("5", unit_mode="required", units={"g": "1", "mg": "0"}), "above 0"),
    ],
)
def test_publishing_is_refused_with_the_reason(kind: Any, raw: Any, problem: Any) -> None:
    problems = publishing_problems(*specs.sides(specs.frozen(kind, raw)))
    assert [problem in " ".join(problems), len(problems) > 0] == [True, True]
