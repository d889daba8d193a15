"""Moodle XML: one question per element, its kind in ``type``, texts in CDATA or escaped, pictures as base64.

Formats and defaults are those of Moodle 4.5, question/format/xml/format.php and the import functions of its question
types.
"""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from xml.etree.ElementTree import Element

from .base import Outcome, Parsed, Refused, UnreadableFile, with_own_ids
from .markup import line_of, read_tree
from .moodle_cloze import cloze
from .moodle_entry import Entry
from .moodle_kinds import (
    choice,
    description,
    essay,
    gapselect,
    matching,
    ordering,
    short_answer,
    true_false,
)
from .moodle_numbers import numerical
from .taking import Unsupported, exact

READERS: dict[str, Callable[[Entry], Parsed]] = {
    "multichoice": choice,
    "truefalse": true_false,
    "shortanswer": short_answer,
    "numerical": numerical,
    "matching": matching,
    "match": matching,
    "essay": essay,
    "description": description,
    "cloze": cloze,
    "multianswer": cloze,
    "gapselect": gapselect,
    "ordering": ordering,
}

MAX_POINTS = 1_000_000

DECLINED = {
    "examview": "This is an ExamView file. We do not import it.",
    "pool": "This is a Blackboard question pool. We do not import it.",
    "questestinterop": "This is a QTI 1.2 file, not Moodle XML.",
    "assessmentItem": "This is a QTI file, not Moodle XML.",
    "assessmentTest": "This is a QTI test, not Moodle XML.",
    "manifest": "This is the manifest of a package, not Moodle XML.",
    "moodle_backup": "This belongs to a Moodle course backup. Export the questions as Moodle XML instead.",
}


def parse(content: bytes) -> list[Outcome]:
    """Every question of a Moodle XML file, or why it is not taken. Raises ``UnreadableFile``."""
    root = read_tree(content)
    if root.tag == "quiz" and root.get("identifier") is None:
        questions = list(root.iterfind("question"))
    elif root.tag == "question":
        questions = [root]
    else:
        message = DECLINED.get(root.tag, f'This is no Moodle XML file: it begins with "{root.tag[:60]}".')
        raise UnreadableFile(message)
    found: list[Outcome] = []
    category = ""
    for element in questions:
        if element.get("type") == "category":
            category = _category(element)
        else:
            found.append(_read(element, len(found) + 1, category))
    if not found:
        message = "There is no question in this file."
        raise UnreadableFile(message)
    return with_own_ids(found)


def _category(element: Element) -> str:
    """The path of the questions that follow, without the roots that only Moodle knows."""
    written = (element.findtext("category/text") or element.findtext("category") or "").strip()
    steps = [step.strip() for step in written.replace("//", "\x00").split("/")]
    kept = [step for step in steps if step and not (step.startswith("$") and step.endswith("$"))]
    if kept and kept[0] == "top":
        kept = kept[1:]
    return "/".join(step.replace("\x00", "//") for step in kept)


def _read(element: Element, number: int, category: str) -> Outcome:
    kind = (element.get("type") or "").strip()
    entry = Entry.of(element, number)
    try:
        if kind not in READERS:
            message = f'the question type "{kind[:60]}" is not carried' if kind else "it names no question type"
            raise Unsupported(message)
        entry.note_losses()
        read = READERS[kind](entry)
    except Unsupported as error:
        return Refused(number, entry.name[:200], f"Not imported: {error}.", error.line or line_of(element), kind)
    return replace(read, category=category, tags=entry.tags, points=_points(element, read.kind))


def _points(element: Element, kind: str) -> Fraction | None:
    if kind == "description":
        return Fraction(0)
    points = exact(element.findtext("defaultgrade") or "")
    return Fraction(round(points * 1000), 1000) if points is not None and 0 <= points <= MAX_POINTS else None
