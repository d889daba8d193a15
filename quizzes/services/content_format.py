"""The content format: a `[[question]]` of a quiz.toml becomes the stored form of a question, with lasting ids.

Ids are derived from the question's name and the item's own text, so seeding again gives the same ids, and an id tells
nothing about order or key. Each kind reads its own part (``QuestionType.from_content``).
"""

import uuid
from collections.abc import Mapping
from typing import Any

from markdown_it import MarkdownIt

from core.publishing import PublishRefused
from library.models import Figure, Recording
from quizzes.models import Question, QuestionBank
from quizzes.questions import question_type
from quizzes.questions.case import Case

NAMESPACE = uuid.UUID("5c8f8d2c-6f0e-5b8e-9a53-0d3f6d2f7b11")
_MARKDOWN = MarkdownIt("commonmark", {"html": False})


def stream_of(spec: Mapping[str, Any], origin: str, bank: QuestionBank | None = None) -> list[dict[str, Any]]:
    """The body of the question. ``origin`` is its name among all questions; ``bank`` holds the parts that it names."""
    kept = question_type(spec["kind"])
    value: dict[str, Any] = {"stem": _html(spec["text"])}
    if "feedback" in kept.block.base_blocks:
        value["feedback"] = _html(spec.get("feedback", ""))
    value |= kept.from_content(spec, lambda part, item: _item(origin, part, item))
    if kept.kind == Case.kind:
        value["parts"] = _in_bank(value["parts"], bank)
    if title := spec.get("recording"):
        value["recording"] = _recording(title)
    if slug := spec.get("figure"):
        place = "image" if "image" in kept.block.base_blocks else "illustration"
        value[place] = {"figure": _figure(slug), "picture": None}
    return [{"type": kept.kind, "id": ident(origin, "body"), "value": value}]


def ident(origin: str, part: str) -> str:
    """A lasting id."""
    return str(uuid.uuid5(NAMESPACE, f"{origin}\n{part}"))


def _in_bank(parts: list[dict[str, Any]], bank: QuestionBank | None) -> list[dict[str, Any]]:
    """The parts of a case by their numbers in the bank. Without a bank (a sample) there are none to choose yet."""
    if bank is None:
        return []
    named = Question.objects.filter(bank=bank, external_id__in=[part["value"] for part in parts])
    numbers = dict(named.values_list("external_id", "pk"))
    if missing := [part["value"] for part in parts if part["value"] not in numbers]:
        raise PublishRefused([f'The bank has no question "{name}" for the case.' for name in missing])
    return [{**part, "value": numbers[part["value"]]} for part in parts]


def _figure(slug: str) -> int:
    figure = Figure.objects.filter(slug=slug).first()
    if figure is None:
        raise PublishRefused([f'The library has no figure "{slug}".'])
    return int(figure.pk)


def _recording(title: str) -> int | None:
    """The recording of this title; without one the field stays empty, and publishing asks for it."""
    found: int | None = Recording.objects.filter(title=title).order_by("pk").values_list("pk", flat=True).first()
    return found


def _html(markdown: str) -> str:
    return str(_MARKDOWN.render(markdown.strip())).strip()


def _item(origin: str, part: str, value: dict[str, Any]) -> dict[str, Any]:
    return {"type": "item", "id": ident(origin, part), "value": value}
