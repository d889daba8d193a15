"""Response processing, carried out: what a response scores by the file's own rules.

A question is taken over only if our marking gives every answer the share of the points that these rules give. So rules
are not compared by their look: the templates match_correct, map_response and map_response_point and rules written out
are computed alike, and an expression that we do not know is named (QUIZZES.md section 14).
"""

from fractions import Fraction
from xml.etree.ElementTree import Element

from quizzes.interchange.markup import attribute, line_of
from quizzes.interchange.taking import Responses, Unsupported

from .declarations import Declared, Outcome, Response, number, pair
from .expressions import EXPRESSIONS, NUMERIC, Value, equal, number_of, ordered, typed

SCORE = "SCORE"
TEMPLATES = ("match_correct", "map_response", "map_response_point")
MAX_STEPS = 500_000
"""Of one item, over all answers that are tried."""


class Processing:
    """The scoring rules of one item. ``variable`` is the response that a bare template speaks of."""

    def __init__(self, item: Element, declared: Declared) -> None:
        self.declared = declared
        self.rules = item.find("responseProcessing")
        self.template = ""
        self._work = [0]
        if self.rules is not None and not len(self.rules):
            self.template = _template(self.rules)

    @property
    def exists(self) -> bool:
        """Whether the file says at all how a response is scored."""
        return bool(self.template) or (self.rules is not None and len(self.rules) > 0)

    @property
    def uses(self) -> frozenset[str]:
        """The names of the elements that the rules are made of."""
        return frozenset() if self.rules is None else frozenset(element.tag for element in self.rules.iter())

    def speaks_of(self, identifier: str) -> bool:
        """Whether the rules look at this response."""
        rules = () if self.rules is None else self.rules.iter()
        return bool(self.template) or any(attribute(one, "identifier") == identifier for one in rules)

    def score(self, responses: Responses) -> Fraction:
        """What these responses score. Raises ``Unsupported``, naming what stands in the way."""
        session = Session(self.declared, responses, self._work)
        if self.template:
            return number_of(session.templated(self.template))
        for rule in self.rules if self.rules is not None else ():
            session.run(rule)
        return number_of(session.outcomes.get(SCORE))


def _template(rules: Element) -> str:
    address = attribute(rules, "template") or attribute(rules, "templateLocation")
    name = address.rpartition("/")[2].removesuffix(".xml")
    if address and name not in TEMPLATES:
        message = f'the response processing template "{name[:60]}" is not one of {", ".join(TEMPLATES)}'
        raise Unsupported(message, line_of(rules))
    return name


class Session:
    """One run of the rules over one set of responses."""

    def __init__(self, declared: Declared, responses: Responses, work: list[int]) -> None:
        self.declared, self.responses = declared, responses
        self.outcomes: dict[str, Value] = {
            name: typed(one.default, one.base) if one.default else (Fraction(0) if one.base in NUMERIC else None)
            for name, one in declared.outcomes.items()
        }
        self.work = work

    def templated(self, name: str) -> Value:
        """The three standard templates, which speak of the response named RESPONSE, or of the only one there is."""
        declared = self.declared.responses
        response = declared.get("RESPONSE") or (next(iter(declared.values())) if len(declared) == 1 else None)
        if response is None:
            message = "a scoring template is used, but there is no response named RESPONSE"
            raise Unsupported(message)
        if name == "match_correct":
            return Fraction(equal(self.given(response), self.correct(response), in_order=ordered(response)))
        return self.mapped(response) if name == "map_response" else self.mapped_point(response)

    def response(self, element: Element) -> Response:
        identifier = attribute(element, "identifier")
        if identifier not in self.declared.responses:
            message = f'its scoring speaks of "{identifier[:60]}", which the item does not declare'
            raise Unsupported(message, line_of(element))
        return self.declared.responses[identifier]

    def given(self, response: Response) -> Value:
        return _shaped(response, tuple(response.spelled(one) for one in self.responses.get(response.identifier, ())))

    def correct(self, response: Response) -> Value:
        return _shaped(response, tuple(response.spelled(one) for one in response.correct))

    def mapped(self, response: Response) -> Fraction:
        mapping = response.mapping
        if mapping is None:
            message = f'its scoring maps "{response.identifier}", which has no mapping'
            raise Unsupported(message)
        given = dict.fromkeys(response.spelled(one) for one in self.responses.get(response.identifier, ()))
        return mapping.bounded(sum((mapping.worth(one) for one in given), Fraction(0)))

    def mapped_point(self, response: Response) -> Fraction:
        """Each area counts once, however many points hit it."""
        points = [_point(one) for one in self.responses.get(response.identifier, ())]
        total, left = Fraction(0), list(response.areas)
        for x, y in points:
            hit = next((area for area in left if area.holds(x, y)), None)
            if hit is not None:
                left.remove(hit)
                total += hit.value
        return total

    def run(self, rule: Element) -> None:
        self.spend()
        if rule.tag == "responseCondition":
            self.condition(rule)
        elif rule.tag in ("setOutcomeValue", "lookupOutcomeValue"):
            self.set_outcome(rule)
        elif rule.tag == "responseProcessingFragment":
            for inner in rule:
                self.run(inner)
        else:
            message = f'its scoring uses "{rule.tag}", which we do not carry'
            raise Unsupported(message, line_of(rule))

    def condition(self, rule: Element) -> None:
        for branch in rule:
            if branch.tag == "responseElse":
                holds, inner = True, list(branch)
            elif branch.tag in ("responseIf", "responseElseIf") and len(branch):
                holds, inner = self.value(branch[0]) is True, list(branch)[1:]
            else:
                message = f'its scoring uses "{branch.tag}" in a condition'
                raise Unsupported(message, line_of(branch))
            if holds:
                for one in inner:
                    self.run(one)
                return

    def set_outcome(self, rule: Element) -> None:
        identifier = attribute(rule, "identifier")
        value = self.value(rule[0]) if len(rule) else None
        outcome = self.declared.outcomes.get(identifier)
        if rule.tag == "lookupOutcomeValue" and outcome is not None:
            value = _looked_up(outcome, number_of(value))
        self.outcomes[identifier] = value

    def value(self, element: Element) -> Value:
        """What an expression comes to."""
        if element.tag not in EXPRESSIONS:
            what = attribute(element, "definition") or attribute(element, "class")
            named = f'{element.tag} "{what[:60]}"' if what else element.tag
            message = f"its scoring uses {named}, which we do not carry"
            raise Unsupported(message, line_of(element))
        self.spend()
        try:
            return EXPRESSIONS[element.tag](self, element)
        except Unsupported:
            raise
        except (ValueError, IndexError, TypeError) as error:
            message = f"its scoring uses {element.tag} with parts that it does not take"
            raise Unsupported(message, line_of(element)) from error

    def spend(self) -> None:
        """Count one step: the rules of a hostile file end before they have cost much."""
        self.work[0] += 1
        if self.work[0] > MAX_STEPS:
            message = "its scoring takes too long to be tried out"
            raise Unsupported(message)


def _shaped(response: Response, values: tuple[str, ...]) -> Value:
    if not values:
        return None
    found = tuple(typed(one, response.base) for one in values)
    return found[0] if response.single else tuple(one for one in found if one is not None)


def _point(text: str) -> tuple[Fraction, Fraction]:
    x, _, y = pair(text).partition(" ")
    return number(x), number(y)


def _looked_up(outcome: Outcome, raw: Fraction) -> Value:
    for source, target in sorted(outcome.table, reverse=True):
        if raw == source or (outcome.interpolates and raw > source):
            return typed(target, outcome.base)
    return typed(outcome.otherwise, outcome.base) if outcome.otherwise else None
