"""One gap of a cloze: how it is written by its author, read, and marked. Chosen, written, or a number."""

import re
import uuid
from collections.abc import Iterable, Iterator, Mapping

from wagtail import blocks

from . import numbers
from .base import WHOLE, AnswerError, Json, Lookup, short_text
from .short_text import case_block, slip_block
from .stored import said
from .wording import MAX_TEXT, Lines, wordings_key

CHOICE, TEXT, NUMBER = "select", "text", "number"
KINDS = {CHOICE: "Chosen from a list", TEXT: "Written", NUMBER: "A number"}
MAX_POINTS = 100
MAX_LINES = 40
NAMESPACE = uuid.UUID("3f0b8f5a-2f0f-5d0a-8a0e-6b1f5b6a7d04")

_LINE = re.compile(r"(?:=|%(?P<percent>[0-9]{1,3})%)?(?P<text>.*)")


class GapBlock(blocks.StructBlock):
    """One gap."""

    mark = blocks.CharBlock(max_length=20, help_text="What stands between the brackets in the text: 1 for [[1]].")
    kind = blocks.ChoiceBlock(choices=list(KINDS.items()), default=CHOICE)
    answers = blocks.TextBlock(
        rows=4,
        help_text='One per line. In a list begin each right one with "=", the others are wrong. Of a written gap or a '
        'number every line is right. "%50%half" earns 50 percent.',
    )
    points = blocks.IntegerBlock(
        default=1, min_value=1, max_value=MAX_POINTS, help_text="How much this gap counts beside the others."
    )
    tolerance = blocks.CharBlock(
        max_length=60, required=False, default="0", help_text="Only for a number: plus or minus this much."
    )
    one_slip = slip_block()
    case_counts = case_block()
    remark = blocks.TextBlock(
        required=False, rows=2, help_text="Shown to those who filled it wrong, once the quiz allows feedback."
    )

    class Meta:
        icon = "edit"
        label = "Gap"


def read_lines(text: Json, kind: str) -> list[tuple[str, int]]:
    """The answers of a gap, one per line, each with its share of the points in millionths."""
    found = []
    for line in str(text or "").splitlines():
        match = _LINE.fullmatch(line.strip())
        if match is None or not match["text"].strip():
            continue
        plain = 0 if kind == CHOICE and not line.strip().startswith("=") else WHOLE
        percent = match["percent"]
        found.append((match["text"].strip(), int(percent) * 10_000 if percent else plain))
    return found


def wordings(gaps: Iterable[Mapping[str, Json]]) -> Iterator[str]:
    """What the written gaps accept."""
    for gap in gaps:
        if gap.get("kind") == TEXT:
            yield from (text for text, ppm in read_lines(gap.get("answers"), TEXT) if ppm)


def read_gap(ident: str, value: Mapping[str, Json], lookup: Lookup) -> tuple[dict[str, Json], dict[str, Json]]:
    """A gap taken apart: what is asked, and its part of the key."""
    kind = value.get("kind") or CHOICE
    lines = read_lines(value.get("answers"), kind)
    points = value.get("points")
    key: dict[str, Json] = {
        "kind": kind,
        "mark": said(value, "mark"),
        "points": 1 if points is None else int(points),
    }
    public: dict[str, Json] = {"id": ident, "kind": kind}
    if kind == CHOICE:
        options = [(str(uuid.uuid5(NAMESPACE, f"{ident}\n{text}")), text, ppm) for text, ppm in lines]
        public["options"] = [{"id": option, "text": text} for option, text, _ in sorted(options)]
        key["credit"] = {option: ppm for option, _, ppm in options}
        key["option_count"] = len(options)
    elif kind == TEXT:
        accepted = [
            {"id": str(number), "text": text, "fraction_ppm": ppm} for number, (text, ppm) in enumerate(lines, start=1)
        ]
        key |= wordings_key(
            accepted,
            case_counts=bool(value.get("case_counts")),
            one_slip=bool(value.get("one_slip")),
            terms=lookup.terms,
        )
    else:
        key["numbers"] = [{"value": text, "fraction_ppm": ppm} for text, ppm in lines]
        key["tolerance"] = str(value.get("tolerance") or "0").strip()
    return public, key


def problems(key: Mapping[str, Json]) -> Iterator[str]:
    """Why this gap must not be asked."""
    if not 1 <= key["points"] <= MAX_POINTS:
        yield f"It counts from 1 to {MAX_POINTS} points."
    if key["kind"] == CHOICE:
        yield from _choice_problems(key)
    elif key["kind"] == TEXT:
        yield from Lines(key).problems()
    else:
        yield from _number_problems(key)


def _choice_problems(key: Mapping[str, Json]) -> Iterator[str]:
    credit = key["credit"]
    if key["option_count"] != len(credit):
        yield "Two of its answers say the same."
    if len(credit) < 2:
        yield "Give at least two answers to choose from."
    if len(credit) > MAX_LINES:
        yield f"Give at most {MAX_LINES} answers."
    if any(ppm > WHOLE for ppm in credit.values()):
        yield "Credit is a percentage from 0 to 100."
    if WHOLE not in credit.values():
        yield 'Mark the right answer: begin its line with "=".'
    if credit and set(credit.values()) == {WHOLE}:
        yield 'All its answers are right: begin only the right ones with "=".'


def _number_problems(key: Mapping[str, Json]) -> Iterator[str]:
    tolerance = numbers.parse(key["tolerance"])
    if tolerance is None or tolerance.unit or tolerance.value < 0:
        yield f'The tolerance "{key["tolerance"]}" is not a number of 0 or more.'
    for one in key["numbers"]:
        value = numbers.parse(one["value"])
        if value is None or value.unit:
            yield f'"{one["value"]}" is not a number. Write it like 2.5, without a unit.'
        if one["fraction_ppm"] > WHOLE:
            yield "Credit is a percentage from 0 to 100."
    if not any(one["fraction_ppm"] == WHOLE for one in key["numbers"]):
        yield "Give a number that earns 100 %."


def clean_gap(gap: Mapping[str, Json], given: Json, what: str) -> str:
    """What was put into the gap, in its one stored form; empty for nothing."""
    cap = numbers.MAX_LENGTH if gap["kind"] == NUMBER else MAX_TEXT
    text = short_text(given, cap, what).strip()
    if text and gap["kind"] == CHOICE and text not in {option["id"] for option in gap["options"]}:
        message = f"{what} has no such answer in its list."
        raise AnswerError(message)
    return text


def share(key: Mapping[str, Json], given: str, locale: str) -> int:
    """What this gap earns of its points, in millionths."""
    if key["kind"] == CHOICE:
        return int(key["credit"].get(given, 0))
    if key["kind"] == TEXT:
        line = Lines(key).match(given)
        return int(line["fraction_ppm"]) if line else 0
    quantity, tolerance = numbers.parse(given, locale), numbers.parse(key["tolerance"])
    if quantity is None or quantity.unit or tolerance is None:
        return 0
    fitting = [
        one["fraction_ppm"]
        for one in key["numbers"]
        if (wanted := numbers.parse(one["value"]))
        and numbers.within(wanted=wanted.value, given=quantity.value, tolerance=tolerance.value)
    ]
    return max(fitting, default=0)


def best(key: Mapping[str, Json], locale: str) -> str | None:
    """What fills the gap with full credit."""
    if key["kind"] == CHOICE:
        return max(key["credit"], key=lambda option: key["credit"][option], default=None)
    if key["kind"] == TEXT:
        return Lines(key).best()
    top = max(key["numbers"], key=lambda one: one["fraction_ppm"], default=None)
    if top is None:
        return None
    value = numbers.parse(top["value"])
    if value is None:
        return None
    return numbers.in_locale(str(top["value"]), locale)


def notice(gap: Mapping[str, Json], given: str, locale: str, number: int) -> str:
    """What the learner should know about this gap while it can still be corrected."""
    if gap["kind"] != NUMBER or not given:
        return ""
    quantity = numbers.parse(given, locale)
    if quantity is None:
        example = "2.5" if locale == numbers.POINT_LOCALE else "2,5"
        return f"We cannot read gap {number} as a number. Write it like {example}."
    return f"Write the number in gap {number} without a unit." if quantity.unit else ""
