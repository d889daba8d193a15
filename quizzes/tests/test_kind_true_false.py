"""True or false with a reason; without reasons everything is as it was."""

from typing import Any

import pytest

from quizzes.grading import grade, publishing_problems
from quizzes.questions import question_type
from quizzes.questions.base import AnswerError

from . import specs
from .written_specs import statement


def test_a_statement_without_reasons_is_frozen_as_before_there_were_any() -> None:
    raw = {"stem": "<p>Bone is alive.</p>", "answer": "true", "remark_true": "Yes.", "critical": True}
    plain = specs.frozen("true_false", raw)
    assert plain.sha256 == "4744956624ce60a6ddf72c8461dad3ae52d1f9339a900e786e06d55a74e22d7c"
    newer_form = specs.frozen("true_false", {**raw, "reasons": [], "reason_policy": "half"})
    assert newer_form == plain


def test_a_statement_without_reasons_takes_none() -> None:
    plain = specs.frozen("true_false", {"stem": "<p>Bone is alive.</p>", "answer": "true"})
    kept, public = question_type("true_false"), plain.public["en"]
    with pytest.raises(AnswerError):
        kept.clean(public, {"c": ["true"], "why": "r0"})
    assert kept.notice(public, {"c": ["true"]}) == ""
    assert kept.options(public).ids == ()


@pytest.mark.parametrize(
    ("answer", "half", "nothing"),
    [
        ({"c": ["true"], "why": "r0"}, 1_000_000, 1_000_000),
        ({"c": ["true"], "why": "r1"}, 500_000, 0),
        ({"c": ["true"]}, 500_000, 0),
        ({"c": ["false"], "why": "r0"}, 0, 0),
        ({"c": ["false"]}, 0, 0),
        ({"why": "r0"}, 0, 0),
    ],
)
def test_the_right_side_earns_half_and_the_reason_the_rest(answer: Any, half: Any, nothing: Any) -> None:
    policies = ("half", "all_or_nothing")
    earned = [grade(*specs.sides(statement(reason_policy=policy)), answer, None).fraction_ppm for policy in policies]
    assert earned == [half, nothing]


def test_a_critical_statement_fails_on_its_wrong_side_whatever_the_reason() -> None:
    asked = specs.sides(statement(critical=True))
    answers = ({"c": ["false"], "why": "r0"}, {"c": ["true"], "why": "r1"}, {"why": "r1"})
    assert [grade(*asked, answer, None).critical_failed for answer in answers] == [True, False, False]


def test_side_and_reason_each_have_their_remark() -> None:
    asked = statement(remark_true="Alive.")
    assert grade(*specs.sides(asked), {"c": ["true"], "why": "r1"}, None).feedback_refs == (
        "option:true", "reason:r1", "general",
    )  # fmt: skip
    kept, public = question_type("true_false"), asked.public["en"]
    assert [kept.remark_on(public, ref) for ref in ("option:true", "reason:r1")] == ["True", "Because reason 1"]


def test_half_an_answer_is_kept_and_the_learner_is_told() -> None:
    kept, public = question_type("true_false"), statement().public["en"]
    told = {}
    for fields in ({"c": ["true"]}, {"why": ["r1"]}, {"c": ["true"], "why": ["r1"]}, {}):
        answer = kept.clean(public, kept.answer_from_form(fields))
        assert sorted(kept.fields_of(answer)) == sorted((name, value[0]) for name, value in fields.items())
        told["".join(fields)] = kept.notice(public, answer)
    assert told == {
        "c": "Choose the reason, too.", "why": "Say whether the statement is true or false, too.", "cwhy": "", "": "",
    }  # fmt: skip


def test_an_answer_is_read_back_in_words_and_counted() -> None:
    asked = statement()
    kept, public, answer = question_type("true_false"), asked.public["en"], {"c": ["true"], "why": "r2"}
    assert kept.in_words(public, answer) == ["True", "Because reason 2"]
    assert kept.chosen(answer) == ("true", "r2")
    rows = [(row.id, row.right) for row in kept.choosables(public, asked.key)]
    assert rows == [("true", True), ("false", False), ("r0", True), ("r1", False), ("r2", False)]
    assert [row["id"] for row in kept.shown(public, answer, ["r2", "r0", "r1"])["reasons"]] == ["r2", "r0", "r1"]


@pytest.mark.parametrize(
    "answer",
    [{"c": ["true"], "why": "r9"}, {"c": ["true"], "why": ["r0"]}, {"c": ["true", "false"], "why": "r0"}, {"why": 1}],
)
def test_an_answer_that_no_form_sends_is_refused(answer: Any) -> None:
    with pytest.raises(AnswerError):
        question_type("true_false").clean(statement().public["en"], answer)


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        (statement(reasons=1), "Give at least two reasons, or none."),
        (statement(right=7), "Mark the one right reason."),
        (statement(reason_policy="by_feeling"), "Choose how the reason is marked."),
    ],
)
def test_what_must_not_be_asked_says_why(asked: Any, problem: Any) -> None:
    assert publishing_problems(*specs.sides(asked)) == [problem]
