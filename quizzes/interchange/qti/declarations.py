"""What an item declares: the responses it takes with their keys and mappings, and the outcomes it sets.

IMS QTI 2.2 and 3.0, Assessment, Section and Item information model, "Response declaration" and "Outcome declaration".
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from xml.etree.ElementTree import Element

from quizzes.interchange.markup import attribute, line_of
from quizzes.interchange.taking import Unsupported, exact

from .shapes import check, inside


def number(text: str, element: Element | None = None) -> Fraction:
    """An exact number from a file. Raises ``Unsupported`` for one that is none."""
    value = exact(text)
    if value is None:
        message = f'"{text[:40]}" stands where a number must stand'
        raise Unsupported(message, _line(element))
    return value


def _line(element: Element | None) -> int | None:
    return None if element is None else line_of(element)


def pair(text: str) -> str:
    """A pair in one spelling: its two identifiers with one space between."""
    return " ".join(text.split())


@dataclass(frozen=True)
class Mapping:
    """What each response value is worth, and the bounds of the sum."""

    values: dict[str, Fraction]
    default: Fraction = Fraction(0)
    lower: Fraction | None = None
    upper: Fraction | None = None
    any_case: frozenset[str] = frozenset()

    def worth(self, value: str) -> Fraction:
        """What one response value is worth by itself."""
        if value in self.values:
            return self.values[value]
        folded = value.casefold()
        return next((self.values[key] for key in self.any_case if key.casefold() == folded), self.default)

    def bounded(self, total: Fraction) -> Fraction:
        """A sum within the bounds."""
        if self.lower is not None:
            total = max(self.lower, total)
        return total if self.upper is None else min(self.upper, total)


@dataclass(frozen=True)
class Area:
    """One area of an area mapping, in pixels of the picture."""

    shape: str
    coords: tuple[Fraction, ...]
    value: Fraction

    def holds(self, x: Fraction, y: Fraction) -> bool:
        """Whether a point lies in it; its border counts as inside."""
        return inside(self.shape, self.coords, x, y)


@dataclass(frozen=True)
class Response:
    """One response variable."""

    identifier: str
    cardinality: str
    base: str
    correct: tuple[str, ...] = ()
    mapping: Mapping | None = None
    areas: tuple[Area, ...] = ()

    @property
    def single(self) -> bool:
        """Whether it takes one value. Several right values under "single" are read as several being asked for."""
        return self.cardinality == "single" and len(self.correct) < 2

    def spelled(self, value: str) -> str:
        """A value in the one spelling of its base type."""
        return pair(value) if self.base in ("pair", "directedPair") else value


@dataclass(frozen=True)
class Outcome:
    """One outcome variable, with the table that turns a raw score into it."""

    identifier: str
    base: str
    default: str | None = None
    table: tuple[tuple[Fraction, str], ...] = ()
    interpolates: bool = False
    otherwise: str | None = None


@dataclass(frozen=True)
class Declared:
    """Everything that an item declares."""

    responses: dict[str, Response] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)


def read_declarations(item: Element) -> Declared:
    """The declarations of an item."""
    responses = [_response(element) for element in item.iterfind("responseDeclaration")]
    outcomes = [_outcome(element) for element in item.iterfind("outcomeDeclaration")]
    return Declared({one.identifier: one for one in responses}, {one.identifier: one for one in outcomes})


def values_in(elements: Iterable[Element]) -> tuple[str, ...]:
    """The texts of value elements."""
    return tuple((value.text or "").strip() for value in elements)


def _response(element: Element) -> Response:
    base = attribute(element, "baseType")
    pairs = base in ("pair", "directedPair") or (base == "identifier" and _looks_paired(element))
    values = values_in(element.iterfind("correctResponse/value"))
    found = element.find("mapping")
    return Response(
        identifier=attribute(element, "identifier"),
        cardinality=attribute(element, "cardinality", "single"),
        base="directedPair" if pairs and base == "identifier" else base,
        correct=tuple(pair(value) for value in values) if pairs else values,
        mapping=None if found is None else _mapping(found, pairs=pairs),
        areas=tuple(_area(entry) for entry in element.iterfind("areaMapping/areaMapEntry")),
    )


def _looks_paired(element: Element) -> bool:
    values = values_in(element.iterfind("correctResponse/value"))
    return bool(values) and all(len(value.split()) == 2 for value in values)


def _mapping(element: Element, *, pairs: bool) -> Mapping:
    values: dict[str, Fraction] = {}
    any_case = set()
    for entry in element.iterfind("mapEntry"):
        key = attribute(entry, "mapKey")
        key = pair(key) if pairs else key
        values[key] = number(attribute(entry, "mappedValue"), entry)
        if attribute(entry, "caseSensitive", "true") == "false":
            any_case.add(key)
    lower, upper = attribute(element, "lowerBound"), attribute(element, "upperBound")
    return Mapping(
        values,
        number(attribute(element, "defaultValue", "0"), element),
        number(lower, element) if lower else None,
        number(upper, element) if upper else None,
        frozenset(any_case),
    )


def _area(entry: Element) -> Area:
    shape, coords = attribute(entry, "shape"), coordinates(attribute(entry, "coords"), entry)
    check(shape, coords)
    return Area(shape, coords, number(attribute(entry, "mappedValue"), entry))


def coordinates(text: str, element: Element) -> tuple[Fraction, ...]:
    """The numbers of a coords attribute."""
    return tuple(number(part, element) for part in text.replace(",", " ").split())


def _outcome(element: Element) -> Outcome:
    given = element.find("defaultValue")
    if given is not None and [value.tag for value in given] != ["value"] * max(1, len(given)):
        message = f'the default of its outcome "{attribute(element, "identifier")[:60]}" has no value'
        raise Unsupported(message, line_of(given))
    table = element.find("interpolationTable")
    interpolates = table is not None
    if table is None:
        table = element.find("matchTable")
    rows = [] if table is None else [*table.iterfind("interpolationTableEntry"), *table.iterfind("matchTableEntry")]
    return Outcome(
        identifier=attribute(element, "identifier"),
        base=attribute(element, "baseType"),
        default=next(iter(values_in(element.iterfind("defaultValue/value"))), None),
        table=tuple((number(attribute(row, "sourceValue"), row), attribute(row, "targetValue")) for row in rows),
        interpolates=interpolates,
        otherwise=None if table is None else (attribute(table, "defaultValue") or None),
    )
