"""Moodle XML in: answers that are written, matched, put in order or filled in, and where Moodle differs from us."""

import pytest

from quizzes.questions.freezing import freeze

from .moodle_specs import answer, gaps, marks, one, problems, question, refusal, values


def test_a_star_worth_nothing_is_any_other_answer() -> None:
    answers = answer("dura*") + answer("men*", "50") + answer("*", "0", "Look again") + answer("late")
    found = one(question("shortanswer", answers + "<usecase>0</usecase>"))
    assert [(v["text"], v["percent"], v["remark"]) for v in values(found, "answers")] == [
        ("dura*", 100, ""), ("men*", 50, ""), ("*", 0, "Look again"),
    ]  # fmt: skip
    assert marks(found, {"t": "DURA mater"}, {"t": "meninx"}, {"t": "late"}) == [100, 50, 0]
    assert found.warnings == ('"late" stands after "*", which takes every answer; it is left out.',)


def test_capitals_count_where_moodle_counts_them() -> None:
    found = one(question("shortanswer", answer("T4") + "<usecase>1</usecase>"))
    assert marks(found, {"t": "T4"}, {"t": "t4"}) == [100, 0]


def test_a_number_has_its_tolerance_and_the_rest_is_wrong() -> None:
    answers = answer("5", more="<tolerance>0.1</tolerance>") + answer("*", "0", "Count again")
    found = one(question("numerical", answers))
    assert marks(found, {"v": "5.1"}, {"v": "5.11"}) == [100, 0]
    assert found.warnings == ("The remark on every other number is not kept.",)


def test_the_multiplier_of_a_unit_is_turned_round() -> None:
    units = """<units><unit><multiplier>1</multiplier><unit_name>g</unit_name></unit>
        <unit><multiplier>1000</multiplier><unit_name>mg</unit_name></unit></units>
        <unitgradingtype>2</unitgradingtype><unitpenalty>0.2</unitpenalty><showunits>0</showunits>"""
    found = one(question("numerical", answer("5", more="<tolerance>0</tolerance>") + units))
    assert [(v["name"], v["factor"]) for v in values(found, "units")] == [("g", "1"), ("mg", "0.001")]
    assert marks(found, {"v": "5", "u": "g"}, {"v": "5000 mg"}, {"v": "5"}, {"v": "5000", "u": "g"}) == [
        100,
        100,
        80,
        0,
    ]
    assert problems(found) == []


def test_a_unit_that_is_not_graded_costs_nothing_when_left_out() -> None:
    units = """<units><unit><multiplier>1</multiplier><unit_name>g</unit_name></unit></units>
        <unitgradingtype>0</unitgradingtype>"""
    found = one(question("numerical", answer("5", more="<tolerance>0</tolerance>") + units))
    assert marks(found, {"v": "5"}, {"v": "5 g"}) == [100, 100]


def test_a_number_that_takes_precedence_there_is_left_to_a_person() -> None:
    first, second = answer("5", "50", more="<tolerance>2</tolerance>"), answer("6", more="<tolerance>0</tolerance>")
    found = one(question("numerical", first + second))
    assert found.draft_reasons == ("5 and 6 overlap: there the first one counts, here the better one.",)


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        (answer("abc"), '"abc" is not a number'),
        (answer("3,5"), '"3,5" is not a number'),
        (answer("*"), "any number at all earns points"),
        ("", "it has no number to be found"),
        (answer("5", "abc"), 'an answer is worth "abc" percent'),
        (answer("5", "1e999999999"), 'an answer is worth "1e999999999" percent'),
        (answer("5", "101"), "an answer is worth 101 percent; shares go from -100 to 100"),
    ],
)
def test_what_is_no_number_is_refused(answers: str, reason: str) -> None:
    assert refusal(question("numerical", answers)) == f"Not imported: {reason}."


def test_a_pair_without_a_left_side_belongs_to_nothing() -> None:
    def pair(left: str, right: str) -> str:
        return f"<subquestion><text>{left}</text><answer><text>{right}</text></answer></subquestion>"

    found = one(question("matching", pair("frog", "amphibian") + pair("cat", "mammal") + pair("", "insect")))
    assert [(v["text"], v["match"]) for v in values(found, "pairs")] == [("frog", "amphibian"), ("cat", "mammal")]
    assert values(found, "distractors") == [{"text": "insect"}]
    assert (found.value["policy"], problems(found)) == ("per_stem", [])


def test_notes_for_graders_stay_with_those_who_mark() -> None:
    inner = """<graderinfo format="html"><text><![CDATA[<p>canary</p>]]></text></graderinfo>
        <minwordlimit>10</minwordlimit><maxwordlimit>20</maxwordlimit><attachments>1</attachments>
        <responsetemplate><text>Begin here</text></responsetemplate>"""
    found = one(question("essay", inner))
    frozen = freeze(kind="essay", raw=found.value, language="en")
    assert (frozen.key["notes"], "canary" in str(frozen.public)) == ("canary", False)
    assert (found.value["minimum"], found.value["maximum"]) == (10, 20)
    assert found.warnings == (
        "Files could be attached there; here the answer is text.",
        "The text that the answer began with is not kept.",
    )


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("ALL_OR_NOTHING", "exact"),
        ("ABSOLUTE_POSITION", "position"),
        ("RELATIVE_NEXT_EXCLUDE_LAST", "adjacent_pair"),
        ("LONGEST_ORDERED_SUBSET", "longest_subset"),
    ],
)
def test_the_fraction_of_an_item_is_its_place(theirs: str, ours: str) -> None:
    items = answer("second", "2.0000000") + answer("third", "3") + answer("first", "1")
    found = one(question("ordering", items + f"<gradingtype>{theirs}</gradingtype>"))
    assert [v["text"] for v in values(found, "items")] == ["first", "second", "third"]
    assert (found.value["policy"], found.draft_reasons) == (ours, ())


def test_a_way_of_marking_an_order_that_we_do_not_have_is_left_to_a_person() -> None:
    items = answer("a", "1") + answer("b", "2") + "<gradingtype>RELATIVE_ONE_PREVIOUS_AND_NEXT</gradingtype>"
    (reason,) = one(question("ordering", items)).draft_reasons
    assert reason.startswith("There it is marked by RELATIVE_ONE_PREVIOUS_AND_NEXT")


def test_gaps_are_taken_out_of_the_text() -> None:
    stem = (
        "<p>The {1:MULTICHOICE_S:=dura#Yes~%50%pia~bone} has {2:NUMERICAL:=2:0.5} layers; "
        r"{:SHORTANSWER_C:=mater\}\#~%50%mat*~*#No}.</p>"
    )
    found = one(question("cloze", stem=stem))
    assert found.value["passage"] == "<p>The [[1]] has [[2]] layers; [[3]].</p>"
    assert gaps(found) == [
        ("select", 1, "%100%dura\n%50%pia\n%0%bone", "0", False),
        ("number", 2, "%100%2", "0.5", False),
        ("text", 1, "%100%mater}#\n%50%mat*\n%0%*", "0", True),
    ]
    assert problems(found) == []


@pytest.mark.parametrize(
    ("stem", "reason"),
    [
        ("{1:MULTIRESPONSE:=a~=b}", "gap 1 takes several answers at once (MULTIRESPONSE)"),
        ("{1:NUMERICAL:=5:1~%50%5:2}", "gap 1 has numbers with different tolerances"),
        ("{1:NUMERICAL:=five}", 'gap 1 holds "five", which is no number'),
        ("{1:SHORTANSWER:=a", "a gap in its text is opened and not closed"),
        ("{1:REGEXP:=a}", "gap 1 is of a type that is not carried (REGEXP)"),
        ("no gap", "its text has 0 gaps; from 1 to 20 are taken"),
    ],
)
def test_a_gap_that_we_do_not_have_refuses_the_question(stem: str, reason: str) -> None:
    assert refusal(question("cloze", stem=stem)) == f"Not imported: {reason}."


def test_brackets_of_the_text_are_no_gap() -> None:
    found = one(question("cloze", stem="<p>[[1]] {1:SHORTANSWER:=[[a]]} [[2]]</p>"))
    assert (found.value["passage"], gaps(found)[0][2]) == ("<p>[ [1]] [[1]] [ [2]]</p>", "%100%[[a]]")


def test_a_gap_chooses_from_its_group() -> None:
    options = "".join(
        f"<selectoption><text>{text}</text><group>{group}</group></selectoption>"
        for text, group in (("cat", 1), ("mat", 1), ("sat", 2), ("ran", 2))
    )
    found = one(question("gapselect", options, "<p>The [[1]] [[3]].</p>"))
    assert found.value["passage"] == "<p>The [[1]] [[2]].</p>"
    assert [row[2] for row in gaps(found)] == ["%100%cat\n%0%mat", "%100%sat\n%0%ran"]
