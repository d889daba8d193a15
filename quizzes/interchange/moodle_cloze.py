"""Moodle's cloze ("embedded answers"): gaps written into the text, such as {1:SHORTANSWER:=dura~%50%dura mater#Nearly}.

Moodle 4.5, question/type/multianswer/questiontype.php, qtype_multianswer_extract_question.
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from quizzes.questions import numbers

from .base import Parsed
from .cloze_forms import cloze_form, gap, line, unmarked
from .moodle_entry import Entry
from .taking import Unsupported
from .weights import share

OPENING = re.compile(r"\{(?P<points>[0-9]{0,3}):(?P<kind>[A-Z_]{1,20}):")
ANSWER = re.compile(r"\s*(?:(?P<right>=)|%(?P<percent>-?[0-9]{1,3}(?:\.[0-9]{1,9})?)%)?(?P<text>.*)", re.DOTALL)
CHOSEN = re.compile(r"(MULTICHOICE|MC)(_?(V|H|S|VS|HS))?")
SEVERAL = re.compile(r"(MULTIRESPONSE|MR)(_?(H|S|HS))?")
WRITTEN = {"SHORTANSWER": False, "SA": False, "MW": False, "SHORTANSWER_C": True, "SAC": True, "MWC": True}
NUMERICAL = {"NUMERICAL", "NM"}


@dataclass(frozen=True)
class Answer:
    """One answer of a gap."""

    text: str
    share: Fraction
    remark: str


def cloze(entry: Entry) -> Parsed:
    """The text with its gaps taken out and described beside it."""
    found = entry.element.find("questiontext")
    source = "" if found is None else entry.source(found)
    gaps: list[dict[str, Any]] = []
    parts, at = [], 0
    while opening := OPENING.search(source, at):
        end = _end(source, opening.end())
        parts.append(unmarked(entry, source[at : opening.start()]))
        gaps.append(_gap(entry, len(gaps) + 1, opening, source[opening.end() : end]))
        parts.append(f"[[{len(gaps)}]]")
        at = end + 1
    passage = entry.rich("".join(parts) + unmarked(entry, source[at:]), "the text")
    return entry.parsed("cloze", cloze_form(passage, gaps, entry.html("generalfeedback", "the feedback")))


def _end(source: str, at: int) -> int:
    """Where the gap closes: at the first brace without a backslash before it."""
    while at < len(source):
        if source[at] == "\\":
            at += 1
        elif source[at] == "}":
            return at
        at += 1
    message = "a gap in its text is opened and not closed"
    raise Unsupported(message)


def _gap(entry: Entry, number: int, opening: re.Match[str], body: str) -> dict[str, Any]:
    kind, points = opening["kind"], int(opening["points"] or 1)
    if SEVERAL.fullmatch(kind):
        message = f"gap {number} takes several answers at once ({kind})"
        raise Unsupported(message)
    if not points:
        message = f"gap {number} counts nothing"
        raise Unsupported(message)
    answers = [_answer(entry, text) for text in _split(body, "~")]
    if sum(bool(one.remark) for one in answers):
        entry.warn("Remarks on single answers of a gap are not kept.")
    if CHOSEN.fullmatch(kind):
        return gap(entry, str(number), "select", [_line(entry, one) for one in answers], points=points)
    if kind in WRITTEN:
        return gap(entry, str(number), "text", _texts(entry, answers), points=points, case_counts=WRITTEN[kind])
    if kind in NUMERICAL:
        return _number_gap(entry, number, answers, points)
    message = f"gap {number} is of a type that is not carried ({kind})"
    raise Unsupported(message)


def _split(body: str, sign: str) -> list[str]:
    """The parts between signs that are not escaped."""
    parts = re.findall(rf"(?:\\.|[^\\{sign}]|\\$)+", body, re.DOTALL)
    return [part for part in parts if part.strip()]


def _answer(entry: Entry, written: str) -> Answer:
    match = ANSWER.fullmatch(written)
    if match is None:
        message = "an answer of a gap cannot be read"
        raise Unsupported(message)
    worth = share(match["percent"]) if match["percent"] else Fraction(bool(match["right"]))
    text, *remarks = _split(match["text"], "#") or [""]
    if match["text"].lstrip().startswith("#"):
        text, remarks = "", [text, *remarks]
    remark = "#".join(remarks)
    return Answer(
        " ".join(entry.words(_meant(text), "an answer of a gap").split()),
        worth,
        entry.words(_meant(remark), "a remark"),
    )


def _meant(text: str) -> str:
    return re.sub(r"\\([}#~/\"\\=])", r"\1", text)


def _line(entry: Entry, answer: Answer) -> str:
    """An answer as the author's form of a gap takes it: its credit first, so that no text is taken for it."""
    return line(entry.percent(answer.share, answer.text), answer.text)


def _texts(entry: Entry, answers: list[Answer]) -> list[str]:
    lines = []
    for one in answers:
        lines.append(_line(entry, one))
        if one.text == "*":
            break
    return lines


def _number_gap(entry: Entry, number: int, answers: list[Answer], points: int) -> dict[str, Any]:
    """Numbers with one tolerance. Several tolerances, or "any other number", are more than a gap of ours holds."""
    read: list[tuple[str, Fraction, Fraction, Answer]] = []
    for one in answers:
        value, _, tolerance = one.text.partition(":")
        if value.strip() == "*":
            _refuse_any(number, one)
            continue
        parsed, near = numbers.parse(value.strip()), numbers.parse(tolerance.strip() or "0")
        if parsed is None or parsed.unit or near is None or near.unit:
            message = f'gap {number} holds "{one.text[:40]}", which is no number'
            raise Unsupported(message)
        read.append((numbers.plainly(parsed.value), near.value, one.share, one))
    tolerances = {near for _, near, _, _ in read}
    if len(tolerances) != 1:
        message = f"gap {number} has numbers with different tolerances"
        raise Unsupported(message)
    lines = [line(entry.percent(worth, value), value) for value, _, worth, _ in read]
    return gap(entry, str(number), "number", lines, points=points, tolerance=numbers.plainly(tolerances.pop()))


def _refuse_any(number: int, answer: Answer) -> None:
    if answer.share > 0:
        message = f"any number at all earns points in gap {number}"
        raise Unsupported(message)
