"""The author's form of an anatomy touch question, and what of it is asked and what is key."""

from collections.abc import Mapping
from typing import Any

from wagtail import blocks

from . import areas
from .authoring import critical_block, feedback_block
from .base import Json, MakeItem
from .stored import list_items, said

PLACE, HAND, GRAMS, DIRECTION, SECONDS, STOP = "z", "hand", "g", "dir", "sec", "stop"
LISTS = {HAND: "hand", DIRECTION: "direction", STOP: "stop"}
"""The parts with options, and their fields in the form."""

AMOUNTS = {GRAMS: "pressure", SECONDS: "duration"}
POINTS = {PLACE: "landmark_points", **{part: f"{name}_points" for part, name in (LISTS | AMOUNTS).items()}}
ORDER = (PLACE, HAND, GRAMS, DIRECTION, SECONDS, STOP)


class TouchOptionBlock(blocks.StructBlock):
    """One way to do it."""

    text = blocks.CharBlock(required=False, max_length=200)
    correct = blocks.BooleanBlock(required=False, label="Right answer")
    unsafe = blocks.BooleanBlock(
        required=False, help_text="Choosing it fails the whole quiz. Only in a safety-critical question."
    )
    remark = blocks.TextBlock(
        required=False, rows=2, help_text="Shown to those who chose it, once the quiz allows feedback."
    )

    class Meta:
        icon = "list-ul"
        label = "Option"


class StopOptionBlock(TouchOptionBlock):
    """A sign to stop at, or one that is none."""

    unsafe = blocks.BooleanBlock(
        required=False,
        label="Getting it wrong is unsafe",
        help_text="Missing it (a right one) or choosing it (a wrong one) fails the whole quiz.",
    )


class AmountBlock(blocks.StructBlock):
    """A number with what still counts as right."""

    value = blocks.CharBlock(required=False, max_length=60, help_text="Empty: this is not asked.")
    tolerance = blocks.CharBlock(required=False, max_length=60, default="0", help_text="Plus or minus.")
    remark = blocks.TextBlock(required=False, rows=2, help_text="Shown to all, once the quiz allows feedback.")


class PressureBlock(AmountBlock):
    """Grams, and the limit above which it is unsafe."""

    limit = blocks.CharBlock(
        required=False, max_length=60, help_text="More than this is unsafe. Only in a safety-critical question."
    )


def _points() -> blocks.IntegerBlock:
    return blocks.IntegerBlock(default=1, min_value=1, max_value=100, label="Points")


def _options(label: str, option: TouchOptionBlock) -> blocks.ListBlock:
    return blocks.ListBlock(option, max_num=12, default=[], label=label, help_text="None: this is not asked.")


class AnatomyTouchBlock(areas.PictureQuestionBlock):
    """Where, how, how much, which way, how long, and when to stop. Only the place must be asked."""

    zones = areas.areas_block(areas.AnswerAreaBlock())
    landmark_points = _points()
    hand = _options("How the hand rests", TouchOptionBlock())
    hand_points = _points()
    pressure = PressureBlock(label="Pressure in grams")
    pressure_points = _points()
    direction = _options("Direction", TouchOptionBlock())
    direction_points = _points()
    duration = AmountBlock(label="Duration in seconds")
    duration_points = _points()
    stop = _options("Stop when", StopOptionBlock())
    stop_points = _points()
    feedback = feedback_block()
    critical = critical_block()

    class Meta:
        icon = "placeholder"
        label = "Anatomy touch"
        description = "A contact in full: place, hand, pressure, direction, duration, when to stop."


def read_options(raw: Mapping[str, Json]) -> tuple[dict[str, list[dict[str, str]]], dict[str, list[str]]]:
    """The options of each part that is asked; and which ids are right and unsafe."""
    asked: dict[str, list[dict[str, str]]] = {}
    key: dict[str, list[str]] = {"correct": [], "unsafe": []}
    for part, name in LISTS.items():
        items = list_items(raw.get(name), name.capitalize())
        if items:
            asked[part] = [{"id": ident, "text": said(value, "text")} for ident, value in items]
        for flag, ids in key.items():
            ids += [ident for ident, value in items if value.get(flag)]
    return asked, key


def read_amounts(raw: Mapping[str, Json]) -> dict[str, dict[str, str]]:
    """The numbers that are asked, with tolerance and limit as they were written."""
    found = {}
    for part, name in AMOUNTS.items():
        form = raw.get(name) or {}
        value, tolerance, limit = (said(form, field) for field in ("value", "tolerance", "limit"))
        if value or limit:
            found[part] = {"value": value, "tolerance": tolerance or "0", "limit": limit}
    return found


def read_remarks(raw: Mapping[str, Json]) -> dict[str, str]:
    """Remarks on options and numbers."""
    found = {
        f"option:{ident}": said(value, "remark")
        for name in LISTS.values()
        for ident, value in list_items(raw.get(name), name.capitalize())
    }
    found |= {f"part:{part}": str((raw.get(name) or {}).get("remark") or "").strip() for part, name in AMOUNTS.items()}
    return {ref: text for ref, text in found.items() if text}


def read_points(raw: Mapping[str, Json], asked: set[str]) -> dict[str, int]:
    """What each asked part is worth."""
    given = {part: raw.get(POINTS[part]) for part in ORDER if part in asked}
    return {part: 1 if value is None else int(value) for part, value in given.items()}


def form_from_content(spec: Mapping[str, Json], make: MakeItem) -> dict[str, Json]:
    """The content format: `hand`, `direction` and `stop` are lists of options; `pressure` and `duration` tables with
    value, tolerance, limit, feedback; `part_points` a table by part."""
    form = areas.areas_from_content(spec, make)
    points = spec.get("part_points", {})
    for name in LISTS.values():
        form[name] = [make(f"{name} {option['text']}", _option(option)) for option in spec.get(name, ())]
    for name in AMOUNTS.values():
        given: Mapping[str, Any] = spec.get(name, {})
        form[name] = {
            "value": str(given.get("value", "")),
            "tolerance": str(given.get("tolerance", "0")),
            "remark": given.get("feedback", "").strip(),
        }
    form["pressure"]["limit"] = str(spec.get("pressure", {}).get("limit", ""))
    worth = {field: int(points.get(field.removesuffix("_points"), 1)) for field in POINTS.values()}
    return {**form, **worth, "critical": bool(spec.get("critical"))}


def _option(option: Mapping[str, Json]) -> dict[str, Json]:
    return {
        "text": option["text"].strip(),
        "correct": bool(option.get("correct")),
        "unsafe": bool(option.get("unsafe")),
        "remark": option.get("feedback", "").strip(),
    }
