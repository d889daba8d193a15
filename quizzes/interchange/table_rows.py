"""One row of a table as a question. What is wrong is said by row and column."""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from quizzes.questions import numbers

from .base import Outcome, Parsed, Refused, UnreadableFile
from .gift_answers import Items
from .texts import PLAIN, Losses, Phrase

MAX_CELL = 20_000
PLAIN_COLUMNS = ("id", "kind", "title", "question", "correct", "feedback", "marking", "tolerance", "tags", "points")
_NUMBERED = re.compile(r"(option|remark|weight)\s*([1-9][0-9]?)")
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CHOICE_MARKING = ("right_minus_wrong", "all_or_nothing", "per_option", "weights")
ORDER_MARKING = ("position", "exact", "adjacent_pair", "longest_subset")
MATCH_MARKING = ("per_stem", "all_or_nothing")
YES, NO = {"true", "t", "yes", "1"}, {"false", "f", "no", "0"}


class CellError(ValueError):
    """What is wrong with a cell."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column, self.reason = column, reason


@dataclass(frozen=True)
class Columns:
    """Where each named column stands."""

    places: Mapping[str, int]

    @classmethod
    def named(cls, row: Sequence[str]) -> "Columns":
        """By the first row. Raises ``UnreadableFile`` for a name that no column has, or one that stands twice."""
        places: dict[str, int] = {}
        for place, cell in enumerate(row):
            name = " ".join(cell.split()).casefold()
            numbered = _NUMBERED.fullmatch(name)
            name = f"{numbered[1]} {int(numbered[2])}" if numbered else name
            if not name:
                continue
            if not numbered and name not in PLAIN_COLUMNS:
                known = ", ".join([*PLAIN_COLUMNS, "option 1", "remark 1", "weight 1", "..."])
                message = f'There is no column "{name[:40]}". The first row names the columns: {known}'
                raise UnreadableFile(message)
            if name in places:
                message = f'The column "{name}" is there twice.'
                raise UnreadableFile(message)
            places[name] = place
        if missing := {"kind", "question"} - set(places):
            message = f'The column "{min(missing)}" is missing. The first row of the table names the columns.'
            raise UnreadableFile(message)
        return cls(places)


@dataclass(frozen=True)
class Cells:
    """One row by the names of its columns."""

    values: Mapping[str, str]
    origin: str

    def get(self, name: str) -> str:
        """A cell, or nothing."""
        return self.values.get(name, "")

    def need(self, name: str) -> str:
        """A cell that must be filled."""
        if not self.get(name):
            raise CellError(name, "is empty.")
        return self.get(name)

    def options(self) -> list[tuple[int, str]]:
        """The filled option columns by their number."""
        found = sorted((int(name.split()[1]), text) for name, text in self.values.items() if name.startswith("option "))
        filled = [(number, text) for number, text in found if text]
        if not filled:
            raise CellError("option 1", "is empty.")
        return filled

    def one_of(self, name: str, allowed: Sequence[str]) -> str:
        """A word of a list; the first where nothing is written."""
        written = self.get(name).casefold().replace(" ", "_") or allowed[0]
        if written not in allowed:
            raise CellError(name, f"must be one of {', '.join(allowed)}.")
        return written


def read_row(number: int, row: int, columns: Columns, cells: Sequence[str]) -> Outcome:
    """The question that stands in this row of the table."""
    values = {name: cells[place].strip() if place < len(cells) else "" for name, place in columns.places.items()}
    kind = values["kind"].casefold().replace(" ", "_").replace("-", "_")
    name = " ".join((values.get("title") or values["question"]).split())[:80]
    written = "\n".join(f"{column}\t{text}" for column, text in sorted(values.items()) if text and column != "id")
    origin = f"table id {values['id']}" if values.get("id") else f"table {hashlib.sha256(written.encode()).hexdigest()}"
    given = Cells(values, origin)
    try:
        if long := next((column for column, text in values.items() if len(text) > MAX_CELL), ""):
            raise CellError(long, f"holds more than {MAX_CELL} characters.")
        if kind not in READERS:
            raise CellError("kind", f"must be one of {', '.join(READERS)}.")
        return _parsed(number, name, kind, given)
    except CellError as error:
        reason = f'Row {row}, column "{error.column}" {error.reason}'
        return Refused(number, name, reason, line=row, kind=kind if kind in READERS else "")


def _parsed(number: int, name: str, kind: str, cells: Cells) -> Parsed:
    stem = Losses().rich(Phrase(cells.need("question"), PLAIN), "the question")
    feedback = Losses().rich(Phrase(cells.get("feedback"), PLAIN), "the feedback")
    common = {"stem": stem} if kind == "description" else {"stem": stem, "feedback": feedback}
    return Parsed(
        number=number,
        name=name,
        kind=kind,
        value={**common, **READERS[kind](cells)},
        external_id=cells.get("id"),
        tags=tuple(tag.strip() for tag in re.split(r"[,;|]", cells.get("tags")) if tag.strip()),
        points=_points(cells),
    )


def _points(cells: Cells) -> Fraction | None:
    written = cells.get("points")
    if not written:
        return None
    read = numbers.parse(written)
    if read is None or read.unit or read.value < 0:
        raise CellError("points", f'"{written[:20]}" is not a number of 0 or more.')
    return read.value


def _right(cells: Cells, options: list[tuple[int, str]]) -> set[int]:
    """The options that "correct" names, by number or letter: 2; 1, 3; A C."""
    named, places = set(), dict(options)
    for word in re.split(r"[\s,;]+", cells.need("correct").strip(",; ")):
        if number_of(word) not in places:
            raise CellError("correct", f'names "{word[:20]}", which is none of the options.')
        named.add(number_of(word))
    return named


def number_of(word: str) -> int:
    """The number of an option that is named by its number or its letter; 0 for anything else."""
    if word.isdecimal() and len(word) < 4:
        return int(word)
    return _LETTERS.find(word.upper()) + 1 if len(word) == 1 else 0


def _choice(cells: Cells, right: set[int], *, weights: Mapping[int, str] | None = None) -> list[dict[str, Any]]:
    made = Items(cells.origin)
    for number, text in cells.options():
        entry: dict[str, Any] = {
            "text": text,
            "correct": number in right,
            "remark": cells.get(f"remark {number}"),
            "unsafe": False,
            "fixed": False,
        }
        if weights is not None:
            entry["weight"] = weights.get(number, "")
        made.add(f"option {text}", entry)
    return made.made


def _single_choice(cells: Cells) -> dict[str, Any]:
    right = _right(cells, cells.options())
    if len(right) != 1:
        raise CellError("correct", "names more than one option; a single choice has one that is right.")
    return {"options": _choice(cells, right), "critical": False}


def _multiple_response(cells: Cells) -> dict[str, Any]:
    marking = cells.one_of("marking", CHOICE_MARKING)
    weights = {number: cells.get(f"weight {number}") for number, _ in cells.options()} if marking == "weights" else {}
    options = _choice(cells, _right(cells, cells.options()), weights=weights)
    return {"options": options, "policy": marking, "critical": False}


def _true_false(cells: Cells) -> dict[str, Any]:
    answer = cells.need("correct").casefold()
    if answer not in YES | NO:
        raise CellError("correct", "must be TRUE or FALSE.")
    return {
        "answer": "true" if answer in YES else "false",
        "remark_true": cells.get("remark 1"),
        "remark_false": cells.get("remark 2"),
        "critical": False,
    }


def _numeric(cells: Cells) -> dict[str, Any]:
    accepted = {
        "value": _number(cells, "correct", cells.need("correct")),
        "tolerance": _number(cells, "tolerance", cells.get("tolerance") or "0"),
        "tolerance_kind": numbers.NOMINAL,
        "percent": 100,
        "remark": cells.get("remark 1"),
    }
    made = Items(cells.origin)
    made.add("answer", accepted)
    return {
        "answers": made.made,
        "unit_mode": "none",
        "units": [],
        "unit_penalty_percent": 10,
        "locale": numbers.POINT_LOCALE,
    }


def _number(cells: Cells, column: str, text: str) -> str:
    read = numbers.parse(text)
    if read is None or read.unit or "," in text:
        raise CellError(column, f'"{text[:20]}" is not a number. Write it like 2.5, without a unit.')
    if column == "tolerance" and read.value < 0:
        raise CellError(column, "is below 0.")
    return text


def _short_text(cells: Cells) -> dict[str, Any]:
    made = Items(cells.origin)
    for number, text in cells.options():
        made.add(f"answer {text}", {"text": text, "percent": 100, "remark": cells.get(f"remark {number}")})
    return {"answers": made.made, "one_slip": False, "case_counts": False, "unsafe": [], "critical": False}


def _matching(cells: Cells) -> dict[str, Any]:
    pairs, distractors = Items(cells.origin), Items(cells.origin)
    for number, text in cells.options():
        left, arrow, right = (part.strip() for part in text.partition("->"))
        if not arrow or not right:
            raise CellError(f"option {number}", 'must be a pair: "this -> that".')
        if left:
            pairs.add(f"pair {left}", {"text": left, "match": right, "remark": cells.get(f"remark {number}")})
        else:
            distractors.add(f"distractor {right}", {"text": right})
    policy = cells.one_of("marking", MATCH_MARKING)
    return {"pairs": pairs.made, "distractors": distractors.made, "policy": policy}


def _ordering(cells: Cells) -> dict[str, Any]:
    made = Items(cells.origin)
    for number, text in cells.options():
        made.add(f"item {text}", {"text": text, "remark": cells.get(f"remark {number}")})
    return {"items": made.made, "policy": cells.one_of("marking", ORDER_MARKING)}


def _essay(cells: Cells) -> dict[str, Any]:
    return {"minimum": 0, "maximum": 0, "notes": cells.get("correct"), "rubric": []}


def _description(cells: Cells) -> dict[str, Any]:
    return {}


READERS: dict[str, Callable[[Cells], dict[str, Any]]] = {
    "single_choice": _single_choice,
    "multiple_response": _multiple_response,
    "true_false": _true_false,
    "numeric": _numeric,
    "short_text": _short_text,
    "matching": _matching,
    "ordering": _ordering,
    "essay": _essay,
    "description": _description,
}
