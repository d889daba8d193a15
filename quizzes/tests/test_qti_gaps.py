"""QTI 2 and 3 in: answers that are written, gaps in a text, and texts that a person marks."""

from typing import Any

import pytest

from .qti_specs import item, marks, pairs_worth, parsed, refusal, response

ENTRY = '<p>The outer layer is <textEntryInteraction responseIdentifier="RESPONSE"/>.</p>'


def test_a_text_entry_is_a_short_text_with_a_line_in_its_place() -> None:
    worth = pairs_worth(("dura", 2), ("5*", 1)).replace("/>", ' caseSensitive="false"/>')
    one = parsed(item(response("single", "string", "dura", mapping=worth), ENTRY, "map_response"))
    assert (one.kind, one.value["stem"]) == ("short_text", "<p>The outer layer is  _____ .</p>")
    assert marks(one, {"t": "Dura"}, {"t": "5*"}, {"t": "50"}, {"t": "pia"}) == [100, 50, 0, 0]


def test_capitals_count_where_the_rules_compare_letter_by_letter() -> None:
    one = parsed(item(response("single", "string", "rek"), ENTRY))
    assert marks(one, {"t": "rek"}, {"t": "rEK"}) == [100, 0]


def equal(tolerance: str, value: str = "5") -> str:
    return f"""<responseCondition><responseIf><equal {tolerance}><baseValue baseType="float">{value}</baseValue>
        <variable identifier="RESPONSE"/></equal><setOutcomeValue identifier="SCORE">
        <baseValue baseType="float">1</baseValue></setOutcomeValue></responseIf></responseCondition>"""


@pytest.mark.parametrize(
    ("tolerance", "earned"),
    [
        ('toleranceMode="exact"', [100, 0, 0, 0]),
        ('toleranceMode="absolute" tolerance="0.5 0.5"', [100, 100, 0, 0]),
        ('toleranceMode="relative" tolerance="20 20"', [100, 100, 100, 0]),
    ],
)
def test_a_number_has_the_tolerance_of_the_rule(tolerance: str, earned: list[int]) -> None:
    one = parsed(item(response("single", "float", "5"), ENTRY, equal(tolerance)))
    assert one.kind == "numeric"
    assert marks(one, {"v": "5"}, {"v": "5.5"}, {"v": "6"}, {"v": "6.1"}) == earned


def test_a_tolerance_wider_on_one_side_is_refused() -> None:
    text = item(response("single", "float", "5"), ENTRY, equal('toleranceMode="absolute" tolerance="0.5 1"'))
    assert refusal(text).startswith("Not imported: its scoring cannot be said in our terms")


TWO_GAPS = """<p>The <inlineChoiceInteraction responseIdentifier="G1"><inlineChoice identifier="a">dura</inlineChoice>
<inlineChoice identifier="b">pia</inlineChoice></inlineChoiceInteraction> has
<textEntryInteraction responseIdentifier="G2"/> layers.</p>"""
RESPONSES = response("single", "identifier", "a", name="G1") + response("single", "integer", "2", name="G2")


def adds(name: str, points: int) -> str:
    return f"""<responseCondition><responseIf>
        <match><variable identifier="{name}"/><correct identifier="{name}"/></match>
        <setOutcomeValue identifier="SCORE"><sum><variable identifier="SCORE"/>
        <baseValue baseType="float">{points}</baseValue></sum></setOutcomeValue></responseIf></responseCondition>"""


def filled(first: str, second: str) -> Any:
    def made(public: Any) -> Any:
        one, two = (part["gap"] for part in public["segments"] if "gap" in part)
        options = {option["text"]: option["id"] for option in public["gaps"][0]["options"]}
        return {"g": {one: options[first], two: second}}

    return made


def test_gaps_among_words_are_a_cloze_with_their_points() -> None:
    one = parsed(item(RESPONSES, TWO_GAPS, adds("G1", 1) + adds("G2", 3)))
    assert (one.kind, one.value["passage"]) == ("cloze", "<p>The [[1]] has\n[[2]] layers.</p>")
    assert marks(one, filled("dura", "2"), filled("pia", "2"), filled("dura", "3")) == [100, 75, 25]


def test_gaps_that_count_only_together_are_refused() -> None:
    both = adds("G1", 1).replace("<match>", "<and><match>", 1).replace(
        "</match>", '</match><match><variable identifier="G2"/><correct identifier="G2"/></match></and>', 1
    )  # fmt: skip
    assert refusal(item(RESPONSES, TWO_GAPS, both)).startswith("Not imported: its scoring cannot be said in our terms")


def test_brackets_of_the_text_are_no_gap_and_a_gap_out_of_sight_is_refused() -> None:
    rules = adds("G1", 1) + adds("G2", 3)
    one = parsed(item(RESPONSES, TWO_GAPS.replace("<p>The", "<p>The [[1]]"), rules))
    assert one.value["passage"].startswith("<p>The [ [1]] [[1]] has")
    assert one.warnings == ('"[[" in the text is written "[ [", so that it is no gap.',)
    hidden = TWO_GAPS.replace("<p>", "<math>").replace("</p>", "</math>")
    assert (
        refusal(item(RESPONSES, hidden, rules)) == "Not imported: a gap stands in a part of its text that is not shown."
    )


GAP_MATCH = """<gapMatchInteraction responseIdentifier="RESPONSE"><prompt>Fill in.</prompt>
<gapText identifier="W" matchMax="1">winter</gapText><gapText identifier="S" matchMax="1">summer</gapText>
<p>After <gap identifier="G1"/> comes <gap identifier="G2"/>.</p></gapMatchInteraction>"""


def test_words_for_gaps_are_a_cloze() -> None:
    worth = pairs_worth(("W G1", 1), ("S G2", 2))
    one = parsed(item(response("multiple", "directedPair", "W G1", "S G2", mapping=worth), GAP_MATCH, "map_response"))
    assert one.value["passage"] == "<p>Fill in.</p>\n\n<p>After [[1]] comes [[2]].</p>"
    assert [entry["value"]["points"] for entry in one.value["gaps"]] == [1, 2]


def test_a_text_of_several_lines_is_marked_by_a_person_and_its_notes_stay_secret() -> None:
    body = """<p>Why?</p><rubricBlock view="scorer"><p>canary</p></rubricBlock>
        <extendedTextInteraction responseIdentifier="RESPONSE"/>"""
    one = parsed(item(response("single", "string"), body, ""))
    assert (one.kind, one.value["stem"], one.value["notes"]) == ("essay", "<p>Why?</p>", "canary")


def test_text_without_a_question_stands_between_questions() -> None:
    one = parsed(item("", "<p>Read this.</p>", ""))
    assert (one.kind, one.value, one.points) == ("description", {"stem": "<p>Read this.</p>"}, 0)
