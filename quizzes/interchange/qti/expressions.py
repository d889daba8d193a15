"""The expressions that scoring rules are made of. One that is not in the table is named and refused."""

from collections.abc import Callable
from fractions import Fraction
from typing import Protocol
from xml.etree.ElementTree import Element

from quizzes.interchange.markup import attribute
from quizzes.interchange.taking import Unsupported

from .declarations import Declared, Response, number, pair

Single = str | Fraction | bool
Value = Single | tuple[Single, ...] | None
NUMERIC = ("integer", "float")


class Session(Protocol):
    """One run of the rules, as far as expressions look at it."""

    declared: Declared
    outcomes: dict[str, Value]

    def response(self, element: Element) -> Response:
        """The response that an element names."""

    def given(self, response: Response) -> Value:
        """What was answered."""

    def correct(self, response: Response) -> Value:
        """What is right."""

    def mapped(self, response: Response) -> Fraction:
        """What the mapping makes of the answer."""

    def mapped_point(self, response: Response) -> Fraction:
        """What the area mapping makes of the answer."""

    def value(self, element: Element) -> Value:
        """What an expression comes to."""


Read = Callable[[Session, Element], Value]


def typed(text: str, base: str) -> Single | None:
    """A value of the file by its base type."""
    if base in NUMERIC:
        try:
            return number(text)
        except Unsupported:
            return None
    if base == "boolean":
        return text == "true"
    return pair(text) if base in ("pair", "directedPair", "point") else text


def number_of(value: Value) -> Fraction:
    """A value to count with; null counts as 0."""
    if isinstance(value, Fraction):
        return value
    if value is None:
        return Fraction(0)
    message = "its scoring counts with something that is no number"
    raise Unsupported(message)


def values_of(session: Session, element: Element) -> list[Value]:
    """What the parts of an expression come to."""
    return [session.value(child) for child in element]


def numbers_of(session: Session, element: Element) -> list[Fraction]:
    """The same as numbers, containers taken apart."""
    found: list[Fraction] = []
    for value in values_of(session, element):
        found += [number_of(one) for one in (value if isinstance(value, tuple) else (value,))]
    return found


def ordered(response: Response) -> bool:
    """Whether the places of its values count."""
    return response.cardinality == "ordered"


def equal(first: Value, second: Value, *, in_order: bool = False) -> bool:
    """Whether two values are the same; a container that is not ordered in any order."""
    if first is None or second is None:
        return False
    if isinstance(first, tuple) and isinstance(second, tuple) and not in_order:
        return sorted(map(str, first)) == sorted(map(str, second))
    return first == second


def _match(session: Session, element: Element) -> Value:
    first, second = values_of(session, element)
    named = [child for child in element if child.tag == "variable"]
    declared = session.declared.responses.get(attribute(named[0], "identifier")) if named else None
    return equal(first, second, in_order=declared is not None and ordered(declared))


def _member(session: Session, element: Element) -> Value:
    one, many = values_of(session, element)
    return one in (many if isinstance(many, tuple) else (many,)) if one is not None and many is not None else None


def _contains(session: Session, element: Element) -> Value:
    many, few = (one if isinstance(one, tuple) else (one,) for one in values_of(session, element))
    return all(one in many for one in few)


def _string_match(session: Session, element: Element) -> Value:
    first, second = values_of(session, element)
    if not isinstance(first, str) or not isinstance(second, str):
        return None
    if attribute(element, "caseSensitive", "true") == "true":
        return first == second
    return first.casefold() == second.casefold()


def _number_equal(session: Session, element: Element) -> Value:
    first, second = values_of(session, element)
    if first is None or second is None:
        return None
    first, second, mode = number_of(first), number_of(second), attribute(element, "toleranceMode", "exact")
    if mode == "exact":
        return first == second
    low, high = ((*(number(one, element) for one in attribute(element, "tolerance").split()),) * 2)[:2]
    if mode == "relative":
        low, high = abs(first) * low / 100, abs(first) * high / 100
    return first - low <= second <= first + high


def _compared(holds: Callable[[Fraction, Fraction], bool]) -> Read:
    def read(session: Session, element: Element) -> Value:
        first, second = values_of(session, element)
        return None if first is None or second is None else holds(number_of(first), number_of(second))

    return read


def _divide(session: Session, element: Element) -> Value:
    first, second = numbers_of(session, element)
    return first / second if second else None


def _subtract(session: Session, element: Element) -> Value:
    first, second = numbers_of(session, element)
    return first - second


def _product(session: Session, element: Element) -> Value:
    result = Fraction(1)
    for one in numbers_of(session, element):
        result *= one
    return result


def _variable(session: Session, element: Element) -> Value:
    identifier = attribute(element, "identifier")
    return session.outcomes[identifier] if identifier in session.outcomes else session.given(session.response(element))


def _base_value(session: Session, element: Element) -> Value:
    return typed((element.text or "").strip(), attribute(element, "baseType"))


def _container(session: Session, element: Element) -> Value:
    flat = [one for value in values_of(session, element) for one in (value if isinstance(value, tuple) else (value,))]
    return tuple(one for one in flat if one is not None) or None


def _not(session: Session, element: Element) -> Value:
    value = session.value(element[0])
    return None if value is None else value is not True


EXPRESSIONS: dict[str, Read] = {
    "variable": _variable,
    "baseValue": _base_value,
    "correct": lambda session, element: session.correct(session.response(element)),
    "mapResponse": lambda session, element: session.mapped(session.response(element)),
    "mapResponsePoint": lambda session, element: session.mapped_point(session.response(element)),
    "match": _match,
    "member": _member,
    "contains": _contains,
    "stringMatch": _string_match,
    "equal": _number_equal,
    "isNull": lambda session, element: session.value(element[0]) is None,
    "not": _not,
    "and": lambda session, element: all(value is True for value in values_of(session, element)),
    "or": lambda session, element: any(value is True for value in values_of(session, element)),
    "gt": _compared(lambda first, second: first > second),
    "gte": _compared(lambda first, second: first >= second),
    "lt": _compared(lambda first, second: first < second),
    "lte": _compared(lambda first, second: first <= second),
    "sum": lambda session, element: sum(numbers_of(session, element), Fraction(0)),
    "subtract": _subtract,
    "product": _product,
    "divide": _divide,
    "max": lambda session, element: max(numbers_of(session, element), default=None),
    "min": lambda session, element: min(numbers_of(session, element), default=None),
    "multiple": _container,
    "ordered": _container,
    "null": lambda session, element: None,
}
