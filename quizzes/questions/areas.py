"""Areas of a picture as their author writes them: the picture, its words, each area with a name that does not answer.

Every area has a neutral name, because the list of names is the way without sight or pointer (QUIZZES.md section 12).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from wagtail import blocks

from . import zones
from .authoring import PictureBlock, QuestionBlock
from .base import Json, Lookup, MakeItem, SpecError
from .html import is_blank
from .neutral_names import NEUTRAL
from .pictures import picture_of
from .stored import list_items, said

MAX_AREAS = 30


class CoordinatesBlock(blocks.CharBlock):
    """Where an area lies, as text; the drawing surface of the back office (zones.js) writes it too."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            required=False,
            max_length=600,
            help_text="On a grid from 0 to 10000: left, top, width, height; of a polygon left, top of each corner.",
            **kwargs,
        )
        self.field.widget.attrs["data-zone-at"] = "true"


class AreaBlock(blocks.StructBlock):
    """An area of the picture."""

    name = blocks.CharBlock(
        required=False, max_length=80, help_text="Where it lies, without the answer: upper left, beside the ear."
    )
    shape = blocks.ChoiceBlock(choices=list(zones.SHAPES.items()), default=zones.RECT)
    at = CoordinatesBlock(label="Coordinates")

    class Meta:
        icon = "crosshairs"
        label = "Area"


class AnswerAreaBlock(AreaBlock):
    """An area that can be the answer."""

    correct = blocks.BooleanBlock(required=False, label="Right answer")
    unsafe = blocks.BooleanBlock(
        required=False, help_text="Choosing it fails the whole quiz. Only in a safety-critical question."
    )
    remark = blocks.TextBlock(
        required=False, rows=2, help_text="Shown to those who chose it, once the quiz allows feedback."
    )


class PictureQuestionBlock(QuestionBlock):
    """What the form of a question on a picture begins with."""

    illustration = None  # type: ignore[assignment]  # Wagtail's way to leave out a part that was inherited
    image = PictureBlock(required=False, label="Picture", help_text="Draw the areas on it below.")
    alt = blocks.TextBlock(
        required=False,
        rows=2,
        max_length=400,
        label="The picture in words",
        help_text="For those who cannot see it, without the answer. Empty: the picture's own words.",
    )


def areas_block(area: AreaBlock, **kwargs: Any) -> blocks.ListBlock:
    """The list of areas."""
    return blocks.ListBlock(
        area,
        max_num=MAX_AREAS,
        default=[],
        label="Areas",
        help_text="In the order of their numbers. Where two overlap, the first one counts.",
        **kwargs,
    )


def read_picture(raw: Mapping[str, Json], lookup: Lookup) -> dict[str, Json] | None:
    """The pinned picture, its words those of this question. Its long description names the parts: it stays away."""
    picture = picture_of(raw.get("image"), lookup)
    if picture is None:
        return None
    alt = said(raw, "alt") or picture["alt"]
    return {**picture, "alt": alt, "description": ""}


def read_areas(raw: Mapping[str, Json]) -> list[dict[str, Json]]:
    """Each area with its id, name, shape and coordinates."""
    found = []
    for ident, value in list_items(raw.get("zones"), "Areas"):
        shape = value.get("shape") or zones.RECT
        if shape not in zones.SHAPES:
            message = f'An area has a shape that we do not know: "{shape}".'
            raise SpecError(message)
        at = zones.read_at(shape, str(value.get("at") or ""))
        found.append({"id": ident, "name": said(value, "name"), "shape": shape, "at": at})
    return found


def right_and_unsafe(raw: Mapping[str, Json]) -> tuple[dict[str, list[str]], dict[str, str]]:
    """What the key says of the areas, and the remarks on them."""
    items = list_items(raw.get("zones"), "Areas")
    remarks = {f"zone:{ident}": said(value, "remark") for ident, value in items}
    key = {
        "correct": [ident for ident, value in items if value.get("correct")],
        "unsafe": [ident for ident, value in items if value.get("unsafe")],
    }
    return key, {ref: remark for ref, remark in remarks.items() if remark}


def areas_from_content(spec: Mapping[str, Json], make: MakeItem) -> dict[str, Json]:
    """Picture words and areas of the content format: `[[question.zones]]` with name, shape, at, correct, unsafe."""
    areas = [
        make(
            f"zone {zone['name']}",
            {
                "name": zone["name"].strip(),
                "shape": zone.get("shape", zones.RECT),
                "at": " ".join(str(number) for number in zone["at"]),
                "correct": bool(zone.get("correct")),
                "unsafe": bool(zone.get("unsafe")),
                "remark": zone.get("feedback", "").strip(),
            },
        )
        for zone in spec["zones"]
    ]
    return {"zones": areas, "alt": spec.get("alt", "").strip()}


def picture_problems(public: Mapping[str, Json]) -> list[str]:
    """What every question on a picture needs."""
    found = ["Write the question."] if is_blank(public["stem"]) else []
    picture = public["image"]
    if picture is None:
        found.append("Choose a figure or upload a picture.")
    elif not picture["alt"].strip():
        found.append("Say what the picture shows, in words, for those who cannot see it.")
    return found


def area_problems(areas: Sequence[Mapping[str, Json]], picture: Mapping[str, Json] | None) -> list[str]:
    """Each area lies on the picture, can be hit, and has a name of its own."""
    found = []
    if len(areas) < 2:
        found.append("Draw at least two areas: one alone is the answer.")
    names = [area["name"].casefold() for area in areas]
    if len(set(names)) != len(names):
        found.append("Two areas have the same name.")
    for number, area in enumerate(areas, start=1):
        if not area["name"]:
            found.append(f"Area {number} has no name. {NEUTRAL}")
        found += _place_problems(number, area, areas, picture)
    return found


def _place_problems(
    number: int, area: Mapping[str, Json], areas: Sequence[Mapping[str, Json]], picture: Mapping[str, Json] | None
) -> list[str]:
    if not area["at"]:
        return [f"Area {number} lies nowhere: draw it on the picture, or write its coordinates from 0 to 10000."]
    if zones.crosses_itself(area):
        return [f"The sides of area {number} cross each other: draw it again."]
    _, _, width, height = zones.box(area)
    scaled = height * int(picture["height"]) // max(1, int(picture["width"])) if picture else height
    if min(width, scaled) < zones.SMALLEST:
        return [f"Area {number} is too small to be hit with a finger: make it larger."]
    if not zones.reachable([one for one in areas if one["at"]], area):
        return [f"Area {number} lies wholly below others: nobody can point at it."]
    return []


def numbered(areas: Sequence[Mapping[str, Json]], picture: Mapping[str, Json] | None) -> list[dict[str, Json]]:
    """The areas as they are shown: number, name and shape, all alike whether right or wrong."""
    width, height = (int(picture["width"]), int(picture["height"])) if picture else (1, 1)
    return [
        {
            "number": number,
            "id": area["id"],
            "name": area["name"],
            **(zones.drawn(area, width, height) if area.get("at") else {}),
        }
        for number, area in enumerate(areas, start=1)
    ]


def in_words(areas: Sequence[Mapping[str, Json]]) -> dict[str, str]:
    """What each area is called in a list of answers."""
    return {area["id"]: f"Area {number}: {area['name']}" for number, area in enumerate(areas, start=1)}
