"""Questions on a picture as QTI items."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any
from xml.etree.ElementTree import Element

from .leaving import CannotSay, part
from .qti_item import Item

Zone = Mapping[str, Any]


def _image(item: Item, interaction: Element) -> tuple[int, int]:
    """The picture of the question; its size is what the areas are measured in."""
    image, source = item.question.public["image"], item.pictures.get("image")
    if not image or not source:
        message = "Its picture could not be read."
        raise CannotSay(message)
    width, height = int(image["width"]), int(image["height"])
    part(interaction, "img", src=source, alt=image["alt"], width=str(width), height=str(height))
    return width, height


def _coords(zone: Zone, size: tuple[int, int]) -> dict[str, str]:
    at = zone["at"] if isinstance(zone["at"], list) else []
    if zone["shape"] == "polygon":
        scaled = [round(value * size[place % 2] / 10_000) for place, value in enumerate(at)]
        return {"shape": "poly", "coords": ",".join(map(str, scaled))}
    left, top, width, height = at
    x1, y1 = left * size[0] / 10_000, top * size[1] / 10_000
    x2, y2 = (left + width) * size[0] / 10_000, (top + height) * size[1] / 10_000
    if zone["shape"] == "rect":
        values = (x1, y1, x2, y2)
    else:
        values = ((x1 + x2) / 2, (y1 + y2) / 2, (x2 - x1) / 2, (y2 - y1) / 2)
    return {"shape": str(zone["shape"]), "coords": ",".join(str(round(value)) for value in values)}


def _zones(
    item: Item, interaction: Element, tag: str, places: list[Mapping[str, object]], **more: str
) -> dict[str, str]:
    size = _image(item, interaction)
    names = {}
    for place, (zone, named) in enumerate(zip(places, item.question.public["zones"], strict=True), start=1):
        names[named["id"]] = name = f"Z{place}"
        part(interaction, tag, identifier=name, hotspotLabel=named["name"], **_coords(zone, size), **more)
    return names


def hotspot(item: Item) -> None:
    """Areas to be chosen, named for those who cannot see them."""
    public = item.question.public
    interaction = item.interaction("hotspotInteraction", maxChoices="0" if public["many"] else "1")
    names = _zones(item, interaction, "hotspotChoice", item.question.key["zones"])
    right = [names[one] for one in item.right]
    item.rules.respond("multiple" if public["many"] else "single", "identifier", right)
    if public["policy"] == "all_or_nothing":
        item.rules.match_correct()
    else:
        signs = {name: Fraction(1 if name in right else -1) for name in names.values()}
        item.rules.map_response(signs, best=len(right))


def labels(item: Item) -> None:
    """Words put on areas."""
    public, key = item.question.public, item.question.key
    interaction = item.interaction("graphicGapMatchInteraction")
    shown = Element("kept")
    zones = _zones(item, shown, "associableHotspot", public["zones"], matchMax="0")
    interaction.append(shown[0])
    named = {}
    for place, one in enumerate(public["labels"], start=1):
        named[one["id"]] = name = f"L{place}"
        part(interaction, "gapText", one["text"], identifier=name, matchMax="1")
    interaction.extend(list(shown)[1:])
    right = [f"{named[label]} {zones[zone]}" for label, zone in key["right"].items()]
    item.rules.respond("multiple", "directedPair", right)
    if public["policy"] == "all_or_nothing":
        item.rules.match_correct()
        return
    astray = [f"{named[one]} {zone}" for one in named if one not in key["right"] for zone in zones.values()]
    worth = dict.fromkeys(right, Fraction(1)) | dict.fromkeys(astray, Fraction(-1))
    item.rules.map_response(worth, best=len(right))
