"""The text of a cloze as Moodle writes it, its gaps between braces in their places."""

import re
from collections.abc import Mapping
from html import escape
from typing import Any

from quizzes.questions import numbers

from .base import Exported
from .leaving import CannotSay, decimals, percent_of

_SIGNS = re.compile(r"([}#~\\\"/])")


def cloze_text(question: Exported) -> str:
    """The passage. A brace that is text is written as an entity, so that it opens no gap."""
    gaps = {one["id"]: one for one in question.public["gaps"]}
    written = []
    for segment in question.public["segments"]:
        if "gap" in segment:
            ident = segment["gap"]
            written.append(_gap(gaps[ident], question.key["gaps"][ident], question.public["locale"]))
        else:
            written.append(segment.get("html", "").replace("{", "&#123;"))
    return "".join(written)


def _gap(public: Mapping[str, Any], key: Mapping[str, Any], locale: str) -> str:
    kind, answers = WRITERS[public["kind"]](public, key, locale)
    return f"{{{key['points']}:{kind}:{'~'.join(answers)}}}"


def _chosen(public: Mapping[str, Any], key: Mapping[str, Any], locale: str) -> tuple[str, list[str]]:
    answers = [(int(key["credit"][one["id"]]) // 10_000, one["text"]) for one in public["options"]]
    return "MULTICHOICE_S", [_answer(percent, text) for percent, text in answers]


def _written(public: Mapping[str, Any], key: Mapping[str, Any], locale: str) -> tuple[str, list[str]]:
    if key["one_slip"]:
        message = "Moodle cannot forgive a slip."
        raise CannotSay(message)
    lines = sorted(key["accepted"], key=lambda line: set(line["text"]) == {"*"})
    kind = "SHORTANSWER_C" if key["case_counts"] else "SHORTANSWER"
    return kind, [_answer(percent_of(one), one["text"]) for one in lines]


def _number(public: Mapping[str, Any], key: Mapping[str, Any], locale: str) -> tuple[str, list[str]]:
    tolerance = numbers.parse(key["tolerance"])
    if locale != numbers.POINT_LOCALE or tolerance is None:
        message = "Moodle XML cannot say that answers have a decimal comma."
        raise CannotSay(message)
    answers = []
    for one in sorted(key["numbers"], key=lambda accepted: -accepted["fraction_ppm"]):
        value = numbers.parse(one["value"])
        if value is None:
            message = "One of its numbers cannot be read."
            raise CannotSay(message)
        answers.append(f"%{percent_of(one)}%{decimals(value.value)}:{decimals(tolerance.value)}")
    return "NUMERICAL", answers


def _answer(percent: int, text: str) -> str:
    return f"%{percent}%{_SIGNS.sub(lambda sign: chr(92) + sign[1], escape(text, quote=False))}"


WRITERS = {"select": _chosen, "text": _written, "number": _number}
