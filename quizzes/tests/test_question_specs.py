"""docs/question-specs.md is true: the shape of spec and key, kind by kind, is that of the finished samples."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from library.models import Figure
from quizzes.questions import QUESTION_TYPES
from quizzes.questions.base import Lookup
from quizzes.questions.freezing import freeze
from quizzes.services.content_format import stream_of

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "question-specs.md"
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
HASH = re.compile(r"[0-9a-f]{64}")
SHOWN = {
    "source": "figure",
    "ref": "skull",
    "sha256": "0" * 64,
    "width": 540,
    "height": 420,
    "alt": "A",
    "description": "B",
}


def kind_of(text: str) -> str:
    """What stands for a text: an id, a hash, cleaned HTML, or words."""
    for pattern, word in ((UUID, "<id>"), (HASH, "<sha256>")):
        if pattern.fullmatch(text):
            return word
    return "<html>" if text.startswith("<") else "<text>"


def shape(value: Any) -> Any:
    """A value with what stands for its parts; of a list one entry with all members, of a mapping of ids one line."""
    if isinstance(value, dict):
        if value and all(UUID.fullmatch(key) for key in value):
            return {"<id>": merged([shape(part) for part in value.values()])}
        return {key: shape(part) for key, part in value.items()}
    if isinstance(value, list):
        return [merged([shape(part) for part in value])] if value else []
    if isinstance(value, bool) or value is None:
        return "<true or false>" if value is not None else None
    return "<whole number>" if isinstance(value, int) else kind_of(str(value))


def merged(shapes: list[Any]) -> Any:
    """All members that any entry of a list has."""
    if all(isinstance(one, dict) for one in shapes):
        names = dict.fromkeys(name for one in shapes for name in one)
        return {name: merged([one[name] for one in shapes if name in one]) for name in names}
    filled = [one for one in shapes if one not in (None, [])]
    return filled[0] if filled else shapes[0]


def shape_in_words(kept: Any) -> str:
    """The block that stands in the document for this kind."""
    stream = stream_of({**kept.sample, "kind": kept.kind}, kept.kind)
    value = stream[0]["value"]
    figures = {("figure", value[place]["figure"]): SHOWN for place in ("image", "illustration") if place in value}
    frozen = freeze(kind=kept.kind, raw=value, language="en", lookup=Lookup(pictures=figures))
    key = {name: part for name, part in frozen.key.items() if name != "feedback"}
    remarks = sorted({re.sub(UUID, "<id>", ref) for ref in frozen.key["feedback"]["en"]})
    lines = [f"spec = {json.dumps(shape(frozen.public['en']), ensure_ascii=False)}"]
    lines += [f"key = {json.dumps(shape(key), ensure_ascii=False)}", f"feedback: {', '.join(remarks) or 'none'}"]
    return "\n".join(lines)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [kept.kind for kept in QUESTION_TYPES])
def test_the_document_shows_the_shape_of_every_kind(kind: Any) -> None:
    kept = next(one for one in QUESTION_TYPES if one.kind == kind)()
    if slug := kept.sample.get("figure"):
        Figure.objects.get_or_create(slug=slug, defaults={"title": slug, "alt": slug, "description": slug})
    found = re.search(rf"^## `{kind}`$.*?^```\n(.*?)^```$", DOCUMENT.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert found, f"docs/question-specs.md has no section for {kind}"
    assert found[1].strip() == shape_in_words(kept)


def test_the_document_names_no_kind_that_does_not_exist() -> None:
    named = re.findall(r"^## `(\w+)`$", DOCUMENT.read_text("utf-8"), re.MULTILINE)
    assert named == [kept.kind for kept in QUESTION_TYPES]
