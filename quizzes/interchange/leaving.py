"""What writers of XML share: why a question stays behind, shares of the points, and texts that XML can hold."""

import re
from collections.abc import Collection, Mapping
from fractions import Fraction
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from quizzes.questions import numbers

from .base import Exported

UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
UNWRITABLE_LETTERS = "It holds characters that no XML file can hold."
CRITICAL = "The format cannot say that an unsafe answer fails the whole quiz."


class CannotSay(ValueError):
    """Why a question is left out."""


def part(parent: Element, tag: str, text: str = "", **attributes: str) -> Element:
    """One more element. Raises ``CannotSay`` for characters that no XML file can hold."""
    if any(UNWRITABLE.search(one) for one in (text, *attributes.values())):
        raise CannotSay(UNWRITABLE_LETTERS)
    made = SubElement(parent, tag, attributes)
    made.text = text or None
    return made


def weights_of(public: Mapping[str, Any], key: Mapping[str, Any]) -> dict[str, Fraction] | None:
    """What choosing each option adds, where a sum of such weights marks every choice as this policy does."""
    options, right = [one["id"] for one in public["options"]], set(key["correct"])
    if public["policy"] == "weights":
        return {one: Fraction(key["weights"][one]) for one in options}
    if public["policy"] == "right_minus_wrong":
        return {one: Fraction(1 if one in right else -1, len(right)) for one in options}
    return None


def percent_of(accepted: Mapping[str, Any]) -> int:
    """The whole percent that an accepted answer earns."""
    return int(accepted["fraction_ppm"]) // 10_000


def reach(accepted: Mapping[str, str]) -> tuple[str, str]:
    """An accepted number and its absolute tolerance, in decimals. Raises ``CannotSay`` where these do not end."""
    value, tolerance = numbers.parse(accepted["value"]), numbers.parse(accepted.get("tolerance", "0"))
    if value is None or tolerance is None:
        message = "One of its numbers cannot be read."
        raise CannotSay(message)
    middle, width = value.value, tolerance.value
    kind = accepted.get("tolerance_kind", numbers.NOMINAL)
    if kind == numbers.RELATIVE:
        width *= abs(middle)
    elif kind == numbers.GEOMETRIC:
        low, high = sorted((middle / (1 + width), middle * (1 + width)))
        middle, width = (low + high) / 2, (high - low) / 2
    return decimals(middle), decimals(width)


def decimals(value: Fraction) -> str:
    """A number in decimals. Raises ``CannotSay`` where they do not end."""
    text = numbers.plainly(value)
    if "/" in text or len(text) > numbers.MAX_LENGTH:
        message = f"The number {text[:40]} has no end of decimals."
        raise CannotSay(message)
    return text


def missing_parts(question: Exported, without_remarks: Collection[str]) -> list[str]:
    """What is lost without a change of any mark. ``without_remarks`` are the kinds whose lines carry none."""
    found = []
    if question.public.get("illustration") and "illustration" not in question.pictures:
        found.append("Its picture could not be read.")
    if question.kind == "essay" and question.public["rubric"]:
        found.append("The rubric is not carried.")
    if question.kind in without_remarks and set(question.feedback) - {"general"}:
        found.append("Remarks on single lines of this kind are not carried.")
    return found
