"""Cloze: gaps of three kinds in running text, each counted by its points (QUIZZES.md 5.2)."""

from typing import Any

import pytest

from evidence.models import GlossaryTerm
from quizzes.grading import grade, publishing_problems
from quizzes.questions import question_type
from quizzes.questions.base import AnswerError
from quizzes.questions.gaps import read_lines

from . import factories, specs
from .written_specs import cloze, gap

SELECT = gap("s", "select", "=atlas", "axis", "%50%neck", points=2, remark="The first of the neck.")
TEXT = gap("t", "text", "dura", "%50%dura*", one_slip=True)
NUMBER = gap("n", "number", "2.5", "%40%3", tolerance="0.1")
PASSAGE = "<p>The [[s]] and the [[ t ]].</p><p>Take [[n]] <b>grams</b>.</p>"


def question(**more: Any) -> Any:
    return cloze(PASSAGE, SELECT, TEXT, NUMBER, **more)


def option(text: str) -> str:
    return next(one["id"] for one in question().public["en"]["gaps"][0]["options"] if one["text"] == text)


@pytest.mark.parametrize(
    ("given", "ppm"),
    [
        ({"s": "atlas", "t": "Dura", "n": "2.6"}, 1_000_000),
        ({"s": "atlas"}, 500_000),
        ({"s": "neck"}, 250_000),
        ({"s": "axis"}, 0),
        ({"t": "durante"}, 125_000),
        ({"n": "3.0"}, 100_000),
        ({"n": "2.5 g"}, 0),
        ({"n": "two"}, 0),
        ({"n": "2.61"}, 0),
    ],
)
def test_gaps_count_by_their_points(given: Any, ppm: Any) -> None:
    answer = {**given, **({"s": option(given["s"])} if "s" in given else {})}
    assert grade(*specs.sides(question()), {"g": answer}, None).fraction_ppm == ppm


def test_a_comma_is_a_decimal_where_the_question_says_so() -> None:
    asked = question(locale="comma")
    earned = [grade(*specs.sides(asked), {"g": {"n": text}}, None).fraction_ppm for text in ("2,5", "2.5")]
    assert earned == [250_000, 0]
    kept = question_type("cloze")
    assert kept.best_answer(*specs.sides(asked)[1:])["g"]["n"] == "2,5"


def test_a_slip_is_forgiven_in_a_gap_but_never_into_another_word() -> None:
    asked = cloze("[[a]]", gap("a", "text", "abduction", one_slip=True))
    earned = [grade(*specs.sides(asked), {"g": {"a": text}}, None).state for text in ("abducton", "adduction")]
    assert earned == ["correct", "wrong"]


def test_gaps_are_numbered_as_they_stand_in_the_text_and_their_marks_are_secret() -> None:
    asked = cloze("<p>A [[second]] and [[first]].</p>", gap("first", "text", "x"), gap("second", "select", "=y", "z"))
    public = asked.public["en"]
    assert [one["id"] for one in public["gaps"]] == ["second", "first"]
    assert public["segments"] == [
        {"html": "<p>A "}, {"gap": "second"}, {"html": " and "}, {"gap": "first"}, {"html": ".</p>"},
    ]  # fmt: skip
    assert [set(one) for one in public["gaps"]] == [{"id", "kind", "options"}, {"id", "kind"}]
    shown = question_type("cloze").shown(public, {"g": {"first": "x"}}, [])
    numbered = [part["gap"]["number"] for part in shown["segments"] if "gap" in part]
    assert (numbered, shown["total"]) == ([1, 2], 2)


def test_options_of_a_gap_stand_in_the_learners_order_and_are_stored_by_id() -> None:
    public, kept = question().public["en"], question_type("cloze")
    ids = [one["id"] for one in public["gaps"][0]["options"]]
    assert ids == sorted(ids)
    assert kept.options(public).ids == tuple(ids)
    shown = kept.shown(public, None, ids[::-1])["segments"][1]["gap"]["options"]
    assert [one["id"] for one in shown] == ids[::-1]


def test_a_gap_filled_wrong_has_a_remark_and_an_open_one_has_none() -> None:
    result = grade(*specs.sides(question()), {"g": {"s": option("axis"), "t": "dura"}}, None)
    assert result.feedback_refs == ("gap:s", "general")
    assert [part["right"] for part in result.parts] == [False, True, False]
    assert question_type("cloze").remark_on(question().public["en"], "gap:s") == "Gap 1, filled wrong"


def test_a_number_that_cannot_be_read_is_told_while_it_can_be_mended() -> None:
    kept, public = question_type("cloze"), question().public["en"]
    notices = [kept.notice(public, {"g": {"n": text}}) for text in ("two", "2.5 g", "2.5")]
    assert notices == [
        "We cannot read gap 3 as a number. Write it like 2.5.",
        "Write the number in gap 3 without a unit.",
        "",
    ]


def test_a_form_becomes_the_answer_and_the_answer_the_form() -> None:
    kept, public = question_type("cloze"), question().public["en"]
    fields = {"g.s": [option("axis")], "g.t": ["  Pia "], "g.n": [" "]}
    answer = kept.clean(public, kept.answer_from_form(fields))
    assert answer == {"g": {"s": option("axis"), "t": "Pia"}}
    assert kept.fields_of(answer) == [("g.s", option("axis")), ("g.t", "Pia")]
    assert kept.in_words(public, answer) == ["Gap 1: axis", "Gap 2: Pia"]
    assert kept.chosen(answer) == (f"s:{option('axis')}",)
    rows = [(row.text, row.right) for row in kept.choosables(public, question().key)]
    assert sorted(rows) == [("Gap 1: atlas", True), ("Gap 1: axis", False), ("Gap 1: neck", False)]


@pytest.mark.parametrize(
    "given",
    [{"s": "atlas"}, {"x": "1"}, {"t": "x" * 201}, {"n": "1" * 61}, {"t": 5}, {"t": "a\x00"}, ["s"], {"s": None}],
)
def test_an_answer_that_no_form_sends_is_refused(given: Any) -> None:
    with pytest.raises(AnswerError):
        question_type("cloze").clean(question().public["en"], {"g": given})


def test_lines_of_answers_are_read_with_their_credit() -> None:
    text = "=right\n\n  wrong \n%50%half\n50% of it\n=%50%\n"
    assert read_lines(text, "select") == [
        ("right", 1_000_000), ("wrong", 0), ("half", 500_000), ("50% of it", 0), ("%50%", 1_000_000),
    ]  # fmt: skip
    assert read_lines("dura\n%50%pia", "text") == [("dura", 1_000_000), ("pia", 500_000)]


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        (cloze("No gap."), "Give the text at least one gap."),
        (
            cloze("[[s]] [[x]]", SELECT),
            "[[x]] stands in the text, but no gap of its own is described for it.",
        ),
        (
            cloze("[[s]] [[s]]", SELECT),
            "[[s]] stands in the text, but no gap of its own is described for it.",
        ),
        (cloze("[[s]]", SELECT, TEXT), "The gap t stands nowhere in the text."),
        (cloze("[[s]]", gap("s", "select", "a", "b")), 'Gap s: Mark the right answer: begin its line with "=".'),
        (
            cloze("[[s]]", gap("s", "select", "=a", "=b")),
            'Gap s: All its answers are right: begin only the right ones with "=".',
        ),
        (cloze("[[s]]", gap("s", "select", "=a")), "Gap s: Give at least two answers to choose from."),
        (cloze("[[s]]", gap("s", "select", "=a", "b", "b")), "Gap s: Two of its answers say the same."),
        (cloze("[[s]]", gap("s", "select", "=a", "%900%b")), "Gap s: Credit is a percentage from 0 to 100."),
        (cloze("[[t]]", gap("t", "text")), "Gap t: Give an accepted answer that earns 100 %."),
        (cloze("[[n]]", gap("n", "number", "5 g")), 'Gap n: "5 g" is not a number. Write it like 2.5, without a unit.'),
        (
            cloze("[[n]]", gap("n", "number", "5", tolerance="-1")),
            'Gap n: The tolerance "-1" is not a number of 0 or more.',
        ),
        (cloze("[[n]]", gap("n", "number")), "Gap n: Give a number that earns 100 %."),
        (cloze("[[s]]", gap("s", "select", "=a", "b", points=0)), "Gap s: It counts from 1 to 100 points."),
    ],
)
def test_what_must_not_be_asked_says_why(asked: Any, problem: Any) -> None:
    assert problem in publishing_problems(*specs.sides(asked))


def test_scripts_in_the_text_are_cleaned_away() -> None:
    asked = cloze('<p onclick="x">Hi <script>alert(1)</script>[[s]]<img src=x onerror=y></p>', SELECT)
    assert asked.public["en"]["segments"] == [{"html": "<p>Hi "}, {"gap": "s"}, {"html": "</p>"}]


@pytest.mark.django_db
def test_known_words_come_from_the_glossary_and_from_the_bank(course: Any, django_assert_num_queries: Any) -> None:
    factories.make_quiz(course, factories.passage("other", gaps=[{"mark": "1", "kind": "text", "answers": ["ocular"]}],
                                                  passage="[[1]]"))  # fmt: skip
    GlossaryTerm.objects.create(key="j", term="Jugulars", definition="-", status="established", source="-")
    gaps = [{"mark": "1", "kind": "text", "answers": ["jugular", "oculars"], "one_slip": True}]
    asked = factories.reimport(course, factories.passage("mine", gaps=gaps, passage="The [[1]]."))
    (key,) = asked.versions.get().key["gaps"].values()
    assert key["terms"] == ["jugulars", "ocular"]
    with django_assert_num_queries(2):
        asked.spec()


def test_an_unfinished_cloze_can_be_looked_at() -> None:
    empty = cloze("")
    assert question_type("cloze").shown(empty.public["en"], None, ()) == {"segments": [], "total": 0}
