"""QTI 2.1, 2.2 and 3.0 in: an item is taken only if every answer earns the same as by its own rules."""

from fractions import Fraction
from typing import Any

import pytest

from .qti_specs import choices, found, in_version_3, item, mapping, marks, pairs_worth, parsed, refusal, response

ONE = item(response("single", "identifier", "B"), choices("A", "B", "C"))
WRITTEN_OUT = """<responseCondition><responseIf><match><variable identifier="RESPONSE"/><correct identifier="RESPONSE"/>
</match><setOutcomeValue identifier="SCORE"><baseValue baseType="float">4</baseValue></setOutcomeValue></responseIf>
<responseElse><setOutcomeValue identifier="SCORE"><baseValue baseType="float">0</baseValue></setOutcomeValue>
</responseElse></responseCondition>"""
MEMBER = """<responseCondition><responseIf><member><baseValue baseType="identifier">B</baseValue>
<variable identifier="RESPONSE"/></member><setOutcomeValue identifier="SCORE"><sum>
<baseValue baseType="float">1</baseValue><variable identifier="SCORE"/></sum></setOutcomeValue></responseIf>
</responseCondition>"""


def chosen(*names: str) -> Any:
    def made(public: Any) -> Any:
        ids = {option["text"].removeprefix("Option "): option["id"] for option in public["options"]}
        return {"c": [ids[name] for name in names]}

    return made


@pytest.mark.parametrize("rules", ["match_correct", WRITTEN_OUT, MEMBER])
def test_one_right_option_is_a_single_choice_however_its_rules_are_written(rules: str) -> None:
    one = parsed(item(response("single", "identifier", "B"), choices("A", "B", "C"), rules))
    assert (one.kind, one.name, one.external_id) == ("single_choice", "An item", "Q1")
    assert one.value["stem"] == "<p>Which?</p>"
    assert marks(one, chosen("A"), chosen("B"), None) == [0, 100, 0]


def test_the_names_of_version_3_mean_the_same() -> None:
    assert found(in_version_3(ONE)) == found(ONE)
    assert "qti-simple-choice" in in_version_3(ONE)


def test_true_and_false_are_a_statement() -> None:
    sides = """<choiceInteraction responseIdentifier="RESPONSE" maxChoices="1">
        <simpleChoice identifier="true">True</simpleChoice><simpleChoice identifier="false">False</simpleChoice>
        </choiceInteraction>"""
    one = parsed(item(response("single", "identifier", "false"), f"<p>Bone is dead.</p>{sides}"))
    assert (one.kind, one.value["stem"], one.value["answer"]) == ("true_false", "<p>Bone is dead.</p>", "false")


SEVERAL = [
    (mapping('lowerBound="0" upperBound="2"', A=1, B=1, C=-1, D=-1), "right_minus_wrong", [50, 100, 50, 0]),
    (mapping('lowerBound="0"', A=3, B=1, C=-1, D=-2), "weights", [75, 100, 75, 0]),
    (mapping('lowerBound="0" upperBound="2" defaultValue="-2"', A=1, B=1), "weights", [50, 100, 0, 0]),
    (mapping('lowerBound="0"', A="0.5", B="0.5", C="-0.5", D="-0.5"), "right_minus_wrong", [50, 100, 50, 0]),
]  # fmt: skip


@pytest.mark.parametrize(("mapped", "policy", "earned"), SEVERAL)
def test_a_mapping_becomes_the_way_of_marking_that_gives_the_same(mapped: str, policy: str, earned: list[int]) -> None:
    one = parsed(
        item(response("multiple", "identifier", "A", "B", mapping=mapped), choices(*"ABCD", most=0), "map_response")
    )
    assert (one.kind, one.value["policy"], one.draft_reasons) == ("multiple_response", policy, ())
    assert marks(one, chosen("A"), chosen("A", "B"), chosen("A", "B", "C"), chosen("C", "D")) == earned


def test_all_or_nothing_is_the_key_and_nothing_else() -> None:
    one = parsed(item(response("multiple", "identifier", "A", "B"), choices(*"ABC", most=0)))
    assert one.value["policy"] == "all_or_nothing"
    assert marks(one, chosen("A"), chosen("A", "B"), chosen("A", "B", "C")) == [0, 100, 0]


def test_thirds_that_a_file_has_rounded_are_thirds() -> None:
    worth = mapping('lowerBound="0" upperBound="1" defaultValue="-1"', A="0.333333", B="0.333333", C="0.333333")
    one = parsed(
        item(response("multiple", "identifier", "A", "B", "C", mapping=worth), choices(*"ABC", most=0), "map_response")
    )
    assert marks(one, chosen("A"), chosen("A", "B"), chosen("A", "B", "C")) == [33, 66, 100]


def test_the_bounds_of_a_mapping_hold() -> None:
    worth = mapping('lowerBound="0" upperBound="2"', A=2, B=2, C=-1)
    key = response("multiple", "identifier", "A", "B", mapping=worth)
    one = parsed(item(key, choices(*"ABC", most=0), "map_response"))
    assert marks(one, chosen("A"), chosen("A", "B"), chosen("A", "C"), chosen("C")) == [100, 100, 50, 0]
    key = response("single", "identifier", mapping=mapping('lowerBound="0"', A=2, C=-1))
    below = parsed(item(key, choices("A", "C"), "map_response"))
    assert (marks(below, chosen("A"), chosen("C")), below.warnings) == ([100, 0], ())


@pytest.mark.parametrize(("shuffle", "fixed"), [("true", [False, True]), ("false", [True, True])])
def test_options_keep_their_place_where_the_file_says_so(shuffle: str, fixed: list[bool]) -> None:
    body = choices("A", "B").replace('shuffle="true"', f'shuffle="{shuffle}"').replace('"B">', '"B" fixed="true">')
    one = parsed(item(response("single", "identifier", "B"), body))
    assert [entry["value"]["fixed"] for entry in one.value["options"]] == fixed


def test_a_limit_of_choices_that_we_do_not_have_is_named() -> None:
    one = parsed(item(response("multiple", "identifier", "A", "B"), choices(*"ABC", most=2)))
    assert one.warnings == ("At most 2 options could be chosen; here any number can.",)


def test_marks_below_nothing_are_named() -> None:
    worth = mapping("", A=1, B=-1)
    one = parsed(item(response("single", "identifier", mapping=worth), choices("A", "B"), "map_response"))
    assert one.warnings == ("An answer that would score below 0 earns 0.",)
    assert marks(one, chosen("A"), chosen("B")) == [100, 0]


def test_part_of_the_points_for_one_choice_is_kept_exactly_and_left_to_a_person() -> None:
    worth = mapping("", A=4, B=1, C=0)
    one = parsed(item(response("single", "identifier", mapping=worth), choices("A", "B", "C"), "map_response"))
    assert marks(one, chosen("A"), chosen("B"), chosen("C")) == [100, 25, 0]
    assert len(one.draft_reasons) == 1


def test_marking_that_we_do_not_have_is_refused_with_the_first_difference() -> None:
    one_of = '<member><baseValue baseType="identifier">{}</baseValue><variable identifier="RESPONSE"/></member>'
    pairs = "".join(f"<and>{one_of.format(one)}{one_of.format(two)}</and>" for one, two in ("AC", "BD"))
    alternatives = MEMBER.replace(one_of.format("B").replace("><var", ">\n<var"), f"<or>{pairs}</or>")
    assert "<or>" in alternatives
    text = item(response("multiple", "identifier", "A", "C"), choices(*"ABCD", most=0), alternatives)
    assert refusal(text).startswith('Not imported: its scoring cannot be said in our terms: for "')


ORDER = """<orderInteraction responseIdentifier="RESPONSE"><prompt>Sort</prompt>
<simpleChoice identifier="A">Dura</simpleChoice><simpleChoice identifier="B">Arachnoid</simpleChoice>
<simpleChoice identifier="C">Pia</simpleChoice></orderInteraction>"""


def in_order(*texts: str) -> Any:
    return lambda public: {"o": [next(one["id"] for one in public["items"] if one["text"] == text) for text in texts]}


def test_an_order_is_right_as_a_whole() -> None:
    one = parsed(item(response("ordered", "identifier", "C", "B", "A"), ORDER))
    assert (one.kind, one.value["policy"]) == ("ordering", "exact")
    assert marks(one, in_order("Pia", "Arachnoid", "Dura"), in_order("Dura", "Arachnoid", "Pia")) == [100, 0]


def test_an_order_of_some_of_its_items_is_refused() -> None:
    text = item(response("ordered", "identifier", "A", "B"), ORDER)
    assert refusal(text) == "Not imported: it does not name the right order of all its items."


def two_sets(one: str, other: str) -> str:
    def listed(names: str) -> str:
        choices_ = (
            f'<simpleAssociableChoice identifier="{n}" matchMax="0">Word {n}</simpleAssociableChoice>' for n in names
        )
        return f"<simpleMatchSet>{''.join(choices_)}</simpleMatchSet>"

    return f'<matchInteraction responseIdentifier="RESPONSE">{listed(one)}{listed(other)}</matchInteraction>'


def matched(**pairs: str) -> Any:
    def made(public: Any) -> Any:
        stems = {one["text"].removeprefix("Word "): one["id"] for one in public["stems"]}
        options = {one["text"].removeprefix("Word "): one["id"] for one in public["options"]}
        return {"m": {stems[stem]: options[option] for stem, option in pairs.items()}}

    return made


PAIRS = pairs_worth(("A X", 1), ("B  Y", 1))


def test_pairs_that_earn_their_share_are_marked_per_line() -> None:
    text = item(
        response("multiple", "directedPair", "A X", "B Y", mapping=PAIRS), two_sets("AB", "XYZ"), "map_response"
    )
    one = parsed(text)
    assert (one.kind, one.value["policy"]) == ("matching", "per_stem")
    assert marks(one, matched(A="X", B="Y"), matched(A="X", B="Z"), matched(A="Y")) == [100, 50, 0]


def test_pairs_as_a_whole_are_all_or_nothing_and_lines_may_stand_in_the_second_set() -> None:
    one = parsed(item(response("multiple", "directedPair", "X A", "X B"), two_sets("XY", "AB")))
    assert one.value["policy"] == "all_or_nothing"
    assert marks(one, matched(A="X", B="X"), matched(A="X", B="Y")) == [100, 0]


@pytest.mark.parametrize(
    ("right", "reason"),
    [
        (("A X",), "some of its lines have no partner, or several"),
        (("A X", "A Y", "B X"), "some of its lines have no partner, or several"),
        (("A Q", "B X"), "a right pair names something that stands in neither set"),
        ((), "it does not name what belongs together"),
    ],
)
def test_a_matching_without_one_partner_each_is_refused(right: tuple[str, ...], reason: str) -> None:
    assert (
        refusal(item(response("multiple", "directedPair", *right), two_sets("AB", "XYZ"))) == f"Not imported: {reason}."
    )


def test_remarks_on_options_and_feedback_for_all_are_kept_and_the_rest_is_named() -> None:
    body = choices("A", "B").replace(
        "Option A", 'Option A<feedbackInline outcomeIdentifier="FEEDBACK" identifier="A">Not so</feedbackInline>'
    )
    shown = '<modalFeedback outcomeIdentifier="FEEDBACK" identifier="{}" showHide="show">{}</modalFeedback>'
    text = item(response("single", "identifier", "B"), body).replace(
        "</assessmentItem>",
        shown.format("general", "Because.") + shown.format("correct", "Well done") + "</assessmentItem>",
    )
    one = parsed(text)
    assert [entry["value"]["remark"] for entry in one.value["options"]] == ["Not so", ""]
    assert one.value["feedback"] == "<p>Because.</p>"
    assert one.warnings == ("Feedback that depends on the score is not kept.",)


TEMPLATE = '<templateDeclaration identifier="X" cardinality="single" baseType="integer"/>'
TRIMMED = MEMBER.replace(
    '<variable identifier="RESPONSE"/>',
    '<customOperator definition="x:Trim"><variable identifier="RESPONSE"/></customOperator>',
)
CHANCE = MEMBER.replace("<sum>", "<random>").replace("</sum>", "</random>")
B, AB = response("single", "identifier", "B"), choices("A", "B")
ENDLESS = response("single", "identifier", mapping=mapping("", A="1e999999999"))


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (ONE.replace('"false"', '"true"', 1), "it is adaptive: it changes with what was answered before"),
        (
            ONE.replace("<itemBody>", TEMPLATE + "<itemBody>"),
            "it is a template whose numbers change with every learner",
        ),
        (item(B, AB, TRIMMED), 'its scoring uses a custom operator "x:Trim"'),
        (
            item(B, '<customInteraction responseIdentifier="RESPONSE" class="x"/>'),
            'it needs a custom interaction "x"',
        ),
        (
            item(B, '<portableCustomInteraction responseIdentifier="RESPONSE" module="x"/>'),
            'it needs a portable custom interaction "x"',
        ),
        (
            item(B, '<sliderInteraction responseIdentifier="RESPONSE"/>'),
            "the interaction sliderInteraction is not carried",
        ),
        (item(B, AB + ORDER), "it asks 2 things at once (choiceInteraction, orderInteraction)"),
        (item(B, AB, ""), "it does not say how an answer is scored"),
        (item(response("single", "identifier"), AB), "no answer earns any points"),
        (
            item(B, AB, "CC2_match"),
            'the response processing template "CC2_match" is not one of '
            "match_correct, map_response, map_response_point",
        ),
        (
            item(response("single", "identifier", "B", name="R"), AB),
            'its interaction sets "RESPONSE", which the item does not declare',
        ),
        (item(B, AB, CHANCE), "its scoring uses random, which we do not carry"),
        (item(ENDLESS, AB, "map_response"), '"1e999999999" stands where a number must stand'),
    ],
)
def test_what_we_do_not_carry_is_refused_by_name(source: str, reason: str) -> None:
    assert refusal(source) == f"Not imported: {reason}."


def test_a_refused_item_is_found_by_name_line_and_interaction() -> None:
    text = item(response("single", "integer"), '\n\n<sliderInteraction responseIdentifier="RESPONSE"/>')
    one = found(text)
    assert (one.number, one.name, getattr(one, "line", 0), one.kind) == (1, "An item", 3, "sliderInteraction")


def test_the_points_are_those_of_the_best_answer() -> None:
    assert parsed(item(response("single", "identifier", "B"), choices("A", "B"), WRITTEN_OUT)).points == Fraction(4)
