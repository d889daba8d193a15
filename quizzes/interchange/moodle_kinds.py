"""The question types of Moodle, one reader each: from their element to the author's form of our kind."""

import re
from fractions import Fraction
from typing import Any
from xml.etree.ElementTree import Element

from .base import Parsed
from .cloze_forms import cloze_form, gap, line
from .gift_answers import PARTLY
from .markup import line_of
from .moodle_entry import Entry
from .taking import Unsupported, exact
from .weights import evened, percent_text, weight_text

ORDERINGS = {
    "ALL_OR_NOTHING": "exact",
    "ABSOLUTE_POSITION": "position",
    "RELATIVE_NEXT_EXCLUDE_LAST": "adjacent_pair",
    "LONGEST_ORDERED_SUBSET": "longest_subset",
}
"""Moodle 4.5, question/type/ordering/question.php: its ways of marking that we have too."""

GAP = re.compile(r"\[\[(\d{1,3})\]\]")


def _common(entry: Entry) -> dict[str, Any]:
    return {
        "stem": entry.html("questiontext", "the question"),
        "feedback": entry.html("generalfeedback", "the feedback"),
    }


def _answers(entry: Entry) -> list[Element]:
    found = list(entry.element.iterfind("answer"))
    if not found:
        message = "it has no answers"
        raise Unsupported(message)
    return found


def choice(entry: Entry) -> Parsed:
    """multichoice: one answer, or several with shares of the points."""
    answers = _answers(entry)
    written = [(answer.get("fraction") or "0").strip() for answer in answers]
    worth = evened([entry.fraction(answer) for answer in answers], written)
    common = {**_common(entry), "critical": False}
    if not entry.yes("single", default=True):
        return _several(entry, answers, worth, common)
    if max(worth) != 1:
        message = f"its best answer earns {percent_text(max(worth))} %, not 100 %"
        raise Unsupported(message)
    if sum(one > 0 for one in worth) == 1:
        if min(worth) < 0:
            entry.warn("A wrong choice cost points there; here it earns nothing.")
        return entry.parsed("single_choice", {**common, "options": _options(entry, answers, worth, weighed=False)})
    entry.draft(PARTLY)
    options = _options(entry, answers, worth, weighed=True)
    return entry.parsed("multiple_response", {**common, "policy": "weights", "options": options})


def _several(entry: Entry, answers: list[Element], worth: list[Fraction], common: dict[str, Any]) -> Parsed:
    right = [one for one in worth if one > 0]
    if sum(right) != 1:
        message = f"the shares of its right answers add up to {percent_text(sum(right, Fraction(0)))} %, not to 100 %"
        raise Unsupported(message)
    alike = set(worth) == {Fraction(1, len(right)), -Fraction(1, len(right))}
    options = _options(entry, answers, worth, weighed=not alike)
    policy = "right_minus_wrong" if alike else "weights"
    if not alike and 0 in worth:
        entry.draft("A wrong option costs nothing there; here it needs a weight below 0, or another way of marking.")
    return entry.parsed("multiple_response", {**common, "policy": policy, "options": options})


def _options(entry: Entry, answers: list[Element], worth: list[Fraction], *, weighed: bool) -> list[dict[str, Any]]:
    options = []
    for number, (answer, one) in enumerate(zip(answers, worth, strict=True), start=1):
        value = {
            "text": entry.plain(answer, "an option"),
            "correct": one > 0,
            "remark": entry.plain(answer.find("feedback"), "a remark"),
            "unsafe": False,
            "fixed": not entry.yes("shuffleanswers", default=True),
        }
        options.append(entry.entry(f"option {number}", {**value, "weight": weight_text(one)} if weighed else value))
    return options


def true_false(entry: Entry) -> Parsed:
    """A statement, with a remark for each side."""
    sides = {(answer.findtext("text") or "").strip().casefold(): answer for answer in _answers(entry)}
    right = [name for name, answer in sides.items() if entry.fraction(answer) == 1]
    if set(sides) != {"true", "false"} or len(right) != 1:
        message = "it does not say which of true and false is right"
        raise Unsupported(message)
    remarks = {f"remark_{name}": entry.plain(sides[name].find("feedback"), "a remark") for name in ("true", "false")}
    return entry.parsed("true_false", {**_common(entry), "answer": right[0], **remarks, "critical": False})


def short_answer(entry: Entry) -> Parsed:
    """Texts with stars; the first that fits counts. What stands after "*" is never reached."""
    accepted: list[dict[str, Any]] = []
    for number, answer in enumerate(_answers(entry), start=1):
        text = " ".join((answer.findtext("text") or "").split())
        if accepted and accepted[-1]["value"]["text"] == "*":
            entry.warn(f'"{text[:60]}" stands after "*", which takes every answer; it is left out.')
            break
        value = {
            "text": text,
            "percent": entry.percent(entry.fraction(answer), text),
            "remark": entry.plain(answer.find("feedback"), "a remark"),
        }
        accepted.append(entry.entry(f"answer {number}", value))
    form = {"answers": accepted, "one_slip": False, "case_counts": entry.said("usecase") == "1", "unsafe": []}
    return entry.parsed("short_text", {**_common(entry), **form, "critical": False})


def matching(entry: Entry) -> Parsed:
    """Pairs; one without a left side is an answer that belongs to nothing."""
    pairs, distractors, matches = [], [], []
    for number, one in enumerate(entry.element.iterfind("subquestion"), start=1):
        text = entry.plain(one, "a line to be matched")
        match = " ".join((one.findtext("answer/text") or "").split())
        matches.append(match)
        if text:
            pairs.append(entry.entry(f"pair {number}", {"text": text, "match": match, "remark": ""}))
        else:
            distractors.append(entry.entry(f"distractor {number}", {"text": match}))
    if len({match.casefold() for match in matches}) != len(set(matches)):
        message = "two of its answers differ only by capital letters"
        raise Unsupported(message)
    kept = [one for one in distractors if one["value"]["text"] not in {pair["value"]["match"] for pair in pairs}]
    form = {"pairs": pairs, "distractors": kept, "policy": "per_stem"}
    return entry.parsed("matching", {**_common(entry), **form})


def essay(entry: Entry) -> Parsed:
    """A text marked by a person. What is meant for markers stays with them."""
    if entry.said("responseformat") == "noinline":
        message = "its answer is a file, which we do not take"
        raise Unsupported(message)
    if entry.said("attachments", "0") != "0":
        entry.warn("Files could be attached there; here the answer is text.")
    if (entry.element.findtext("responsetemplate/text") or "").strip():
        entry.warn("The text that the answer began with is not kept.")
    form = {
        "minimum": _count(entry, "minwordlimit"),
        "maximum": _count(entry, "maxwordlimit"),
        "notes": entry.plain(entry.element.find("graderinfo"), "the notes for markers"),
        "rubric": [],
    }
    return entry.parsed("essay", {**_common(entry), **form})


def _count(entry: Entry, name: str) -> int:
    written = entry.said(name)
    return int(written) if written.isdecimal() and len(written) < 6 else 0


def description(entry: Entry) -> Parsed:
    """A text between questions."""
    common = _common(entry)
    if common["feedback"]:
        entry.warn("Text between questions has no feedback: it is not kept.")
    return entry.parsed("description", {"stem": common["stem"]})


def ordering(entry: Entry) -> Parsed:
    """Items; the fraction of each is its place."""
    answers = _answers(entry)
    places = [exact(answer.get("fraction") or "") for answer in answers]
    if None in places or len(set(places)) != len(places):
        message = "an item has no place, or two have the same"
        raise Unsupported(message, line_of(answers[0]))
    placed = sorted(answers, key=lambda answer: exact(answer.get("fraction") or "") or Fraction(0))
    items = [
        entry.entry(
            f"item {number}",
            {"text": entry.plain(one, "an item"), "remark": entry.plain(one.find("feedback"), "a remark")},
        )
        for number, one in enumerate(placed, start=1)
    ]
    written = entry.said("gradingtype", "RELATIVE_NEXT_EXCLUDE_LAST").upper()
    if written not in ORDERINGS:
        entry.draft(f"There it is marked by {written[:60]}, which we do not have. Choose how it is marked.")
    elif entry.element.find("gradingtype") is None:
        entry.warn("The file does not say how it is marked: by neighbors, as Moodle takes it then.")
    if entry.said("selecttype", "ALL") not in ("ALL", "0"):
        entry.draft("There only some of the items are shown at a time; here all are.")
    form = {"items": items, "policy": ORDERINGS.get(written, "position")}
    return entry.parsed("ordering", {**_common(entry), **form})


def gapselect(entry: Entry) -> Parsed:
    """Gaps in a text, each filled from a list; [[2]] is filled rightly with the second option."""
    options = [
        (entry.plain(one, "an option"), (one.findtext("group") or "1").strip())
        for one in entry.element.iterfind("selectoption")
    ]
    common = _common(entry)
    gaps: list[dict[str, Any]] = []

    def marked(match: re.Match[str]) -> str:
        number = int(match[1])
        if not 1 <= number <= len(options):
            message = f"the gap {match[0]} has no right answer"
            raise Unsupported(message)
        right, group = options[number - 1]
        others = [text for text, of in options if of == group and text != right]
        lines = [line(100, right), *(line(0, text) for text in dict.fromkeys(others))]
        gaps.append(gap(entry, str(len(gaps) + 1), "select", lines))
        return f"[[{len(gaps)}]]"

    passage = GAP.sub(marked, common["stem"])
    return entry.parsed("cloze", cloze_form(passage, gaps, common["feedback"]))
