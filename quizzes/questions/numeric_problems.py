"""Why a numeric question must not be published."""

from collections.abc import Mapping

from . import numbers
from .base import WHOLE, Json


def accepted_problems(answer: Mapping[str, Json]) -> list[str]:
    """Of one accepted number."""
    found = []
    value, tolerance = numbers.parse(answer["value"]), numbers.parse(answer["tolerance"])
    if value is None or value.unit:
        found.append(f'"{answer["value"]}" is not a number. Write it like 2.5, without a unit.')
    if tolerance is None or tolerance.unit or tolerance.value < 0:
        found.append(f'The tolerance "{answer["tolerance"]}" is not a number of 0 or more.')
    if answer["tolerance_kind"] not in numbers.TOLERANCES:
        found.append("Choose how the tolerance is meant.")
    if not 0 <= answer["fraction_ppm"] <= WHOLE:
        found.append("Credit is a percentage from 0 to 100.")
    return found


def unit_problems(public: Mapping[str, Json], key: Mapping[str, Json]) -> list[str]:
    """Of the table of units."""
    if public["unit_mode"] == "none":
        return []
    found = []
    factors = [numbers.parse(factor) for factor in key["units"].values()]
    if not key["units"] or len(key["units"]) != key["unit_count"] or "" in key["units"]:
        found.append("Give each unit a name of its own.")
    if any(factor is None or factor.unit or factor.value <= 0 for factor in factors):
        found.append("The factor of a unit is a number above 0.")
    elif not any(factor and factor.value == 1 for factor in factors):
        found.append("One unit is the base unit: its factor is 1.")
    return found
