"""Answers that are written: textEntryInteraction by itself, and extendedTextInteraction."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any
from xml.etree.ElementTree import Element

from quizzes.interchange.base import Parsed
from quizzes.interchange.markup import attribute, inner_html, line_of
from quizzes.interchange.taking import Trial, Unsupported
from quizzes.questions import numbers

from .declarations import Response, number
from .expressions import NUMERIC
from .reading import ASIDE, INTERACTIONS, Reading
from .written import numeric_form, text_form, written

BLANK = "_____"
NOBODY_WRITES = "\u2042 nothing like this"


def read_text_entry(reading: Reading, interaction: Element) -> Parsed:
    """A text or a number in a line."""
    response = reading.response(interaction)
    if response.cardinality not in ("single", "multiple"):
        message = f"its response is a {response.cardinality} of values"
        raise Unsupported(message, line_of(interaction))
    base = {"stem": _stem_with_blank(reading, interaction), "feedback": reading.feedback()}
    if response.base in NUMERIC:
        form = reading.agreeing("numeric", _numbers(reading, response, base), _number_trials(reading, response))
        return reading.parsed("numeric", form)
    texts = accepted_texts(reading, response)
    shares = reading.shares([{response.identifier: (text,)} for text in texts])
    lines = [(text, share, "") for text, share in zip(texts, shares, strict=True) if share > 0]
    forms = ({**base, **text_form(reading, lines, case_counts=case)} for case in (False, True))
    trials: list[Trial] = [({response.identifier: (text,)}, {"t": text}) for text in (*spellings(texts), NOBODY_WRITES)]
    return reading.parsed("short_text", reading.agreeing("short_text", forms, [*trials, ({}, None)]))


def _stem_with_blank(reading: Reading, interaction: Element) -> str:
    """The text around the field; where words follow it, a line shows its place."""
    before, after = interaction.tail, (interaction.tail or "").strip()
    if after:
        interaction.tail = f" {BLANK} {before}"
    stem = reading.stem(interaction)
    interaction.tail = before
    return stem


def accepted_texts(reading: Reading, response: Response) -> list[str]:
    """Every text that the item names for this response."""
    found = list(response.correct) + list(response.mapping.values if response.mapping else ())
    rules = reading.root.find("responseProcessing")
    for rule in () if rules is None else rules.iter():
        names = {attribute(one, "identifier") for one in rule.iter("variable")}
        if rule.tag in ("stringMatch", "match", "member") and response.identifier in names:
            found += [(one.text or "").strip() for one in rule.iter("baseValue")]
    texts = list(dict.fromkeys(text for text in found if text))
    if not texts:
        message = "it names no accepted answer"
        raise Unsupported(message, line_of(reading.root))
    return texts


def spellings(texts: list[str]) -> Iterator[str]:
    """The texts, and what tells whether capitals count."""
    for text in texts:
        yield from dict.fromkeys((text, text.swapcase(), text.upper(), text.lower()))


Near = tuple[Fraction, Fraction, str]
"""A number, how near an answer must come, and what that is measured in."""


def accepted_numbers(reading: Reading, response: Response) -> list[Near]:
    """Every number that the item names for this response, each with the tolerance of the rule that names it."""
    exact = [*response.correct, *(response.mapping.values if response.mapping else ())]
    found: dict[Fraction, Near] = {}
    for rule in _rules_about(reading, response):
        for one in rule.iter("baseValue"):
            value = number((one.text or "").strip(), one)
            found.setdefault(value, (value, *_tolerance(rule)))
    for text in exact:
        value = number(text)
        found.setdefault(value, (value, Fraction(0), numbers.NOMINAL))
    if not found:
        message = "it names no number that is right"
        raise Unsupported(message, line_of(reading.root))
    return list(found.values())


def _rules_about(reading: Reading, response: Response) -> Iterator[Element]:
    rules = reading.root.find("responseProcessing")
    for rule in () if rules is None else rules.iter():
        if rule.tag in ("equal", "match", "member") and response.identifier in {
            attribute(one, "identifier") for one in rule.iter("variable")
        }:
            yield rule


def _tolerance(rule: Element) -> tuple[Fraction, str]:
    mode, near = attribute(rule, "toleranceMode", "exact"), attribute(rule, "tolerance").split()
    if rule.tag != "equal" or mode == "exact" or not near:
        return Fraction(0), numbers.NOMINAL
    reach = number(near[0], rule)
    return (reach, numbers.NOMINAL) if mode == "absolute" else (reach / 100, numbers.RELATIVE)


def _numbers(reading: Reading, response: Response, base: dict[str, Any]) -> Iterator[dict[str, Any]]:
    accepted = accepted_numbers(reading, response)
    shares = reading.shares([{response.identifier: (written(value),)} for value, _, _ in accepted])
    kept = [(one, share) for one, share in zip(accepted, shares, strict=True) if share > 0]
    form = numeric_form(reading, [(written(value), written(near), share) for (value, near, _), share in kept])
    for entry, ((_, _, kind), _) in zip(form["answers"], kept, strict=True):
        entry["value"]["tolerance_kind"] = kind
    yield {**base, **form}


def _number_trials(reading: Reading, response: Response) -> list[Trial]:
    texts = number_trials(accepted_numbers(reading, response))
    trials: list[Trial] = [({response.identifier: (text,)}, {"v": text, "u": ""}) for text in texts]
    return [*trials, ({}, None)]


def number_trials(accepted: list[Near]) -> list[str]:
    """Each number, both ends of its tolerance, and the next numbers outside."""
    tried = {Fraction(987_654_321)}
    for value, near, kind in accepted:
        reach = near * (abs(value) if kind == numbers.RELATIVE else 1)
        for step in (Fraction(0), reach, reach + Fraction(1, 1000)):
            tried |= {value - step, value + step}
    texts = (numbers.plainly(one) for one in sorted(tried))
    return [text for text in texts if "/" not in text and len(text) < numbers.MAX_LENGTH]


def read_extended_text(reading: Reading, interaction: Element) -> Parsed:
    """A text that a person marks."""
    response = reading.response(interaction)
    if response.cardinality != "single":
        message = f"it takes several texts at once ({response.cardinality})"
        raise Unsupported(message, line_of(interaction))
    if reading.processing and reading.processing.speaks_of(response.identifier):
        message = "a text of several lines is scored by rules, which we leave to a person"
        raise Unsupported(message, line_of(interaction))
    notes = [inner_html(one) for one in reading.body.iter("rubricBlock") if "scorer" in attribute(one, "view")]
    form = {
        "stem": reading.stem(interaction),
        "minimum": 0,
        "maximum": 0,
        "notes": reading.words("".join(notes), "the notes for markers"),
        "rubric": [],
        "feedback": reading.feedback(),
    }
    return reading.parsed("essay", form, points=reading.most)


def read_nothing(reading: Reading) -> Parsed:
    """An item that only shows something."""
    if reading.declared.responses:
        message = "it asks nothing: there is no interaction in it"
        raise Unsupported(message, line_of(reading.root))
    stem = reading.rich(inner_html(reading.body, INTERACTIONS | ASIDE), "the text")
    return reading.parsed("description", {"stem": stem}, points=Fraction(0))
