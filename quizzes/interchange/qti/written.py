"""The forms of answers that are written: accepted texts and accepted numbers."""

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from quizzes.interchange.taking import Taken, Unsupported
from quizzes.interchange.weights import percent_text
from quizzes.questions import numbers

Line = tuple[str, Fraction, str]
"""A text, its share of the points, and the remark on it."""


def whole_percent(taken: Taken, share: Fraction, what: str) -> int:
    """Credit as our form holds it. One that is no whole percent waits for a person."""
    percent = share * 100
    if percent.denominator != 1:
        taken.draft(f'"{what[:60]}" earns {percent_text(share)} % there; here credit is a whole percent. Set it.')
    return int(percent)


def text_form(taken: Taken, lines: Iterable[Line], *, case_counts: bool) -> dict[str, Any]:
    """The part of a short text that holds its answers. A star of the file is a star, not any letters."""
    answers = [
        taken.entry(
            f"answer {text}",
            {"text": text.replace("*", "\\*"), "percent": whole_percent(taken, share, text), "remark": remark},
        )
        for text, share, remark in lines
    ]
    return {"answers": answers, "one_slip": False, "case_counts": case_counts, "unsafe": [], "critical": False}


def interval_answer(low: Fraction, high: Fraction, share: Fraction) -> tuple[str, str, Fraction]:
    """A closed interval as a number and its tolerance."""
    return written((low + high) / 2), written((high - low) / 2), share


def numeric_form(taken: Taken, answers: Iterable[tuple[str, str, Fraction]], remark: str = "") -> dict[str, Any]:
    """The part of a numeric question that holds its numbers."""
    accepted = [
        taken.entry(
            f"answer {value} {tolerance}",
            {
                "value": value,
                "tolerance": tolerance,
                "tolerance_kind": numbers.NOMINAL,
                "percent": whole_percent(taken, share, value),
                "remark": remark,
            },
        )
        for value, tolerance, share in dict.fromkeys(answers)
    ]
    return {
        "answers": accepted,
        "unit_mode": "none",
        "units": [],
        "unit_penalty_percent": 10,
        "locale": numbers.POINT_LOCALE,
    }


def written(value: Fraction) -> str:
    """A number as our form holds it."""
    text = numbers.plainly(value)
    if len(text) > numbers.MAX_LENGTH or "/" in text:
        message = f"the number {text[:20]} has too many digits"
        raise Unsupported(message)
    return text
