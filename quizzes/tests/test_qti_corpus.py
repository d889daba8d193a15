"""Published Moodle XML and QTI files: no crash, nothing silent, marks as published, but for the differences named here.

The files stand outside the project (QUIZ_CORPUS_DIR); without them these tests are skipped, saying so.
"""

import io
import json
import zipfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from quizzes.interchange import moodle_xml, qti
from quizzes.interchange.base import Outcome, Parsed, Refused, UnreadableFile
from quizzes.interchange.markup import read_tree
from quizzes.interchange.qti.declarations import read_declarations
from quizzes.interchange.qti.processing import Processing
from quizzes.interchange.taking import Unsupported
from quizzes.questions.freezing import freeze

QTI_FOLDERS = ("qti12_canvas", "qti21_works", "qti_scoring", "qti3_negative")

NOT_TAKEN: dict[str, str] = {
    "error_invalid_grades.xml": "its shares add up to 99.67 %: Moodle refuses 33 %, we refuse the sum",
    "multianswer-all-types.xml": "gaps that take several answers at once, and several tolerances in one gap",
}
"""Moodle XML files of which a question is refused on purpose, and why."""

NEGATIVE: dict[str, str] = {
    "default-value-without-value.xml": "has no value",
    "default-value-wrong-tag.xml": "has no value",
    "match-interaction-no-processing.xml": "does not say how an answer is scored",
    "select-point-processing.xml": "cannot be said in our terms",  # points outside cost nothing there
    "various-expressions.xml": "has no words",  # its options are pictures
    "wrong-expression-element.xml": "has no words",
    "wrong-processing-element.xml": "has no words",
    "item001.xml": 'speaks of "NON_EXISTING"',
}
"""Items that are wrong on purpose, or ask what we do not have: part of the reason. The others are taken."""


def outcomes(parse: Any, content: bytes) -> list[Outcome]:
    """What a file gives. A file that cannot be read says so in one line."""
    try:
        found: list[Outcome] = parse(content)
    except UnreadableFile as error:
        said = str(error)
    else:
        assert found
        return found
    assert (bool(said), "\n" in said) == (True, False)
    return []


def nothing_silent(found: list[Outcome]) -> None:
    """Every question is there, in order, with a name; what is taken can be frozen, what is not has a reason."""
    assert [one.number for one in found] == list(range(1, len(found) + 1))
    for one in found:
        assert one.name
        if isinstance(one, Refused):
            assert one.reason.startswith(("Not imported: ", "The manifest names", "This is"))
        else:
            assert freeze(kind=one.kind, raw=one.value, language="en").sha256


def test_every_moodle_file_is_taken_or_says_why(corpus: Path) -> None:
    files = sorted((corpus / "moodle_xml").rglob("*.xml"))
    assert len(files) == 11
    refused = {}
    for file in files:
        found = outcomes(moodle_xml.parse, file.read_bytes())
        assert found
        nothing_silent(found)
        if any(isinstance(one, Refused) for one in found):
            refused[file.name] = NOT_TAKEN.get(file.name)
    assert refused == NOT_TAKEN


@pytest.mark.parametrize("folder", QTI_FOLDERS)
def test_every_qti_file_is_taken_or_says_why(corpus: Path, folder: str) -> None:
    files = [file for file in sorted((corpus / folder).rglob("*")) if file.is_file()]
    assert files
    for file in files:
        nothing_silent(outcomes(qti.parse, file.read_bytes()))


def test_every_file_of_the_corpus_is_survived_by_both_parsers(corpus: Path) -> None:
    for file in sorted(corpus.rglob("*")):
        if file.is_file() and file.stat().st_size < 300_000:
            for parse in (moodle_xml.parse, qti.parse):
                nothing_silent(outcomes(parse, file.read_bytes()))


def test_items_that_are_wrong_on_purpose_are_refused_and_the_others_taken(corpus: Path) -> None:
    reasons = {}
    for file in sorted((corpus / "qti3_negative").rglob("*.xml")):
        (found,) = qti.parse(file.read_bytes())
        if isinstance(found, Refused):
            reasons[file.name] = found.reason
    assert set(reasons) == set(NEGATIVE)
    assert {name for name, part in NEGATIVE.items() if part not in reasons[name]} == set()


def zipped(folder: Path) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.write(file, str(file.relative_to(folder)))
    return made.getvalue()


@pytest.mark.parametrize(
    ("folder", "taken", "refused"),
    [
        ("test_qti_1.2", 5, 0),
        ("with_banks", 5, 2),  # the quiz and its third bank are not in the corpus: they are named
    ],
)
def test_a_package_of_canvas_is_read_by_its_manifest(corpus: Path, folder: str, taken: int, refused: int) -> None:
    found = qti.parse(zipped(corpus / "qti12_canvas" / "canvas" / folder))
    nothing_silent(found)
    missing = [one for one in found if isinstance(one, Refused)]
    assert (len(found) - len(missing), len(missing)) == (taken, refused)


def test_a_package_of_an_unknown_version_says_so(corpus: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"nothing in it is QTI 1.2, 2.x or 3.0"):
        qti.parse(zipped(corpus / "qti12_canvas" / "canvas" / "unsupported_version"))


def scored(file: Path, responses: dict[str, tuple[str, ...]]) -> Fraction:
    """What an item scores by its rules, whether or not it has anything to show."""
    root = read_tree(file.read_bytes())
    return Processing(root, read_declarations(root)).score(responses)


def test_published_scores_come_out_equal(corpus: Path) -> None:
    refused = []
    for case in json.loads((corpus / "cases" / "qti_scoring.json").read_text()):
        responses = {one["identifier"]: (one["value"],) for one in case["responses"]}
        try:
            assert scored(corpus / case["item"], responses) == Fraction(case["expected"]), case["id"]
        except Unsupported as error:
            refused.append((case["id"], str(error)))
    assert refused == [
        # A custom operator of one publisher: the item is refused by name, so there is no mark of ours to compare.
        (
            "TextEntryIncorrectCustomInteractionComma",
            'its scoring uses customOperator "depcp:ParseCommaDecimal", which we do not carry',
        )
    ]


def given(file: Path) -> dict[str, tuple[str, ...]]:
    """The responses of a result file."""
    found = {}
    for variable in read_tree(file.read_bytes()).iter("responseVariable"):
        values = [value.text or "" for value in variable.iterfind("candidateResponse/value")]
        found[variable.get("identifier", "")] = tuple(values)
    return found


@pytest.mark.parametrize(
    ("item", "result", "score"),
    [
        ("30/ResponseProcessing/hs.xml", "30/ResponseProcessing/hs-result-correct-1.xml", 1),
        ("30/ResponseProcessing/hs.xml", "30/ResponseProcessing/hs-result-incorrect-1.xml", 0),
        ("30/ResponseProcessing/hs.xml", "30/ResponseProcessing/hs-result-incorrect-2.xml", 0),
        ("30/ResponseProcessing/gap-match-item.xml", "30/ResponseProcessing/gap-match-result-fout.xml", 0),
    ],
)
def test_published_results_score_as_their_name_says(corpus: Path, item: str, result: str, score: int) -> None:
    folder = corpus / "qti_scoring" / "citolab"
    assert scored(folder / item, given(folder / result)) == score


@pytest.mark.parametrize(
    ("item", "response", "score"),
    [
        ("ITM-50069.xml", "C", 1),
        ("ITM-50069.xml", "B", 0),
        ("ITM-50069_Mapping_No_Correct_Response.xml", "B", 1),
        ("ITM-50069_Mapping_No_Correct_Response.xml", "C", 1),  # 2, bounded to 1
        ("ITM-50069_Mapping_No_Correct_Response.xml", "A", 0),
        ("083-Verklanking-Speciale-Tekens.xml", "A", 8),  # 1, looked up in a table
        ("083-Verklanking-Speciale-Tekens.xml", "B", 0),
        ("1004.xml", "rek", 1),
    ],
)
def test_items_that_show_nothing_score_all_the_same(corpus: Path, item: str, response: str, score: int) -> None:
    folder = corpus / "qti_scoring" / "citolab" / "2x" / "ResponseProcessing"
    assert scored(folder / item, {"RESPONSE": (response,)}) == score


def case_of(corpus: Path, name: str) -> Any:
    cases = json.loads((corpus / "cases" / "moodle_xml.json").read_text())
    return next(case for case in cases if case["id"] == name)


def taken(source: str) -> Parsed:
    (found,) = moodle_xml.parse(source.encode())
    assert isinstance(found, Parsed)
    return found


def test_moodles_description_comes_out_equal(corpus: Path) -> None:
    case = case_of(corpus, "test_import_description")
    found, expected = taken(case["input"]), case["expected"]
    assert (found.kind, found.name, found.tags) == ("description", expected["name"], tuple(expected["tags"]))
    assert (found.value, found.points) == ({"stem": f"<p>{expected['questiontext']}</p>"}, 0)
    # Text between questions has no feedback with us: named, not lost.
    assert found.warnings == ("Text between questions has no feedback: it is not kept.",)


def test_moodles_matching_comes_out_equal(corpus: Path) -> None:
    case = case_of(corpus, "test_import_match_19")
    found, expected = taken(case["input"]), case["expected"]
    pairs = [(one["value"]["text"], one["value"]["match"]) for one in found.value["pairs"]]
    rest = [("", one["value"]["text"]) for one in found.value["distractors"]]
    stems = [one["text"] for one in expected["subquestions"]]
    assert pairs + rest == list(zip(stems, expected["subanswers"], strict=True))
    assert (found.name, found.tags, found.points) == (expected["name"], tuple(expected["tags"]), 1)
    # "A -> a" in escaped HTML: the sign stays text.
    assert found.value["feedback"] == "<p>The answer is A -&gt; a, B -&gt; b and C -&gt; c.</p>"
    # Feedback by score and hints have no place with us: named.
    assert found.warnings == ("Feedback that depends on the score is not kept.", "Hints are not kept.")


def test_moodles_numbers_come_out_equal(corpus: Path) -> None:
    case = case_of(corpus, "test_import_numerical_19")
    found, expected = taken(case["input"]), case["expected"]
    answers = [one["value"] for one in found.value["answers"]]
    assert [one["value"] for one in answers] == expected["answer"][:2]
    assert [Fraction(one["tolerance"]) for one in answers] == [Fraction("0.001"), 1]
    assert [one["percent"] for one in answers] == [100 * part for part in expected["fraction"][:2]]
    assert [one["remark"] for one in answers] == [one["text"] for one in expected["feedback"][:2]]
    # "*" worth 0 is every other number: wrong as it is; its remark has no place and is named.
    assert found.warnings == ("The remark on every other number is not kept.",)


def test_what_moodle_writes_of_an_essay_is_read_back(corpus: Path) -> None:
    case = case_of(corpus, "test_export_essay")
    found, options = taken(case["expected_text"]), case["question"]["options"]
    assert (found.kind, found.name) == ("essay", case["question"]["name"])
    assert found.value["stem"] == f"<p>{case['question']['questiontext']}</p>"
    assert (found.value["minimum"], found.value["maximum"]) == (options["minwordlimit"], options["maxwordlimit"])
    assert found.value["notes"] == "Grade generously!"
    # Attachments and the text that an answer begins with have no place with us; notes take no bold type: all named.
    assert len(found.warnings) == 3


def test_what_moodle_writes_of_a_cloze_is_read_back(corpus: Path) -> None:
    case = case_of(corpus, "test_export_multianswer_withdollars")
    found = taken(case["expected_text"])
    (gap,) = found.value["gaps"]
    assert found.value["passage"] == "<p>Which is the right order? [[1]]</p>"
    assert (gap["value"]["kind"], gap["value"]["answers"]) == ("select", "%100%y,y,$3\n%0%$3,y,y")
