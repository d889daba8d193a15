"""The content format: a `[[question]]` of a quiz.toml becomes the stored form of a question, with lasting ids.

Ids are derived from the question's name and the item's own text, so seeding again gives the same ids, and an id tells
nothing about order or key.
"""

import uuid
from collections.abc import Mapping
from typing import Any

from markdown_it import MarkdownIt

from quizzes.questions.multiple_response import RIGHT_MINUS_WRONG
from quizzes.questions.numbers import NOMINAL
from quizzes.questions.numeric import NO_UNIT

NAMESPACE = uuid.UUID("5c8f8d2c-6f0e-5b8e-9a53-0d3f6d2f7b11")
_MARKDOWN = MarkdownIt("commonmark", {"html": False})


def stream_of(spec: Mapping[str, Any], origin: str) -> list[dict[str, Any]]:
    """The body of the question. ``origin`` is its name among all questions."""
    kind = spec["kind"]
    value = {"stem": _html(spec["text"]), "feedback": _html(spec.get("feedback", ""))} | _READERS[kind](spec, origin)
    return [{"type": kind, "id": ident(origin, "body"), "value": value}]


def ident(origin: str, part: str) -> str:
    """A lasting id."""
    return str(uuid.uuid5(NAMESPACE, f"{origin}\n{part}"))


def _html(markdown: str) -> str:
    return str(_MARKDOWN.render(markdown.strip())).strip()


def _item(origin: str, part: str, value: dict[str, Any]) -> dict[str, Any]:
    return {"type": "item", "id": ident(origin, part), "value": value}


def _choice(spec: Mapping[str, Any], origin: str) -> dict[str, Any]:
    options = [
        _item(
            origin,
            f"option {option['text']}",
            {
                "text": option["text"].strip(),
                "correct": bool(option.get("correct")),
                "remark": option.get("feedback", "").strip(),
                "unsafe": bool(option.get("unsafe")),
                "fixed": bool(option.get("fixed")),
            },
        )
        for option in spec["options"]
    ]
    return {"options": options, "critical": bool(spec.get("critical"))}


def _multiple(spec: Mapping[str, Any], origin: str) -> dict[str, Any]:
    return {**_choice(spec, origin), "policy": spec.get("policy", RIGHT_MINUS_WRONG)}


def _true_false(spec: Mapping[str, Any], origin: str) -> dict[str, Any]:
    return {
        "answer": "true" if spec["answer"] else "false",
        "remark_true": spec.get("feedback_true", "").strip(),
        "remark_false": spec.get("feedback_false", "").strip(),
        "critical": bool(spec.get("critical")),
    }


def _numeric(spec: Mapping[str, Any], origin: str) -> dict[str, Any]:
    accepted = {
        "value": str(spec["value"]),
        "tolerance": str(spec.get("tolerance", "0")),
        "tolerance_kind": spec.get("tolerance_kind", NOMINAL),
        "percent": 100,
        "remark": "",
    }
    units = {str(name): str(factor) for name, factor in spec.get("units", {}).items()}
    if spec.get("unit") and not units:
        units = {spec["unit"]: "1"}
    return {
        "answers": [_item(origin, "answer", accepted)],
        "unit_mode": spec.get("unit_mode", NO_UNIT),
        "units": [_item(origin, f"unit {name}", {"name": name, "factor": factor}) for name, factor in units.items()],
        "unit_penalty_percent": 10,
        "locale": spec.get("locale", "en"),
    }


_READERS = {"single_choice": _choice, "multiple_response": _multiple, "true_false": _true_false, "numeric": _numeric}
