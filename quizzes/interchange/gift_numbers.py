"""The numbers of a GIFT question. What Moodle takes for any number, or for nothing, is refused here."""

import re
from fractions import Fraction

from quizzes.questions import numbers

from .gift_answers import Asked, Items, NotTaken, Read, credit, weighed
from .gift_blocks import meant

KIND = "numeric"
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?")


def numeric(asked: Asked) -> Read:
    """``#3``, ``#3:2``, ``#1..5``, or several with "=", shares and remarks; "~" begins a remark on all others."""
    body, other, remark = asked.answers[1:].partition("~")
    first, *rest = re.split("=", body)
    if first.strip() and rest:
        raise NotTaken('Each of several numbers begins with "=": there is one before the first.', KIND)
    accepted = Items(asked.origin)
    reasons: list[str] = []
    for text in rest or [first]:
        worth, _, tail = weighed(text.strip(), KIND)
        number, _, note = tail.partition("#")
        middle, tolerance = _interval(meant(number).strip())
        percent, reason = credit(asked, worth, middle)
        reasons += reason
        accepted.add(
            f"answer {middle} {tolerance}",
            {
                "value": middle,
                "tolerance": tolerance,
                "tolerance_kind": numbers.NOMINAL,
                "percent": percent,
                "remark": asked.plain(note, "a remark"),
            },
        )
    if other and remark.strip(" \n#"):
        asked.losses.note(f'Not kept: the remark on every other number ("{meant(remark).strip(" #")[:80]}").')
    value = {
        "answers": accepted.made,
        "unit_mode": "none",
        "units": [],
        "unit_penalty_percent": 10,
        "locale": numbers.POINT_LOCALE,
    }
    return Read(KIND, value, tuple(reasons))


def _interval(text: str) -> tuple[str, str]:
    """A value and how far an answer may be from it, as the author's form takes them."""
    if ".." in text:
        low, high = (_number(part) for part in text.split("..", 1))
        if high < low:
            raise NotTaken(f'The range "{text}" ends below its beginning.', KIND)
        return _written((low + high) / 2), _written((high - low) / 2)
    value, _, tolerance = text.partition(":")
    given = tolerance.strip() or "0"
    if given.endswith("%"):
        raise NotTaken(f'The tolerance "{given}" is in percent; GIFT takes a number.', KIND)
    if _number(given) < 0:
        raise NotTaken(f'The tolerance "{given}" is below 0.', KIND)
    _number(value)
    return value.strip(), given


def _written(value: Fraction) -> str:
    """A bound of ours, which ends where those of the file end."""
    text = numbers.plainly(value)
    if len(text) > numbers.MAX_LENGTH:
        raise NotTaken(f"The number {text[:20]}… has too many digits.", KIND)
    return text


def _number(text: str) -> Fraction:
    written = text.strip()
    if "," in written:
        raise NotTaken(f'"{written}" holds a comma. Numbers are written with a point: 2.5.', KIND)
    read = numbers.parse(written) if _NUMBER.fullmatch(written) else None
    if read is None:
        raise NotTaken(f'"{written[:60]}" is not a number. Write it like 2.5, without a unit.', KIND)
    return read.value
