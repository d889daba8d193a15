"""Labels on a picture: each in its place, some that belong nowhere, and a list that does all that pointing does."""

import json
from typing import Any

import pytest

from quizzes.grading import grade, publishing_problems
from quizzes.questions import question_type
from quizzes.questions.base import WHOLE, AnswerError

from . import picture_specs as specs

KIND = question_type("labels")


def sides(question: Any) -> tuple[str, dict[str, Any], dict[str, Any]]:
    return question.kind, question.public["en"], question.key


def put(**places: int) -> dict[str, Any]:
    return {"d": {label: f"z{area}" for label, area in places.items()}}


FOUR = specs.labeled("a", "b", "c", "", extra="xy")  # area 3 stays empty, x and y belong nowhere


@pytest.mark.parametrize(
    ("answer", "per_label", "whole"),
    [
        (put(a=0, b=1, c=2), WHOLE, WHOLE),
        (put(a=0, b=1), 666_667, 0),
        (put(a=0, b=1, c=3), 666_667, 0),
        (put(a=1, b=0, c=2), 333_333, 0),
        (put(a=0, b=1, c=2, x=3), 666_667, 0),
        (put(a=0, b=1, c=2, x=3, y=3), 333_333, 0),
        (put(x=3), 0, 0),
        (put(a=0, b=0, c=0), 333_333, 0),
    ],
)
def test_every_label_in_its_place_counts_and_one_that_belongs_nowhere_takes_away(
    answer: Any, per_label: int, whole: int
) -> None:
    got = [grade(*sides(FOUR), answer, policy).fraction_ppm for policy in (None, "all_or_nothing")]
    assert got == [per_label, whole]


def test_several_labels_may_belong_on_one_area() -> None:
    question = specs.labeled("ab", "c")
    assert grade(*sides(question), put(a=0, b=0, c=1), None).fraction_ppm == WHOLE


def test_labels_do_not_stand_in_the_order_of_their_areas() -> None:
    areas = [
        specs.zone(0, labels=[specs.label("l0", "Sacrum")]),
        specs.zone(1, labels=[specs.label("l1", "Atlas")]),
    ]
    question = specs.frozen("labels", specs.picture_raw(*areas, extra=[specs.label("l2", "Hyoid")]))
    assert [label["text"] for label in question.public["en"]["labels"]] == ["Atlas", "Hyoid", "Sacrum"]
    assert KIND.options(question.public["en"]).ids == ("l1", "l2", "l0")


def test_what_is_asked_says_nothing_of_what_belongs_where() -> None:
    sent = json.dumps(FOUR.public)
    assert [word in sent for word in ("remark", "right", "canary")] == [False] * 3
    assert [set(label) for label in FOUR.public["en"]["labels"]] == [{"id", "text"}] * 5
    assert FOUR.key["right"] == {"a": "z0", "b": "z1", "c": "z2"}


@pytest.mark.parametrize(
    "answer",
    [
        {"d": {"q": "z1"}},
        {"d": {"a": "z9"}},
        {"d": {"a": ["z1"]}},
        {"d": {"a": 1}},
        {"d": ["a"]},
        {"d": {}, "c": []},
        {"a": "z1"},
        "a",
    ],
)
def test_an_answer_that_no_page_sends_is_refused(answer: Any) -> None:
    with pytest.raises(AnswerError):
        KIND.clean(FOUR.public["en"], answer)


def test_the_stored_form_names_every_label_and_nothing_placed_is_no_answer() -> None:
    public = FOUR.public["en"]
    assert KIND.clean(public, put(b=1)) == {"d": {"a": None, "b": "z1", "c": None, "x": None, "y": None}}
    assert KIND.clean(public, {"d": {"a": None}}) is None
    assert KIND.answer_from_form({"d.a": [""], "d.b": [""], "flag": ["1"]}) is None
    sent = {"d.a": ["z0"], "d.b": [""], "rev": ["1"]}
    assert KIND.answer_from_form(sent) == {"d": {"a": "z0", "b": None}}


def test_an_answer_reads_back_in_words_and_tells_its_way_astray() -> None:
    answer = KIND.clean(FOUR.public["en"], put(a=1, x=3))
    assert KIND.in_words(FOUR.public["en"], answer) == ["Label a: area 2: crown", "Label x: area 4: low"]
    assert KIND.chosen(answer) == ("a:z1", "x:z3")
    rows = {row.id: (row.text, row.right) for row in KIND.choosables(FOUR.public["en"], FOUR.key)}
    assert [rows["a:z0"], rows["a:z1"], len(rows)] == [
        ("Label a on area 1", True),
        ("Label a on area 2", False),
        20,
    ]


def test_remarks_belong_to_the_labels_that_were_used() -> None:
    assert grade(*sides(FOUR), put(a=1, x=3), None).feedback_refs == ("label:a", "label:x", "general")


ONE, TWO = specs.zone(0, labels=[specs.label("a", "Atlas")]), specs.zone(1, labels=[])


def made(*zones: Any, **more: Any) -> Any:
    return specs.frozen("labels", specs.picture_raw(*zones, **more))


@pytest.mark.parametrize(
    ("question", "problem"),
    [
        (made(specs.zone(0), TWO), "at least one label that belongs on an area"),
        (made(ONE, specs.zone(1, labels=[specs.label("b", "atlas")])), "Two labels say the same"),
        (made(ONE, TWO, extra=[specs.label("b", " ")]), "A label is empty."),
        (made(ONE, specs.zone(1, name="below the atlas")), 'the question\'s own word "atlas"'),
        (made(ONE, TWO, policy="odd"), "how the question is marked"),
        (made(ONE), "at least two areas"),
        (made(ONE, TWO, image=None), "Choose a figure"),
    ],
)
def test_publishing_is_refused_with_the_reason(question: Any, problem: str) -> None:
    problems = publishing_problems(*sides(question))
    assert [problem in " ".join(problems), len(problems)] == [True, 1]
