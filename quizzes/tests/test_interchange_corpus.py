"""Published GIFT files and what others make of them: equal, but for the differences that are named here.

The files stand outside the project (QUIZ_CORPUS_DIR); without them these tests are skipped, saying so.
"""

import json
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from quizzes.interchange import aiken, gift
from quizzes.interchange.base import Outcome, Parsed, Refused, UnreadableFile
from quizzes.interchange.recognition import guess_format, refuse_declined
from quizzes.interchange.texts import Losses, Phrase

FORMATS = {"0": "moodle", "1": "html", "2": "plain", "4": "markdown"}
ALIKE = {
    "multichoice": "choice", "shortanswer": "short_text", "numerical": "numeric", "match": "matching",
    "truefalse": "true_false", "essay": "essay", "description": "description",
    "MC": "choice", "Short": "short_text", "Numerical": "numeric", "Matching": "matching", "TF": "true_false",
    "Essay": "essay", "Description": "description",
    "single_choice": "choice", "multiple_response": "choice",
}  # fmt: skip

# Where we differ from Moodle 4.5.6 on purpose: (end of the file's name, question) -> why.
NOT_AS_MOODLE = {
    ("testimport.gift.txt", 1): "that importer ran without the ordering question type and made it a short text",
    ("00-CSS.txt", 10): "an option that begins with # is a text without its escape, not an empty option: refused",
    ("06-Views-Templates.txt", 12): "a brace among the answers: Moodle cuts the answers off there",
    ("06-Views-Templates.txt", 13): "a second group of braces: Moodle shows its answers to learners",
    ("06-Views-Templates.txt", 16): "a second group of braces: Moodle shows its answers to learners",
    ("06-Views-Templates.txt", 19): "a second group of braces: Moodle shows its answers to learners",
    ("chatgpt-torture.txt", 7): "a brace among the answers: Moodle shows the rest of the answers to learners",
    ("chatgpt-torture.txt", 9): '"=~%50%" makes empty options worth 100 %',
    ("chatgpt-torture.txt", 20): '"=~%50%" makes empty options worth 100 %',
}
# Where we differ from gift-peg on purpose.
NOT_AS_PEG = {
    ("TFTwoFeedback", 2): "the first remark is for those who judged it wrong (Moodle), not always for true",
    ("TFTwoFeedback", 3): "the first remark is for those who judged it wrong (Moodle), not always for true",
}

Case = dict[str, Any]


def words(text: str, fmt: str = "plain") -> str:
    """A text as a reader meets it, without its line breaks."""
    return " ".join(Losses().plain(Phrase(text or "", fmt), "").split())


def ours(found: Outcome) -> Case:
    """A question of ours in the terms in which both are compared."""
    if isinstance(found, Refused):
        return {"refused": found.reason}
    value = found.value
    case: Case = {
        "kind": ALIKE.get(found.kind, found.kind),
        "stem": words(value["stem"], "html"),
        "feedback": words(value.get("feedback", ""), "html"),
    }
    return case | READERS[case["kind"]](value)


def shares(value: Case) -> list[Fraction]:
    options = [entry["value"] for entry in value["options"]]
    right = sum(option["correct"] for option in options)
    if value.get("policy") == "weights":
        return [Fraction(option["weight"]) for option in options]
    if value.get("policy") == "right_minus_wrong":
        return [Fraction(1 if option["correct"] else -1, right) for option in options]
    return [Fraction(option["correct"]) for option in options]


def listed(entries: Any, *names: str) -> list[Any]:
    return [tuple(words(entry["value"][name]) for name in names) for entry in entries]


READERS: dict[str, Callable[[Case], Case]] = {
    "description": lambda value: {},
    "essay": lambda value: {},
    "choice": lambda value: {"options": listed(value["options"], "text", "remark"), "shares": shares(value)},
    "true_false": lambda value: {
        "answer": value["answer"] == "true",
        "remarks": (words(value["remark_true"]), words(value["remark_false"])),
    },
    "short_text": lambda value: {
        "answers": listed(value["answers"], "text", "remark"),
        "shares": [Fraction(entry["value"]["percent"], 100) for entry in value["answers"]],
    },
    "numeric": lambda value: {
        "numbers": [(Fraction(e["value"]["value"]), Fraction(e["value"]["tolerance"])) for e in value["answers"]],
        "shares": [Fraction(entry["value"]["percent"], 100) for entry in value["answers"]],
        "remarks": [words(entry["value"]["remark"]) for entry in value["answers"]],
    },
    "matching": lambda value: {
        "pairs": listed(value["pairs"], "text", "match"),
        "rest": [text for (text,) in listed(value["distractors"], "text")],
    },
    "ordering": lambda value: {"items": listed(value["items"], "text")},
}


def as_written(part: Any, inherited: str = "moodle") -> str:
    """A text of Moodle's or gift-peg's with its format."""
    if not isinstance(part, dict):
        return words(str(part or ""), inherited)
    fmt = str(part.get("format", inherited))
    return words(part["text"], FORMATS.get(fmt, fmt))


def exact(number: Any) -> Fraction:
    """A number as its author wrote it; a binary one within what Moodle's own arithmetic lost."""
    return Fraction(str(number)).limit_denominator(10**9)


def moodles(one: Case) -> Case:
    """A question of Moodle's importer in the same terms."""
    fmt = FORMATS.get(one["questiontextformat"], one["questiontextformat"])
    case: Case = {
        "kind": ALIKE[one["qtype"]],
        "stem": words(one["questiontext"], fmt),
        "feedback": words(one["generalfeedback"], one.get("generalfeedbackformat", fmt)),
    }
    kind = case["kind"]
    if kind == "choice":
        remarks = [as_written(part) for part in one["feedback"]]
        texts = [as_written(part, fmt) for part in one["answer"]]
        case |= {"options": list(zip(texts, remarks, strict=True)), "shares": [exact(x) for x in one["fraction"]]}
    elif kind == "short_text":
        remarks = [as_written(part) for part in one["feedback"]]
        texts = [words(text) for text in one["answer"]]
        case |= {"answers": list(zip(texts, remarks, strict=True)), "shares": [exact(x) for x in one["fraction"]]}
    elif kind == "numeric":
        kept = [place for place, number in enumerate(one["answer"]) if number != "*"]
        case |= {
            "numbers": [(exact(one["answer"][n]), exact(one["tolerance"][n])) for n in kept],
            "shares": [exact(one["fraction"][n]) for n in kept],
            "remarks": [as_written(one["feedback"][n]) for n in kept],
        }
    elif kind == "true_false":
        remarks = (as_written(one["feedbacktrue"]), as_written(one["feedbackfalse"]))
        case |= {"answer": bool(one["correctanswer"]), "remarks": remarks}
    elif kind == "matching":
        both = list(zip(map(as_written, one["subquestions"]), map(words, one["subanswers"]), strict=True))
        case |= {"pairs": [pair for pair in both if pair[0]], "rest": [right for left, right in both if not left]}
    return case


def pegs(one: Case) -> Case:
    """A question of gift-peg in the same terms."""
    case: Case = {
        "kind": ALIKE[one["type"]],
        "stem": as_written(one["stem"]),
        "feedback": as_written(one.get("globalFeedback") or ""),
    }
    kind, choices = case["kind"], one.get("choices")
    if kind in ("choice", "short_text"):
        texts = [(as_written(c["text"]) if kind == "choice" else words(c["text"]["text"])) for c in choices]
        pairs = [(text, as_written(c["feedback"] or "")) for text, c in zip(texts, choices, strict=True)]
        worth = [_weight(c) for c in choices]
        case |= {"options" if kind == "choice" else "answers": pairs, "shares": worth}
    elif kind == "numeric":
        case |= _peg_numbers(choices)
    elif kind == "true_false":
        remarks = (as_written(one["trueFeedback"] or ""), as_written(one["falseFeedback"] or ""))
        case |= {"answer": one["isTrue"], "remarks": remarks}
    elif kind == "matching":
        both = [(as_written(pair["subquestion"]), words(pair["subanswer"])) for pair in one["matchPairs"]]
        case |= {"pairs": [pair for pair in both if pair[0]], "rest": [right for left, right in both if not left]}
    return case


def _weight(choice: Case) -> Fraction:
    if choice["weight"] is not None:
        return exact(choice["weight"]) / 100
    return Fraction(choice["isCorrect"])


def _peg_numbers(choices: Any) -> Case:
    if isinstance(choices, dict):
        choices = [{"text": choices, "weight": None, "isCorrect": True, "feedback": None}]
    numbered = [choice for choice in choices if "type" in choice["text"]]
    return {
        "numbers": [_peg_interval(choice["text"]) for choice in numbered],
        "shares": [_weight(choice) for choice in numbered],
        "remarks": [as_written(choice["feedback"] or "") for choice in numbered],
    }


def _peg_interval(text: Case) -> tuple[Fraction, Fraction]:
    if text["type"] == "high-low":
        low, high = exact(text["numberLow"]), exact(text["numberHigh"])
        return (low + high) / 2, (high - low) / 2
    return exact(text["number"]), exact(text.get("range", 0))


def loose(case: Case) -> Case:
    """Spaces around a gap are no difference, nor is a space before a full stop."""
    return {**case, "stem": case.get("stem", "").replace(" .", ".").replace("_____ ,", "_____,")}


def test_moodles_example_files_come_out_as_in_moodle(corpus: Any) -> None:
    outcome = json.loads((corpus / "cases" / "gift_moodle_importer_outcome.json").read_text("utf-8"))
    differ = []
    for name, theirs in outcome.items():
        expected = [one for one in theirs["questions"] if one["qtype"] != "category"]
        found = gift.parse((corpus / name).read_bytes())
        assert len(found) == len(expected), name
        for number, (mine, one) in enumerate(zip(found, expected, strict=True), start=1):
            if loose(ours(mine)) != loose(moodles(one)):
                differ.append((name.rpartition("/")[2], number))
    assert differ == list(NOT_AS_MOODLE)


@pytest.mark.parametrize("number", range(9))
def test_moodles_own_test_cases_come_out_equal(corpus_cases: Any, number: Any) -> None:
    case = corpus_cases("gift_moodle")[number]
    if case["kind"] != "import":
        return
    (found,) = gift.parse(case["input"].encode())
    assert (found.name, loose(ours(found))) == (case["expected"]["name"], loose(moodles(case["expected"])))


def test_gift_peg_reads_the_same(corpus_cases: Any) -> None:
    differ = []
    for case in corpus_cases("gift_peg"):
        found = gift.parse(case["input"].encode())
        assert len(found) == len(case["expected"]), case["id"]
        for number, (mine, one) in enumerate(zip(found, case["expected"], strict=True), start=1):
            same = loose(ours(mine)) == loose(pegs(one)) and (not one["title"] or mine.name == one["title"])
            tags = (one.get("id") or "", tuple(one.get("tags") or ())) == (mine.external_id, mine.tags)
            if not (same and tags):
                differ.append((case["id"], number))
    assert differ == list(NOT_AS_PEG)


def test_aiken_of_moodle(corpus: Any) -> None:
    found = aiken.parse((corpus / "aiken/moodle-4.2.3/questions.aiken.txt").read_bytes())
    assert [ours(one) | {"feedback": ""} for one in found] == [
        {
            "kind": "choice",
            "stem": "The Moodle project was started by:",
            "feedback": "",
            "options": [("Petr Skoda", ""), ("Martin Dougiamas", ""), ("Eloy Lafuente", ""), ("Tim Hunt", "")],
            "shares": [0, 1, 0, 0],
        },
        {
            "kind": "choice",
            "stem": 'Moodle\'s abilities include handling user input that includes <html class="cool"> & images:',
            "feedback": "",
            "options": [("True", ""), ("False", "")],
            "shares": [1, 0],
        },
    ]


@pytest.mark.parametrize(
    ("folder", "says"),
    [
        ("blackboard", "This is a file of Blackboard, which is not imported."),
        ("examview", "This is a file of ExamView, which is not imported."),
        ("webct", "This is a file of WebCT, which is not imported."),
        ("cloze", "This is a file of Moodle cloze text, which is not imported."),
    ],
)
def test_formats_that_we_do_not_read_are_declined_by_name(corpus: Any, folder: Any, says: Any) -> None:
    for path in sorted(file for file in (corpus / folder).rglob("*") if file.is_file()):
        with pytest.raises(UnreadableFile) as declined:
            refuse_declined(path.read_bytes())
        assert str(declined.value).startswith(says), path.name


def test_missing_word_is_declined_where_it_can_be_told_from_gift(corpus: Any) -> None:
    second, third = ((corpus / f"missingword/moodle-4.2.3/question.missingword{n}.txt").read_bytes() for n in (2, 3))
    with pytest.raises(UnreadableFile) as declined:
        refuse_declined(third)
    assert str(declined.value).startswith("This is a file of Moodle missing word, which is not imported.")
    refuse_declined(second)  # a question with one right word is written the same in GIFT
    (found,) = gift.parse(second)
    assert (found.kind, "_____" in found.value["stem"]) == ("short_text", True)


def test_every_file_is_recognized_for_what_it_is(corpus: Any) -> None:
    folders = {"gift": "gift", "gift_moodle_ext": "gift", "aiken": "aiken", "moodle_xml": "moodle-xml"}
    wrong = [
        str(path)
        for folder, name in folders.items()
        for path in sorted((corpus / folder).rglob("*"))
        if path.is_file() and guess_format(path.name, path.read_bytes()) != name
    ]
    assert wrong == []


def test_every_question_of_the_files_is_taken_or_refused_with_a_reason(corpus: Any) -> None:
    for folder in ("gift", "gift_real", "gift_moodle_ext"):
        for path in sorted(file for file in (corpus / folder).rglob("*") if file.is_file()):
            found = gift.parse(path.read_bytes())
            assert [one.number for one in found] == list(range(1, len(found) + 1))
            assert all(isinstance(one, Parsed) or (one.reason and one.line) for one in found), path.name
