"""What must be mended before an anatomy touch question can be asked."""

from collections.abc import Mapping, Sequence

from . import areas, numbers
from .base import Json
from .neutral_names import name_problems
from .touch_form import GRAMS, STOP

NAMES = {"hand": "How the hand rests", "dir": "Direction", "stop": "Stop when", "g": "Pressure", "sec": "Duration"}


def touch_problems(public: Mapping[str, Json], key: Mapping[str, Json]) -> list[str]:
    """In words for its author. None: it may be published."""
    found = areas.picture_problems(public) + areas.area_problems(public["zones"], public["image"])
    found += name_problems(public["zones"], [public["stem"]])
    right = set(key["correct"])
    if not any(zone["id"] in right for zone in public["zones"]):
        found.append("Mark the right place: no area is marked as right.")
    for part, options in public["options"].items():
        found += _option_problems(NAMES[part], options, right)
    for part, amount in key["amounts"].items():
        found += _amount_problems(NAMES[part], amount)
    if any(points < 1 for points in public["points"].values()):
        found.append("Every part needs at least one point.")
    return found + _safety_problems(public, key)


def _option_problems(name: str, options: Sequence[Mapping[str, Json]], right: set[str]) -> list[str]:
    texts = [option["text"].casefold() for option in options]
    found = []
    if len(texts) < 2:
        found.append(f"{name}: give at least two options.")
    if not all(texts):
        found.append(f"{name}: an option is empty.")
    if len(set(texts)) != len(texts):
        found.append(f"{name}: two options say the same.")
    if not any(option["id"] in right for option in options):
        found.append(f"{name}: no option is marked as right.")
    return found


def _amount_problems(name: str, amount: Mapping[str, str]) -> list[str]:
    found = []
    given = {field: numbers.parse(amount[field]) for field in ("value", "tolerance", "limit") if amount[field]}
    for field in ("value", "tolerance", "limit"):
        number = given.get(field)
        if (amount[field] or field == "value") and (number is None or number.unit or number.value < 0):
            found.append(f'{name}: "{amount[field]}" is not a number of 0 or more. Write it like 2.5, without a unit.')
    if found or "limit" not in given:
        return found
    value, tolerance, limit = (given[field].value for field in ("value", "tolerance", "limit"))  # type: ignore[union-attr]
    if value + tolerance > limit:
        found.append(f"{name}: what is right must not lie above the limit of {amount['limit']}.")
    return found


def _safety_problems(public: Mapping[str, Json], key: Mapping[str, Json]) -> list[str]:
    stops = {option["id"] for option in public["options"].get(STOP, ())}
    limit = key["amounts"].get(GRAMS, {}).get("limit")
    found = []
    if (set(key["unsafe"]) & set(key["correct"])) - stops:
        found.append("Something is marked as right and as unsafe.")
    if key["critical"] and not key["unsafe"] and not limit:
        found.append("A safety-critical question needs a limit of pressure, or something marked as unsafe.")
    if (key["unsafe"] or limit) and not key["critical"]:
        found.append("Something is marked as unsafe, but the question is not marked as safety-critical.")
    return found
