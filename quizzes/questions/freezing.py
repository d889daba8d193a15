"""Freezing: a question as its author left it becomes a version that never changes.

A version is canonical JSON in two parts, what is asked and the key, and the hash of both: the same content has the same
hash, so publishing it again makes no second version (QUIZZES.md section 3).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from core.freeze import digest

from . import question_type
from .base import Json, Lookup, SpecError
from .pictures import picture_of

NOTHING = Lookup()


@dataclass(frozen=True)
class Frozen:
    """One version: ``public`` by language, ``key`` with the feedback by language."""

    kind: str
    schema: int
    public: dict[str, Json]
    key: dict[str, Json]
    sha256: str


def freeze(*, kind: str, raw: Mapping[str, Json], language: str, lookup: Lookup = NOTHING) -> Frozen:
    """The version that publishing this form would make. Raises ``SpecError``."""
    kept = question_type(kind)
    draft = kept.read(raw, lookup)
    if picture := picture_of(raw.get("illustration"), lookup):
        draft.public["illustration"] = picture
    public = {language: draft.public}
    key = {**draft.key, "feedback": {language: draft.feedback}}
    content = {"kind": kind, "schema": kept.schema, "public": public, "key": key}
    return Frozen(kind, kept.schema, public, key, digest(content))


def body_block(stream: Json) -> tuple[str, Mapping[str, Json]]:
    """The kind and the stored form of a question's body, which holds exactly one block."""
    if not isinstance(stream, list) or len(stream) != 1:
        message = "A question has exactly one form."
        raise SpecError(message)
    return stream[0]["type"], stream[0]["value"]


def in_language(texts: Mapping[str, Json], language: str) -> Json:
    """A version's part in the language asked for, else in the one it was written in."""
    return texts.get(language) or next(iter(texts.values()))
