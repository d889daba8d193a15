"""Matching: shared options, options that belong to nothing, and two ways to mark (QUIZZES.md 5.2)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.grading import grade, publishing_problems
from quizzes.questions import question_type
from quizzes.questions.base import WHOLE, AnswerError

from . import specs, written_specs
from .written_specs import matching

NERVES = (("Vagus", "Jugular foramen"), ("Accessory", "jugular FORAMEN"), ("Optic", "Optic canal"))


def named(question: Any) -> tuple[dict[str, str], dict[str, str]]:
    """Ids of stems and of options by their texts."""
    public = question.public["en"]
    return {one["text"]: one["id"] for one in public["stems"]}, {one["text"]: one["id"] for one in public["options"]}


def answer_of(question: Any, **chosen: str) -> Any:
    stems, options = named(question)
    return {"m": {stems[stem]: options[option] for stem, option in chosen.items()}}


def ppm(question: Any, **chosen: str) -> int:
    return grade(*specs.sides(question), answer_of(question, **chosen), None).fraction_ppm


RIGHT = {"Vagus": "Jugular foramen", "Accessory": "Jugular foramen", "Optic": "Optic canal"}


def test_stems_may_share_an_option_and_options_may_belong_to_nothing() -> None:
    question = matching(*NERVES, distractors=("Foramen ovale",))
    assert sorted(named(question)[1]) == ["Foramen ovale", "Jugular foramen", "Optic canal"]
    assert ppm(question, **RIGHT) == WHOLE


@pytest.mark.parametrize(
    ("changed", "per_stem", "nothing"),
    [
        ({}, 1_000_000, 1_000_000),
        ({"Optic": "Foramen ovale"}, 666_667, 0),
        ({"Optic": "Jugular foramen", "Vagus": "Optic canal"}, 333_333, 0),
        ({"Vagus": "Optic canal", "Accessory": "Foramen ovale", "Optic": "Jugular foramen"}, 0, 0),
    ],
)
def test_lines_are_marked_each_or_all_together(changed: Any, per_stem: Any, nothing: Any) -> None:
    earned = [
        ppm(matching(*NERVES, distractors=("Foramen ovale",), policy=policy), **{**RIGHT, **changed})
        for policy in ("per_stem", "all_or_nothing")
    ]
    assert earned == [per_stem, nothing]


def test_a_line_left_open_earns_nothing_and_has_no_remark() -> None:
    question = matching(*NERVES, distractors=("Foramen ovale",))
    result = grade(*specs.sides(question), answer_of(question, Vagus="Jugular foramen", Optic="Foramen ovale"), None)
    optic = named(question)[0]["Optic"]
    assert (result.fraction_ppm, result.feedback_refs) == (333_333, (f"stem:{optic}", "general"))
    assert [part["right"] for part in result.parts] == [True, False, False]
    assert question.key["feedback"]["en"][f"stem:{optic}"] == "remark Optic"
    assert question_type("matching").remark_on(question.public["en"], f"stem:{optic}") == "Optic, matched wrong"


def test_ids_and_stored_order_tell_nothing() -> None:
    """The pair's own id is in neither part; options stand by their ids, stems as the author wrote them."""
    question = matching(*NERVES)
    public = question.public["en"]
    assert [one["text"] for one in public["stems"]] == ["Vagus", "Accessory", "Optic"]
    ids = [one["id"] for one in public["options"]]
    assert ids == sorted(ids)
    assert not {"p0", "p1", "p2"} & {*ids, *(one["id"] for one in public["stems"]), *question.key["pairs"]}


def test_moving_a_line_keeps_every_id() -> None:
    raw = {"pairs": [written_specs.item({"text": s, "match": m}, f"p{n}") for n, (s, m) in enumerate(NERVES)]}
    there, back = (written_specs.frozen("matching", {"pairs": pairs}) for pairs in (raw["pairs"], raw["pairs"][::-1]))
    assert there.public["en"]["options"] == back.public["en"]["options"]
    assert there.key["pairs"] == back.key["pairs"]


def test_a_form_becomes_the_answer_and_the_answer_the_form() -> None:
    question, kept = matching(*NERVES), question_type("matching")
    stems, options = named(question)
    fields = {f"m.{ident}": [""] for ident in stems.values()} | {f"m.{stems['Optic']}": [options["Optic canal"]]}
    answer = kept.clean(question.public["en"], kept.answer_from_form(fields))
    assert answer == answer_of(question, Optic="Optic canal")
    assert kept.fields_of(answer) == [(f"m.{stems['Optic']}", options["Optic canal"])]
    lines = ["Vagus: not matched", "Accessory: not matched", "Optic: Optic canal"]
    assert kept.in_words(question.public["en"], answer) == lines
    assert kept.answer_from_form({f"m.{ident}": [""] for ident in stems.values()}) is None


def test_every_learner_has_an_order_of_options_of_their_own() -> None:
    question, kept = matching(*NERVES, distractors=("Foramen ovale",)), question_type("matching")
    public = question.public["en"]
    ids = [one["id"] for one in public["options"]]
    assert kept.options(public).ids == tuple(ids)
    shown = kept.shown(public, None, ids[::-1])
    assert [one["id"] for one in shown["options"]] == ids[::-1]
    assert [one["text"] for one in shown["stems"]] == ["Vagus", "Accessory", "Optic"]


@pytest.mark.parametrize(
    "build",
    [
        lambda stem, option: {"m": {stem: "elsewhere"}},
        lambda stem, option: {"m": {"elsewhere": option}},
        lambda stem, option: {"m": {option: stem}},
        lambda stem, option: {"m": {stem: [option]}},
        lambda stem, option: {"m": [stem, option]},
        lambda stem, option: {"m": {stem: option}, "c": []},
    ],
)
def test_an_answer_that_no_form_sends_is_refused(build: Any) -> None:
    question = matching(*NERVES)
    stems, options = named(question)
    with pytest.raises(AnswerError):
        question_type("matching").clean(question.public["en"], build(stems["Optic"], options["Optic canal"]))


def test_the_item_report_counts_each_line_with_each_option() -> None:
    question = matching(*NERVES[1:])
    kept, public = question_type("matching"), question.public["en"]
    rows = {row.text: (row.id, row.right) for row in kept.choosables(public, question.key)}
    assert {text: right for text, (_, right) in rows.items()} == {
        "Accessory: jugular FORAMEN": True,
        "Accessory: Optic canal": False,
        "Optic: jugular FORAMEN": False,
        "Optic: Optic canal": True,
    }
    assert kept.chosen(answer_of(question, Optic="Optic canal")) == (rows["Optic: Optic canal"][0],)


@pytest.mark.parametrize(
    ("question", "problem"),
    [
        (matching(NERVES[0], distractors=("x",)), "Give at least two pairs."),
        (matching(*NERVES[:2]), "All lines belong to the same answer: add an option without a partner."),
        (matching(NERVES[0], ("Optic", "")), "A pair or an option is empty."),
        (matching(NERVES[0], ("vagus", "Optic canal")), "Two lines to be matched say the same."),
        (
            matching(*NERVES, distractors=("optic canal",)),
            "An option without a partner says the same as another option.",
        ),
        (matching(*NERVES, policy="by_feeling"), "Choose how the question is marked."),
        (matching(*((f"s{n}", f"m{n}") for n in range(21))), "Give at most 20 pairs and 40 options."),
    ],
)
def test_what_must_not_be_asked_says_why(question: Any, problem: Any) -> None:
    assert publishing_problems(*specs.sides(question)) == [problem]


@given(written_specs.matchings(), st.data())
def test_each_line_counts_by_itself(question: Any, data: Any) -> None:
    _, public, key = specs.sides(question)
    options = st.sampled_from([one["id"] for one in public["options"]])
    chosen = {one["id"]: data.draw(options) for one in public["stems"]}
    right = sum(chosen[stem] == option for stem, option in key["pairs"].items())
    earned = grade(*specs.sides(question), {"m": chosen}, "per_stem").fraction_ppm
    assert earned == round(right * WHOLE / len(chosen))
