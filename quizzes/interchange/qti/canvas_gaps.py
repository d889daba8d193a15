"""Gaps in a text as Canvas writes them: [name] in the text, and a list of labels for each name."""

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any
from xml.etree.ElementTree import Element

from quizzes.interchange.base import Parsed
from quizzes.interchange.cloze_forms import cloze_form, gap, line, unmarked, whole_points
from quizzes.interchange.markup import line_of
from quizzes.interchange.taking import Unsupported

from .canvas_item import Question

PATTERNS = {"": "{}", "TextInChoices": "{}", "TextEquivalence": "{}", "TextContainsAnswer": "*{}*", "Equivalence": "{}"}
"""The ways in which New Quizzes compares a gap (instructure/qti); closeness and patterns are not carried."""

Labels = Mapping[str, str]


def blanks(asked: Question) -> Parsed:
    """Written gaps: every label of a gap is accepted."""
    return _gaps(asked, _written)


def dropdowns(asked: Question) -> Parsed:
    """Gaps to be chosen: the label that scores is right."""
    return _gaps(asked, _chosen)


def _gaps(asked: Question, kind: Callable[[Question, Element, str, Labels], dict[str, Any]]) -> Parsed:
    source, gaps, shares = unmarked(asked, asked.source()), [], []
    for number, place in enumerate(asked.responses, start=1):
        name = place.get("ident", "").removeprefix("response_")
        if f"[{name}]" not in source:
            message = f'the gap "{name[:40]}" stands nowhere in its text'
            raise Unsupported(message, line_of(place))
        source = source.replace(f"[{name}]", f"[[{number}]]", 1)
        labels = {one.get("ident", ""): asked.text(one, "an answer of a gap") for one in place.iter("response_label")}
        if not labels:
            message = f'the gap "{name[:40]}" has no answers'
            raise Unsupported(message, line_of(place))
        shares.append(max(asked.score({place.get("ident", ""): (label,)}) for label in labels))
        gaps.append(kind(asked, place, str(number), labels))
    total = sum(shares, Fraction(0))
    if total <= 0:
        message = "no answer earns any points"
        raise Unsupported(message)
    for one, points in zip(gaps, whole_points([share / total for share in shares]), strict=True):
        one["value"]["points"] = points
    if asked.remarks():
        asked.warn("Remarks on single answers of a gap are not kept.")
    passage = asked.rich(source, "the text")
    return asked.parsed("cloze", cloze_form(passage, gaps, asked.feedback()), points=asked.points)


def _written(asked: Question, place: Element, mark: str, labels: Labels) -> dict[str, Any]:
    ways = {one.get("scoring_algorithm", "") for one in place.iter("response_label")}
    unknown = next((way for way in ways if way not in PATTERNS), None)
    if unknown:
        message = f'the gap "{next(iter(labels.values()))[:40]}" is compared by {unknown[:40]}'
        raise Unsupported(message, line_of(place))
    pattern = PATTERNS[ways.pop()]
    texts = {re.sub(r"\*", r"\\*", text).casefold(): re.sub(r"\*", r"\\*", text) for text in labels.values()}
    return gap(asked, mark, "text", [line(100, pattern.format(text)) for text in texts.values()])


def _chosen(asked: Question, place: Element, mark: str, labels: Labels) -> dict[str, Any]:
    scores = {label: asked.score({place.get("ident", ""): (label,)}) for label in labels}
    best = max(scores.values())
    if best <= 0 or set(scores.values()) - {best, Fraction(0)}:
        message = f'the gap "{next(iter(labels.values()))[:40]}" does not have answers that are right or wrong'
        raise Unsupported(message, line_of(place))
    return gap(asked, mark, "select", [line(100 if scores[label] == best else 0, labels[label]) for label in labels])
