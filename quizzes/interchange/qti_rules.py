"""Declarations and response processing of an item that is written: the key, and what an answer scores."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from xml.etree.ElementTree import Element

from .leaving import decimals, part

Case = tuple[Element, int]
"""A condition and the percent that it earns."""


class Rules:
    """The rules of one item."""

    def __init__(self, root: Element) -> None:
        self.root = root
        self.best = Fraction(1)
        self.repeats_response = False
        self.always_shows = ""
        self._by_hand = self._nothing = False
        self._responses: list[Element] = []
        self._processing = Element("responseProcessing")

    def respond(self, cardinality: str, base: str, right: Sequence[str], identifier: str = "RESPONSE") -> None:
        """A response and its key."""
        made = Element("responseDeclaration", identifier=identifier, cardinality=cardinality, baseType=base)
        if right:
            correct = part(made, "correctResponse")
            for value in right:
                part(correct, "value", value)
        self._responses.append(made)

    def by_hand(self) -> None:
        """A person marks it."""
        self._by_hand = True

    def nothing(self) -> None:
        """There is nothing to mark."""
        self._nothing = True

    def match_correct(self) -> None:
        """One for the key, nothing for all else (the template match_correct, written out)."""
        condition = part(self._processing, "responseCondition")
        holds = part(condition, "responseIf")
        compared = part(holds, "match")
        part(compared, "variable", identifier="RESPONSE")
        part(compared, "correct", identifier="RESPONSE")
        _set(holds, Fraction(1))
        _set(part(condition, "responseElse"), Fraction(0))

    def map_response(self, worth: Mapping[str, Fraction], *, best: int, start: int = 0) -> None:
        """The sum of what each choice is worth, within 0 and the best (the template map_response, written out).

        ``start`` is what any answer begins with; an empty one scores nothing.
        """
        self.best = Fraction(best)
        bounds = {} if start else {"lowerBound": "0", "upperBound": str(best)}
        mapping = part(self._responses[-1], "mapping", defaultValue="0", **bounds)
        for key, value in worth.items():
            part(mapping, "mapEntry", mapKey=key, mappedValue=decimals(value))
        condition = part(self._processing, "responseCondition")
        empty = part(condition, "responseIf")
        part(part(empty, "isNull"), "variable", identifier="RESPONSE")
        _set(empty, Fraction(0))
        scored = part(part(condition, "responseElse"), "setOutcomeValue", identifier="SCORE")
        if start:
            scored = part(scored, "sum")
            part(scored, "baseValue", str(start), baseType="float")
        part(scored, "mapResponse", identifier="RESPONSE")

    def near(self, value: str, tolerance: str, identifier: str = "RESPONSE") -> Element:
        """A number within its tolerance."""
        made = Element("equal", toleranceMode="absolute", tolerance=f"{tolerance} {tolerance}")
        part(made, "baseValue", value, baseType="float")
        part(made, "variable", identifier=identifier)
        return made

    def says(self, text: str, identifier: str = "RESPONSE", *, case: bool) -> Element:
        """A text, with or without regard to capitals."""
        made = Element("stringMatch", caseSensitive="true" if case else "false")
        part(made, "variable", identifier=identifier)
        part(made, "baseValue", text, baseType="string")
        return made

    def chose(self, choice: str, identifier: str) -> Element:
        """An option."""
        made = Element("match")
        part(made, "variable", identifier=identifier)
        part(made, "baseValue", choice, baseType="identifier")
        return made

    def first_that_fits(self, cases: Sequence[Case], points: Fraction = Fraction(1), *, adds: bool = False) -> None:
        """The first condition that holds decides what is earned."""
        condition = part(self._processing, "responseCondition")
        for place, (holds, percent) in enumerate(cases):
            branch = part(condition, "responseElseIf" if place else "responseIf")
            branch.append(holds)
            _set(branch, points * Fraction(percent, 100), adds=adds)

    def declare(self) -> None:
        """Responses and outcomes, before the body."""
        self.root.extend(self._responses)
        if not self._nothing:
            score = _outcome(self.root, "SCORE", "float", "0")
            if self._by_hand:
                score.set("externalScored", "human")
            _outcome(self.root, "MAXSCORE", "float", decimals(self.best))
        if self.repeats_response:
            _outcome(self.root, "FEEDBACK", "identifier", "", self._responses[0].get("cardinality", "single"))
        if self.always_shows:
            _outcome(self.root, "GENERAL", "identifier", self.always_shows)

    def finish(self) -> None:
        """Response processing, after the body."""
        if self.repeats_response:
            shown = part(self._processing, "setOutcomeValue", identifier="FEEDBACK")
            part(shown, "variable", identifier="RESPONSE")
        if len(self._processing):
            self.root.append(self._processing)


def _set(branch: Element, value: Fraction, *, adds: bool = False) -> None:
    rule = part(branch, "setOutcomeValue", identifier="SCORE")
    if adds:
        rule = part(rule, "sum")
        part(rule, "variable", identifier="SCORE")
    part(rule, "baseValue", decimals(value), baseType="float")


def _outcome(root: Element, identifier: str, base: str, default: str, cardinality: str = "single") -> Element:
    made = part(root, "outcomeDeclaration", identifier=identifier, cardinality=cardinality, baseType=base)
    if default:
        part(part(made, "defaultValue"), "value", default)
    return made
