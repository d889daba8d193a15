"""Questions on a picture: hotspotInteraction, selectPointInteraction, graphicGapMatchInteraction.

Areas come in pixels of the picture and become zones of our grid. QTI has no names for those who cannot see the areas,
so most of these questions wait as drafts until a person has named them (QUIZZES.md section 12).
"""

import io
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations
from typing import Any
from xml.etree.ElementTree import Element

from PIL import Image, UnidentifiedImageError

from quizzes.interchange.base import Parsed
from quizzes.interchange.markup import attribute, inner_html, line_of
from quizzes.interchange.taking import Trial, Unsupported
from quizzes.questions.areas import MAX_AREAS

from .declarations import Area, coordinates, number
from .pairs import right_pairs
from .reading import Reading
from .shapes import Size, center, zone

HOTSPOTS = ("right_minus_wrong", "all_or_nothing")
LABELS = ("per_label", "all_or_nothing")
MAX_POINTED = 8
NAMELESS = "Its areas have no names. Give each one a name that says where it lies, not what it is."


def read_hotspot(reading: Reading, interaction: Element) -> Parsed:
    """Areas to be chosen."""
    response = reading.response(interaction)
    size = _picture(reading, interaction)
    spots = list(interaction.iterfind("hotspotChoice"))
    names = [attribute(one, "identifier") for one in spots]
    right = set(response.correct) or {name for name in names if reading.score({response.identifier: (name,)}) > 0}
    zones = [_zone(reading, one, size, correct=attribute(one, "identifier") in right) for one in spots]
    ids = {name: one["id"] for name, one in zip(names, zones, strict=True)}
    written = attribute(interaction, "maxChoices", "1")
    most = len(names) if response.cardinality != "single" else 1
    if written.isdecimal() and 0 < int(written) < most:
        most = int(written)
        reading.warn(f"At most {most} areas could be chosen; here any number can.")
    trials: list[Trial] = [
        ({response.identifier: one}, {"z": [ids[name] for name in one]} if one else None)
        for one in _sets(names, right, most)
    ]
    return _hotspot(reading, interaction, zones, trials, many=response.cardinality != "single")


def read_select_point(reading: Reading, interaction: Element) -> Parsed:
    """Points that must lie in the areas of the mapping."""
    response = reading.response(interaction)
    size = _picture(reading, interaction)
    areas = [one for one in response.areas if one.value > 0]
    if not areas or len(areas) != len(response.areas) or len(areas) > MAX_POINTED:
        message = "its key is not a list of areas that earn points"
        raise Unsupported(message, line_of(interaction))
    zones = [_area(reading, place, one, size) for place, one in enumerate(areas, start=1)]
    written = attribute(interaction, "maxChoices", "1")
    most = int(written) if written.isdecimal() and int(written) else len(areas) + 1
    middles = [center(one.shape, one.coords) for one in areas]
    outside = next((one for one in _corners(size) if not any(area.holds(*one) for area in areas)), None)
    trials = []
    for count in range(min(most, len(areas)) + 1):
        for chosen in combinations(middles, count):
            points = [*chosen, outside] if outside and count < most else list(chosen)
            trials += [_pointed(response.identifier, list(chosen), size), _pointed(response.identifier, points, size)]
    return _hotspot(reading, interaction, zones, trials, many=most > 1)


def _corners(size: Size) -> Iterator[tuple[Fraction, Fraction]]:
    for across in range(21):
        for down in range(21):
            yield size[0] * across / 20, size[1] * down / 20


def _pointed(identifier: str, points: Sequence[tuple[Fraction, Fraction]], size: Size) -> Trial:
    given = tuple(f"{float(x)} {float(y)}" for x, y in points)
    ours = [[round(x * 10_000 / size[0]), round(y * 10_000 / size[1])] for x, y in points]
    return {identifier: given}, {"p": ours} if ours else None


def _hotspot(
    reading: Reading, interaction: Element, zones: list[dict[str, Any]], trials: list[Trial], *, many: bool
) -> Parsed:
    base = {
        "stem": reading.stem(interaction),
        "alt": reading.pictures["image"].alt if "image" in reading.pictures else "",
        "zones": zones,
        "many": many,
        "feedback": reading.feedback(),
        "critical": False,
    }
    form = reading.agreeing("hotspot", ({**base, "policy": policy} for policy in HOTSPOTS), trials)
    _note_names(reading, zones)
    return reading.parsed("hotspot", form)


def _note_names(reading: Reading, zones: list[dict[str, Any]]) -> None:
    if not all(one["value"]["name"] for one in zones):
        reading.draft(NAMELESS)
    if len(zones) < 2:
        reading.draft("It has one area, which alone would be the answer. Draw others.")


def _sets(names: list[str], right: set[str], most: int) -> Iterator[tuple[str, ...]]:
    sizes = range(most + 1) if len(names) <= 8 else range(3)
    found = [set(one) for size in sizes for one in combinations(names, min(size, len(names)))]
    found += [right, *(right - {one} for one in right), *(right | {one} for one in names), set(names)]
    kept = [tuple(name for name in names if name in one) for one in found if len(one) <= most]
    yield from dict.fromkeys(kept)


def read_graphic_gap_match(reading: Reading, interaction: Element) -> Parsed:
    """Labels put on areas."""
    response = reading.response(interaction)
    size = _picture(reading, interaction)
    labels = {
        attribute(one, "identifier"): _label(reading, one) for one in interaction if one.tag in ("gapImg", "gapText")
    }
    spots = list(interaction.iterfind("associableHotspot"))
    pairs = right_pairs(reading, response)
    right = dict(pairs)
    known = {attribute(one, "identifier") for one in spots}
    if len(right) != len(pairs) or not set(right) <= set(labels) or not set(right.values()) <= known:
        message = "a label belongs to several areas at once, or to none of those drawn"
        raise Unsupported(message, line_of(interaction))
    entries = {name: reading.entry(f"label {name}", {"text": text, "remark": ""}) for name, text in labels.items()}
    zones = []
    for one in spots:
        made = _zone(reading, one, size)
        mine = [entries[label] for label, place in right.items() if place == attribute(one, "identifier")]
        zones.append({**made, "value": {**made["value"], "labels": mine}})
    places = {attribute(one, "identifier"): made["id"] for one, made in zip(spots, zones, strict=True)}

    def trial(answer: dict[str, str]) -> Trial:
        given = tuple(f"{label} {place}" for label, place in answer.items())
        return {response.identifier: given}, {"d": {entries[one]["id"]: places[at] for one, at in answer.items()}}

    base = {
        "stem": reading.stem(interaction),
        "alt": reading.pictures["image"].alt if "image" in reading.pictures else "",
        "zones": zones,
        "extra": [entries[name] for name in labels if name not in right],
        "feedback": reading.feedback(),
    }
    trials = [trial(answer) for answer in _placings(right, list(labels), list(places))]
    form = reading.agreeing("labels", ({**base, "policy": policy} for policy in LABELS), trials)
    _note_names(reading, zones)
    return reading.parsed("labels", form)


def _placings(right: dict[str, str], labels: list[str], places: list[str]) -> Iterator[dict[str, str]]:
    yield {}
    yield dict(right)
    for label in labels:
        yield {one: place for one, place in right.items() if one != label}
        for place in places:
            yield {**right, label: place}
            yield {label: place}


def _label(reading: Reading, element: Element) -> str:
    """The words of a label: its text, else what its picture is called."""
    said = attribute(element, "objectLabel") or reading.text(element, "a label")
    if not said:
        shown = next((one for one in element.iter() if one.tag in ("img", "object")), None)
        said = "" if shown is None else attribute(shown, "alt") or (shown.text or "").strip()
        reading.draft("A label was a picture; give it words." if not said else "A label was a picture; read its words.")
    return " ".join(said.split())


def _picture(reading: Reading, interaction: Element) -> Size:
    """Take the picture along; its size in the pixels of the areas."""
    shown = next((one for one in interaction if one.tag in ("img", "object", "picture")), None)
    if len(interaction) > 3 * MAX_AREAS:
        message = f"it has more than {MAX_AREAS} areas"
        raise Unsupported(message, line_of(interaction))
    if shown is None:
        message = "it has no picture"
        raise Unsupported(message, line_of(interaction))
    source = attribute(shown, "src") or attribute(shown, "data")
    alt = attribute(shown, "alt") or " ".join(inner_html(shown).split())
    reading.picture("image", source, alt)
    if not alt:
        reading.draft("The picture has no words for those who cannot see it.")
    written = [attribute(shown, name).removesuffix("px") for name in ("width", "height")]
    if all(one.isdecimal() and int(one) for one in written):
        return number(written[0]), number(written[1])
    if "image" not in reading.pictures:
        message = "the size of its picture is not known, so its areas cannot be placed"
        raise Unsupported(message, line_of(shown))
    return _measured(reading.pictures["image"].content)


def _measured(content: bytes) -> Size:
    try:
        with Image.open(io.BytesIO(content)) as opened:
            return Fraction(opened.width), Fraction(opened.height)
    except (UnidentifiedImageError, OSError, ValueError) as error:
        message = "its picture cannot be read, so its areas cannot be placed"
        raise Unsupported(message) from error


def _zone(reading: Reading, spot: Element, size: Size, **more: Any) -> dict[str, Any]:
    shape, coords = attribute(spot, "shape"), coordinates(attribute(spot, "coords"), spot)
    name = attribute(spot, "hotspotLabel")
    drawn = zone(shape, coords, size)
    if more:
        more |= {"unsafe": False, "remark": ""}
    return reading.entry(f"zone {attribute(spot, 'identifier')}", {"name": name, **drawn, **more})


def _area(reading: Reading, place: int, area: Area, size: Size) -> dict[str, Any]:
    drawn = zone(area.shape, area.coords, size)
    value = {"name": "", **drawn, "correct": True, "unsafe": False, "remark": ""}
    return reading.entry(f"zone {place}", value)
