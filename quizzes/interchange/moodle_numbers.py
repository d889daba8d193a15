"""Moodle's numerical question: numbers with tolerances, and a table of units.

Moodle 4.5, question/type/numerical/question.php: the first answer that fits counts; the multiplier of a unit is how
many of it make one base unit, the inverse of our factor (QUIZZES.md 5.3).
"""

from fractions import Fraction
from typing import Any
from xml.etree.ElementTree import Element

from quizzes.questions import numbers

from .base import Parsed
from .markup import line_of
from .moodle_entry import Entry
from .taking import Unsupported

NO_UNIT_FIELD = "3"
UNGRADED, OF_MARK, OF_MAXIMUM = "0", "1", "2"
FACTOR_LENGTH = 30


def numerical(entry: Entry) -> Parsed:
    """A number, exact or near enough, with or without a unit."""
    accepted: list[tuple[Fraction, Fraction, Fraction]] = []
    answers = []
    for number, answer in enumerate(entry.element.iterfind("answer"), start=1):
        worth = entry.fraction(answer)
        remark = entry.plain(answer.find("feedback"), "a remark")
        if (answer.findtext("text") or "").strip() == "*":
            _any_other(entry, answer, worth, remark)
            break
        value, tolerance = _number(answer, "text"), _number(answer, "tolerance", "0")
        accepted.append((value, tolerance, worth))
        form = {
            "value": _written(value),
            "tolerance": _written(tolerance),
            "tolerance_kind": numbers.NOMINAL,
            "percent": entry.percent(worth, _written(value)),
            "remark": remark,
        }
        answers.append(entry.entry(f"answer {number}", form))
    if not answers:
        message = "it has no number to be found"
        raise Unsupported(message)
    _note_precedence(entry, accepted)
    units = _units(entry)
    stem = {"stem": entry.html("questiontext", "the question")}
    feedback = {"feedback": entry.html("generalfeedback", "the feedback")}
    return entry.parsed("numeric", {**stem, "answers": answers, **units, "locale": numbers.POINT_LOCALE, **feedback})


def _any_other(entry: Entry, answer: Element, worth: Fraction, remark: str) -> None:
    if worth > 0:
        message = "any number at all earns points"
        raise Unsupported(message, line_of(answer))
    if remark:
        entry.warn("The remark on every other number is not kept.")


def _number(answer: Element, name: str, default: str = "") -> Fraction:
    written = (answer.findtext(name) or "").strip() or default
    read = numbers.parse(written)
    if read is None or read.unit:
        message = f'"{written[:40]}" is not a number'
        raise Unsupported(message, line_of(answer))
    return read.value


def _written(value: Fraction) -> str:
    text = numbers.plainly(value)
    if len(text) > numbers.MAX_LENGTH:
        message = f"the number {text[:20]} has too many digits"
        raise Unsupported(message)
    return text


def _note_precedence(entry: Entry, accepted: list[tuple[Fraction, Fraction, Fraction]]) -> None:
    """There the first number that fits counts, here the best: where they differ, a person decides."""
    for place, (value, tolerance, worth) in enumerate(accepted):
        for later, wider, better in accepted[place + 1 :]:
            if better > worth and abs(value - later) <= tolerance + wider:
                entry.draft(
                    f"{_written(value)} and {_written(later)} overlap: there the first one counts, here the better one."
                )


def _units(entry: Entry) -> dict[str, Any]:
    found = list(entry.element.iterfind("units/unit"))
    graded = entry.said("unitgradingtype", UNGRADED)
    if not found or entry.said("showunits") == NO_UNIT_FIELD:
        return {"unit_mode": "none", "units": [], "unit_penalty_percent": 10}
    units = [
        entry.entry(f"unit {number}", {"name": name, "factor": _factor(entry, unit, name)})
        for number, unit in enumerate(found, start=1)
        for name in [(unit.findtext("unit_name") or "").strip()]
    ]
    if graded == UNGRADED:
        return {"unit_mode": "optional", "units": units, "unit_penalty_percent": 0}
    partly = any(0 < entry.fraction(answer) < 1 for answer in entry.element.iterfind("answer"))
    if graded == OF_MARK and partly:
        entry.draft("There a missing unit takes a share of what was earned, here of the whole. Set what it costs.")
    penalty = _penalty(entry)
    return {"unit_mode": "required", "units": units, "unit_penalty_percent": int(penalty)}


def _penalty(entry: Entry) -> Fraction:
    read = numbers.parse(entry.said("unitpenalty", "0.1"))
    penalty = Fraction(10) if read is None else read.value * 100
    if penalty.denominator != 1 or not 0 <= penalty <= 100:
        entry.draft(f"What a missing unit costs ({entry.said('unitpenalty')}) is no whole percent. Set it.")
    return max(Fraction(0), min(Fraction(100), penalty))


def _factor(entry: Entry, unit: Element, name: str) -> str:
    """Base units in one of this: the inverse of Moodle's multiplier."""
    read = numbers.parse((unit.findtext("multiplier") or "").strip())
    if read is None or read.value <= 0 or read.unit:
        message = f'the unit "{name[:20]}" has no multiplier above 0'
        raise Unsupported(message, line_of(unit))
    factor = 1 / read.value
    text = numbers.plainly(factor)
    if "/" not in text and len(text) <= FACTOR_LENGTH:
        return text
    rounded = f"{float(factor):.15g}"
    entry.draft(f'One "{name[:20]}" in base units has no end of decimals; it was rounded to {rounded}.')
    return rounded
