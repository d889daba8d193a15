"""Out and in again: every answer to a question that a format carries earns the same. What it cannot carry is named."""

import io
import zipfile
from collections.abc import Callable, Sequence
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.grading import grade, publishing_problems
from quizzes.interchange import moodle_xml, moodle_xml_writer, qti, qti_writer
from quizzes.interchange.base import Exported, Media, NotCarried, Outcome, Parsed, Written
from quizzes.questions.freezing import Frozen

from . import picture_specs, specs, written_specs
from .exchange_specs import PICTURE, answers, exported, frozen_again, translated

Write = Callable[[Sequence[Exported]], Written]
Parse = Callable[[bytes], list[Outcome]]

MOODLE = (moodle_xml_writer.write, moodle_xml.parse)
QTI_3 = (qti_writer.write, qti.parse)
QTI_2 = (qti_writer.write_version_2, qti.parse)
FORMATS = {"moodle": MOODLE, "qti 3.0": QTI_3, "qti 2.1": QTI_2}

KINDS: dict[str, st.SearchStrategy[Frozen]] = {
    "single_choice": specs.single_choices(),
    "multiple_response": specs.multiple_responses(),
    "true_false": specs.true_falses(),
    "numeric": specs.numerics(),
    "matching": written_specs.matchings(),
    "ordering": written_specs.orderings(),
    "short_text": written_specs.short_texts(),
    "cloze": written_specs.clozes(),
    "hotspot": picture_specs.hotspots(),
    "labels": picture_specs.labelings(),
}

NEVER_CARRIED = {("moodle", "hotspot"), ("moodle", "labels"), ("qti 2.1", "labels")}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_every_answer_earns_the_same_after_going_out_and_in(name: str, kind: str, data: st.DataObject) -> None:
    write, parse = FORMATS[name]
    question = data.draw(KINDS[kind])
    written = write([exported(question)])
    left_out = [one for one in written.not_carried if one.whole]
    if left_out:
        assert len(left_out[0].reason) > 10
        return
    assert (name, kind) not in NEVER_CARRIED
    (found,) = parse(written.content)
    again = frozen_again(found)
    for answer in data.draw(st.lists(answers(question), min_size=1, max_size=5)):
        before = grade(kind, question.public["en"], question.key, answer, None)
        after = grade(again.kind, again.public["en"], again.key, translated(answer, question, again), None)
        assert after.fraction_ppm == before.fraction_ppm


SIGNS = st.text("ab =~#%{}[]\\/:*\"'<>&;-1\n\t\xa0\u2082\u0130_.,!?|@$^()", min_size=1, max_size=12)
TEXTS = st.lists(
    SIGNS.map(lambda text: " ".join(text.split())).filter(bool), min_size=4, max_size=4, unique_by=str.casefold
)


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=40, deadline=None)
@given(texts=TEXTS, kind=st.sampled_from(["select", "text"]))
def test_no_sign_in_an_answer_is_taken_for_one_of_the_format(name: str, texts: list[str], kind: str) -> None:
    write, parse = FORMATS[name]
    lines = [f"%{percent}%{text}" for percent, text in zip((100, 50, 0, 0), texts, strict=True)]
    asked = "<p>A {1:SA:b} [[g]] &lt;c&gt; [[h]] d.</p>"
    cloze = written_specs.cloze(asked, written_specs.gap("g", kind, *lines), written_specs.gap("h", "number", "2"))
    options = [specs.item({"text": text, "correct": text == texts[0]}, f"o{n}") for n, text in enumerate(texts)]
    choice = specs.frozen("single_choice", specs.choice_raw(*options))
    for question in (cloze, choice):
        if publishing_problems(question.kind, question.public["en"], question.key):
            continue
        for found in parse(write([exported(question)]).content) if not left_out(write, question) else ():
            again = frozen_again(found)
            for answer in tried(question, texts):
                before = grade(question.kind, question.public["en"], question.key, answer, None)
                after = grade(again.kind, again.public["en"], again.key, translated(answer, question, again), None)
                assert after.fraction_ppm == before.fraction_ppm


def left_out(write: Write, question: Frozen) -> bool:
    """Whether the format cannot carry it."""
    return any(one.whole for one in write([exported(question)]).not_carried)


def tried(question: Frozen, texts: list[str]) -> list[object]:
    """Every option, or every text, in the first gap."""
    if question.kind == "single_choice":
        return [{"c": [option["id"]]} for option in question.public["en"]["options"]]
    gap = question.public["en"]["gaps"][0]
    return [{"g": {gap["id"]: given}} for given in [one["id"] for one in gap.get("options", ())] or texts]


CARRIED: dict[str, Frozen] = {
    "single_choice": specs.frozen(
        "single_choice", specs.choice_raw(specs.option("a", correct=True), specs.option("b", remark="No"))
    ),
    "multiple_response": specs.frozen(
        "multiple_response",
        specs.choice_raw(specs.option("a", correct=True), specs.option("b"), policy="right_minus_wrong"),
    ),
    "true_false": specs.frozen("true_false", {"stem": "<p>Bone is alive.</p>", "answer": "true"}),
    "numeric": specs.frozen("numeric", specs.numeric_raw("5", "0.5")),
    "matching": written_specs.matching(("A", "1"), ("B", "2"), distractors=("3",)),
    "ordering": written_specs.ordering("abc", "exact"),
    "short_text": written_specs.short_text("dura", ("meninx", 50)),
    "cloze": written_specs.cloze(
        "<p>One [[a]] and {two} [[b]].</p>",
        written_specs.gap("a", "select", "=yes", "no"),
        written_specs.gap("b", "number", "2.5", tolerance="0.5"),
    ),
    "essay": specs.frozen("essay", specs.essay_raw(notes="canary")),
    "description": specs.frozen("description", {"stem": "<p>Read.</p>"}),
    "hotspot": picture_specs.hotspot(0),
    "labels": picture_specs.labeled("a", "b", extra="1"),
}


@pytest.mark.parametrize("kind", CARRIED)
@pytest.mark.parametrize("name", FORMATS)
def test_each_kind_that_a_format_carries_is_written_and_comes_back_as_itself(name: str, kind: str) -> None:
    write, parse = FORMATS[name]
    written = write([exported(CARRIED[kind])])
    assert any(one.whole for one in written.not_carried) == ((name, kind) in NEVER_CARRIED)
    if (name, kind) not in NEVER_CARRIED:
        (found,) = parse(written.content)
        assert isinstance(found, Parsed)
        assert (found.kind, found.name, found.external_id) == (kind, "Question 1", "id-1")


@pytest.mark.parametrize("kind", ["status_sort", "dialogue", "case", "anatomy_touch"])
@pytest.mark.parametrize("name", FORMATS)
def test_kinds_of_our_own_are_named_and_left_out(name: str, kind: str) -> None:
    asked = Exported(7, "Ours", kind, {"stem": "<p>x</p>"}, {})
    (left_out,) = FORMATS[name][0]([asked]).not_carried
    assert (left_out.number, left_out.name, left_out.whole) == (7, "Ours", True)
    assert (
        left_out.reason.endswith(f'has no questions of the kind "{kind}".')
        or "no questions of the kind" in left_out.reason
    )


UNSAFE = specs.frozen(
    "single_choice",
    specs.choice_raw(specs.option("a", correct=True), specs.option("b", unsafe=True), critical=True),
)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    ("question", "reason"),
    [
        (UNSAFE, "The format cannot say that an unsafe answer fails the whole quiz."),
        (written_specs.short_text("sphenoid", one_slip=True), "cannot forgive a slip."),
        (written_specs.statement("true"), "reason"),
        (specs.frozen("numeric", specs.numeric_raw("5", locale="comma")), "decimal comma"),
        (specs.frozen("numeric", specs.numeric_raw("3", "0.1", tolerance_kind="geometric")), "has no end of decimals."),
    ],
)
def test_what_would_change_a_mark_leaves_the_question_out(name: str, question: Frozen, reason: str) -> None:
    written = FORMATS[name][0]([exported(question)])
    assert [one.whole for one in written.not_carried] == [True]
    assert written.not_carried[0].reason.count(reason) == 1


AB = (specs.option("a", correct=True), specs.option("b"))


def test_moodle_is_asked_for_nothing_that_it_cannot_mark() -> None:
    questions = [
        specs.frozen("multiple_response", specs.choice_raw(*AB, policy="per_option")),
        written_specs.matching(("A", "1"), ("B", "2"), policy="all_or_nothing"),
        specs.frozen("numeric", specs.numeric_raw(unit_mode="optional", units={"g": "1"})),
    ]  # fmt: skip
    written = moodle_xml_writer.write([exported(one, place) for place, one in enumerate(questions, start=1)])
    assert written.not_carried == (
        NotCarried(1, "Question 1", 'Moodle has no marking like "per_option".'),
        NotCarried(2, "Question 2", "Moodle marks each pair for itself."),
        NotCarried(3, "Question 3", "Moodle takes nothing off an unknown unit where a unit is optional."),
    )


def test_what_is_lost_without_a_change_of_marks_is_named() -> None:
    rubric = specs.frozen("essay", specs.essay_raw(("r", [0, 2])))
    fixed = specs.frozen(
        "single_choice", specs.choice_raw(specs.option("a", correct=True, fixed=True), specs.option("b"))
    )
    written = moodle_xml_writer.write([exported(rubric), exported(fixed, 2)])
    assert written.not_carried == (
        NotCarried(1, "Question 1", "The rubric is not carried.", whole=False),
        NotCarried(2, "Question 2", "Moodle XML cannot keep an option in its place.", whole=False),
    )


def test_texts_remarks_tags_category_and_points_survive_moodle() -> None:
    question = specs.frozen(
        "single_choice",
        specs.choice_raw(
            specs.option("a", correct=True, remark="1 < 2 & so\non"),
            specs.option("b"),
            stem="<p>Which <b>one</b> &amp; why? H<sub>2</sub>O ]]&gt;</p>",
            feedback="<p>Because.</p>",
        ),
    )
    more = {"tags": ("anatomy",), "category": "Bank/Part", "points": Fraction(5, 2)}
    (found,) = moodle_xml.parse(moodle_xml_writer.write([exported(question, **more)]).content)
    assert isinstance(found, Parsed)
    assert (found.tags, found.category, found.points) == (("anatomy",), "Bank/Part", Fraction(5, 2))
    assert (found.value["stem"], found.value["feedback"]) == (question.public["en"]["stem"], "<p>Because.</p>")
    assert found.value["options"][0]["value"]["remark"] == "1 < 2 & so\non"


def test_remarks_and_feedback_survive_qti() -> None:
    question = specs.frozen(
        "single_choice",
        specs.choice_raw(
            specs.option("a", correct=True, remark="Yes & no"),
            specs.option("b", fixed=True),
            feedback="<p>Because.</p>",
        ),
    )
    (found,) = qti.parse(qti_writer.write([exported(question)]).content)
    assert isinstance(found, Parsed)
    options = [entry["value"] for entry in found.value["options"]]
    assert [(one["remark"], one["fixed"]) for one in options] == [("Yes & no", False), ("", True)]
    assert found.value["feedback"] == "<p>Because.</p>"


@pytest.mark.parametrize("name", FORMATS)
def test_a_picture_goes_out_and_comes_in(name: str) -> None:
    write, parse = FORMATS[name]
    picture = Media('a "skull" <1>.png', PICTURE.content, "A skull & more")
    (found,) = parse(write([exported(CARRIED["essay"], pictures={"illustration": picture})]).content)
    assert isinstance(found, Parsed)
    came = found.pictures["illustration"]
    assert (came.content, came.alt, found.draft_reasons) == (PICTURE.content, "A skull & more", ())


def test_the_same_questions_make_the_same_package() -> None:
    questions = [exported(one, place) for place, one in enumerate(CARRIED.values(), start=1)]
    assert qti_writer.write(questions).content == qti_writer.write(questions).content


def test_a_package_of_version_3_speaks_its_names_and_one_of_version_2_its_own() -> None:
    def item_of(write: Write) -> str:
        with zipfile.ZipFile(io.BytesIO(write([exported(CARRIED["single_choice"])]).content)) as archive:
            assert archive.namelist() == ["imsmanifest.xml", "items/q0001.xml"]
            return archive.read("items/q0001.xml").decode()

    three, two = item_of(qti_writer.write), item_of(qti_writer.write_version_2)
    assert ("<qti-choice-interaction" in three, 'response-identifier="RESPONSE"' in three) == (True, True)
    assert ("<choiceInteraction" in two, 'responseIdentifier="RESPONSE"' in two) == (True, True)
    assert ("<p>Which?</p>" in three, "qti-p" in three) == (True, False)


@pytest.mark.parametrize("name", FORMATS)
def test_letters_that_no_xml_file_holds_leave_the_question_out(name: str) -> None:
    question = specs.frozen("true_false", {"stem": "<p>x</p>", "answer": "true"})
    for feedback in ({"option:true": "bell \x07"}, {"general": "<p>bell \x07</p>"}):
        written = FORMATS[name][0]([exported(question, feedback=feedback)])
        assert written.not_carried == (NotCarried(1, "Question 1", "It holds characters that no XML file can hold."),)
