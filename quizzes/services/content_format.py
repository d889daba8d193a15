"""The content format: a `[[question]]` of a quiz.toml becomes the stored form of a question, with lasting ids.

Ids are derived from the question's name and the item's own text, so seeding again gives the same ids, and an id tells
nothing about order or key. Each kind reads its own part (``QuestionType.from_content``).
"""

import uuid
from collections.abc import Mapping
from typing import Any

from markdown_it import MarkdownIt

from library.models import Figure
from quizzes.questions import question_type

NAMESPACE = uuid.UUID("5c8f8d2c-6f0e-5b8e-9a53-0d3f6d2f7b11")
_MARKDOWN = MarkdownIt("commonmark", {"html": False})


def stream_of(spec: Mapping[str, Any], origin: str) -> list[dict[str, Any]]:
    """The body of the question. ``origin`` is its name among all questions."""
    kept = question_type(spec["kind"])
    value: dict[str, Any] = {"stem": _html(spec["text"]), "feedback": _html(spec.get("feedback", ""))}
    value |= kept.from_content(spec, lambda part, item: _item(origin, part, item))
    if slug := spec.get("figure"):
        place = "image" if "image" in kept.block.base_blocks else "illustration"
        value[place] = {"figure": Figure.objects.get(slug=slug).pk, "picture": None}
    return [{"type": kept.kind, "id": ident(origin, "body"), "value": value}]


def ident(origin: str, part: str) -> str:
    """A lasting id."""
    return str(uuid.uuid5(NAMESPACE, f"{origin}\n{part}"))


def _html(markdown: str) -> str:
    return str(_MARKDOWN.render(markdown.strip())).strip()


def _item(origin: str, part: str, value: dict[str, Any]) -> dict[str, Any]:
    return {"type": "item", "id": ident(origin, part), "value": value}
