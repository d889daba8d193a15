"""QTI 1.2 as Canvas writes it: the kind by its question type, marks by its conditions."""

from fractions import Fraction
from typing import Any

import pytest

from quizzes.interchange import qti
from quizzes.interchange.base import Outcome, Parsed, Refused

from .exchange_specs import png
from .qti_specs import marks, package, resource


def item(
    kind: str, presentation: str, rules: str = "", *, ident: str = "i1", more: str = "", feedback: str = ""
) -> str:
    fields = "".join(
        f"<qtimetadatafield><fieldlabel>{label}</fieldlabel><fieldentry>{entry}</fieldentry></qtimetadatafield>"
        for label, entry in (("question_type", kind), ("points_possible", "2.0"))
        if kind
    )
    outcomes = '<outcomes><decvar maxvalue="100" minvalue="0" varname="SCORE" vartype="Decimal"/></outcomes>'
    return (
        f'<item ident="{ident}" title="Question"><itemmetadata><qtimetadata>{fields}</qtimetadata>{more}</itemmetadata>'
        f"<presentation>{presentation}</presentation><resprocessing>{outcomes}{rules}</resprocessing>{feedback}</item>"
    )


def text(html: str) -> str:
    return f'<material><mattext texttype="text/html">{html}</mattext></material>'


def labels(ident: str, *options: str, many: bool = False, title: str = "") -> str:
    listed = "".join(
        f'<response_label ident="{option}"><material>'
        f'<mattext texttype="text/plain">Option {option}</mattext></material></response_label>'
        for option in options
    )
    cardinality = "Multiple" if many else "Single"
    said = text(title) if title else ""
    inner = f"{said}<render_choice>{listed}</render_choice>"
    return f'<response_lid ident="{ident}" rcardinality="{cardinality}">{inner}</response_lid>'


FIELD = '<response_str ident="response1"><render_fib><response_label ident="answer1"/></render_fib></response_str>'


def rule(condition: str, points: str = "100", action: str = "Set") -> str:
    return (
        f"<respcondition><conditionvar>{condition}</conditionvar>"
        f'<setvar action="{action}" varname="SCORE">{points}</setvar></respcondition>'
    )


def equal(value: str, ident: str = "response1") -> str:
    return f'<varequal respident="{ident}">{value}</varequal>'


def between(low: str, high: str) -> str:
    return f'<vargte respident="response1">{low}</vargte><varlte respident="response1">{high}</varlte>'


def read(*items: str) -> list[Outcome]:
    whole = f"<assessment><section>{''.join(items)}</section></assessment>"
    return qti.parse(
        f'<questestinterop xmlns="http://www.imsglobal.org/xsd/ims_qtiasiv1p2">{whole}</questestinterop>'.encode()
    )


def one(source: str) -> Parsed:
    (found,) = read(source)
    assert isinstance(found, Parsed), found
    return found


def refusal(source: str) -> str:
    (found,) = read(source)
    assert isinstance(found, Refused), found
    return found.reason


def chosen(*names: str) -> Any:
    def made(public: Any) -> Any:
        ids = {option["text"].removeprefix("Option "): option["id"] for option in public["options"]}
        return {"c": [ids[name] for name in names]}

    return made


def test_a_choice_keeps_its_texts_points_and_key() -> None:
    found = one(
        item(
            "multiple_choice_question",
            text("&lt;p&gt;Which?&lt;/p&gt;") + labels("response1", "a", "b"),
            rule(equal("b")),
        )
    )
    assert (found.kind, found.value["stem"], found.points) == ("single_choice", "<p>Which?</p>", Fraction(2))
    assert marks(found, chosen("a"), chosen("b")) == [0, 100]


def test_true_and_false_are_a_statement() -> None:
    presentation = text("So?") + labels("response1", "1", "2").replace("Option 1", "True").replace("Option 2", "False")
    found = one(item("true_false_question", presentation, rule(equal("2"))))
    assert (found.kind, found.value["answer"]) == ("true_false", "false")


def test_options_that_must_all_be_chosen_are_all_or_nothing() -> None:
    every = f"<and>{equal('a')}{equal('b')}<not>{equal('c')}</not></and>"
    found = one(item("multiple_answers_question", text("Which?") + labels("response1", *"abc", many=True), rule(every)))
    assert found.value["policy"] == "all_or_nothing"
    assert marks(found, chosen("a", "b"), chosen("a"), chosen("a", "b", "c")) == [100, 0, 0]


def test_options_that_add_and_take_away_keep_their_weights() -> None:
    rules = rule(equal("a"), "50", "Add") + rule(equal("b"), "50", "Add") + rule(equal("c"), "-20", "Add")
    found = one(item("multiple_answers_question", text("Which?") + labels("response1", *"abc", many=True), rules))
    assert found.value["policy"] == "weights"
    assert marks(found, chosen("a", "b"), chosen("a"), chosen("a", "b", "c")) == [100, 50, 80]


def test_a_scoring_algorithm_decides_over_the_rules() -> None:
    rules = rule(equal("a"), "50", "Add") + rule(equal("b"), "50", "Add")
    labeled = "<fieldlabel>scoring_algorithm</fieldlabel><fieldentry>AllOrNothing</fieldentry>"
    more = f"<qtimetadatafield>{labeled}</qtimetadatafield>"
    source = item(
        "multiple_answers_question", text("Which?") + labels("response1", *"abc", many=True), rules, more=more
    )
    assert marks(one(source), chosen("a", "b"), chosen("a")) == [100, 0]


def test_texts_beside_each_other_are_alternatives_and_capitals_do_not_count() -> None:
    found = one(item("short_answer_question", text("What?") + FIELD, rule(equal("dura") + equal("dura mater"))))
    assert marks(found, {"t": "DURA"}, {"t": "dura mater"}, {"t": "pia"}) == [100, 100, 0]


@pytest.mark.parametrize(
    ("condition", "right", "wrong"),
    [
        (equal("3.5"), "3.5", "3.6"),
        (f"<or>{equal('5')}<and>{between('4', '6')}</and></or>", "4", "6.1"),
        (between("1", "22"), "22", "22.5"),
    ],
)  # fmt: skip
def test_a_number_is_exact_or_in_a_range(condition: str, right: str, wrong: str) -> None:
    found = one(item("numerical_question", text("How many?") + FIELD, rule(condition)))
    assert marks(found, {"v": right}, {"v": wrong}) == [100, 0]


def test_an_open_border_that_we_do_not_have_is_named() -> None:
    condition = "<vargt respident='response1'>4</vargt><varlte respident='response1'>6</varlte>"
    found = one(item("numerical_question", text("How many?") + FIELD, rule(condition)))
    assert found.warnings == ("A number exactly on the border of its range counts here; in the file it did not.",)


def test_a_matching_has_a_stem_for_each_place() -> None:
    presentation = text("Match.") + labels("r1", *"xyz", title="One") + labels("r2", *"xyz", title="Two")
    rules = rule(equal("x", "r1"), "50", "Add") + rule(equal("y", "r2"), "50", "Add")
    found = one(item("matching_question", presentation, rules))
    pairs = [(entry["value"]["text"], entry["value"]["match"]) for entry in found.value["pairs"]]
    assert pairs == [("One", "Option x"), ("Two", "Option y")]
    assert [entry["value"]["text"] for entry in found.value["distractors"]] == ["Option z"]


def test_blanks_take_every_label_and_dropdowns_the_one_that_scores() -> None:
    presentation = (
        text("Roses are [c1], skies are [c2].") + labels("response_c1", "a", "b") + labels("response_c2", "c", "d")
    )
    rules = rule(equal("a", "response_c1"), "50", "Add") + rule(equal("c", "response_c2"), "50", "Add")
    written = one(item("fill_in_multiple_blanks_question", presentation, rules))
    chosen_ = one(item("multiple_dropdowns_question", presentation, rules))
    assert written.value["passage"] == "<p>Roses are [[1]], skies are [[2]].</p>"
    assert [entry["value"]["answers"] for entry in written.value["gaps"]] == [
        "%100%Option a\n%100%Option b", "%100%Option c\n%100%Option d",
    ]  # fmt: skip
    assert [entry["value"]["answers"] for entry in chosen_.value["gaps"]] == [
        "%100%Option a\n%0%Option b", "%100%Option c\n%0%Option d",
    ]  # fmt: skip


def test_feedback_for_all_and_for_options_is_kept_and_by_score_is_named() -> None:
    def said(ident: str, words: str) -> str:
        return f'<itemfeedback ident="{ident}"><flow_mat>{text(words)}</flow_mat></itemfeedback>'

    feedback = said("general_fb", "Because.") + said("a_fb", "Not so") + said("correct_fb", "Bravo")
    found = one(
        item(
            "multiple_choice_question",
            text("Which?") + labels("response1", "a", "b"),
            rule(equal("b")),
            feedback=feedback,
        )
    )
    assert (found.value["feedback"], found.value["options"][0]["value"]["remark"]) == ("<p>Because.</p>", "Not so")
    assert found.warnings == ("Feedback that depends on the score is not kept.",)


def test_without_a_question_type_the_shape_of_the_answer_decides() -> None:
    only_b = f"<and>{equal('b')}<not>{equal('a')}</not></and>"
    decimal = FIELD.replace("<render_fib", "<render_fib fibtype='Decimal'")
    kinds = [
        one(item("", text("Which?") + labels("response1", "a", "b"), rule(equal("b")))).kind,
        one(item("", text("Which?") + labels("response1", "a", "b", many=True), rule(only_b))).kind,
        one(item("", text("What?") + FIELD, rule(equal("dura")))).kind,
        one(item("", text("How many?") + decimal, rule(equal("3")))).kind,
        one(item("", text("Why?") + FIELD)).kind,
        one(item("", text("Read."))).kind,
    ]  # fmt: skip
    assert kinds == ["single_choice", "multiple_response", "short_text", "numeric", "essay", "description"]


@pytest.mark.parametrize(
    "kind", ["file_upload_question", "calculated_question", "categorization_question", "hot_spot_question"]
)
def test_other_types_are_refused_by_name(kind: str) -> None:
    assert refusal(item(kind, text("x"))) == f'Not imported: the question type "{kind}" is not carried.'


C1, A1 = labels("response_c1", "a"), rule(equal("a", "response_c1"))
REGEX = "<response_label scoring_algorithm='TextRegex' "


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (item("multiple_choice_question", text("x") + labels("r", "a", "b")), "no answer earns any points"),
        (
            item("multiple_choice_question", text("x") + labels("r", "a", "b"), rule(equal("a", "r"), "1", "Divide")),
            'its scoring uses the action "divide"',
        ),
        (
            item("multiple_choice_question", text("x") + labels("r", "a", "b"), rule("<varsubset>a</varsubset>")),
            'its scoring uses "varsubset", which we do not carry',
        ),
        (
            item("", text("[c1]") + labels("response_c1", "a", "b"), rule(equal("a", "response_c1"))),
            "the file does not say which kind of question it is",
        ),
        (
            item("fill_in_multiple_blanks_question", text("no gap") + C1, A1),
            'the gap "c1" stands nowhere in its text',
        ),
        (
            item("fill_in_multiple_blanks_question", text("[c1]") + C1.replace("<response_label ", REGEX), A1),
            'the gap "Option a" is compared by TextRegex',
        ),
    ],
)  # fmt: skip
def test_what_we_do_not_carry_is_refused_by_name(source: str, reason: str) -> None:
    assert refusal(source) == f"Not imported: {reason}."


CARTRIDGE = """<manifest xmlns="http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1"><resources>
<resource identifier="q1" type="imsqti_xmlv1p2/imscc_xmlv1p1/assessment"><file href="q1/assessment_qti.xml"/>
<dependency identifierref="m1"/></resource>
<resource identifier="m1" type="associatedcontent/imscc_xmlv1p1/learning-application-resource" href="q1/meta.xml">
<file href="q1/meta.xml"/><file href="non_cc_assessments/q1.xml.qti"/></resource></resources></manifest>"""


def test_of_two_files_for_one_quiz_the_one_with_question_types_is_read() -> None:
    whole = "<questestinterop><assessment><section>{}</section></assessment></questestinterop>"
    content = package(
        ("q1/assessment_qti.xml", whole.format(item("", text("Why?") + FIELD, ident="poor"))),
        ("non_cc_assessments/q1.xml.qti", whole.format(item("essay_question", text("Why?"), ident="rich"))),
        manifest=CARTRIDGE,
    )
    assert [getattr(found, "external_id", None) for found in qti.parse(content)] == ["rich"]


def test_a_picture_is_found_from_the_base_of_the_cartridge() -> None:
    shown = text('&lt;img src="$IMS-CC-FILEBASE$/Uploaded%20Media/a.png" alt="A skull"&gt; Why?')
    content = package(
        ("quiz.xml", f"<questestinterop>{item('essay_question', shown)}</questestinterop>"),
        ("web_resources/Uploaded Media/a.png", png()),
        resources=resource("imsqti_xmlv1p2", "quiz.xml"),
    )
    (found,) = qti.parse(content)
    assert isinstance(found, Parsed)
    assert (found.pictures["illustration"].alt, found.draft_reasons) == ("A skull", ())
