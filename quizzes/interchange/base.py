"""What every parser gives back, what every writer takes, and how lasting ids are made."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

NAMESPACE = uuid.UUID("0d6b5a4e-3a51-5a9e-8f0c-6f2a4d8b9c11")


class UnreadableFile(ValueError):
    """The file as a whole cannot be read: not this format, not UTF-8, too large, an archive that must not be opened.

    Its message is one line for the person who sent it.
    """


@dataclass(frozen=True)
class Media:
    """A picture that came with a question. ``alt`` is what the file says of it; empty where it says nothing."""

    name: str
    content: bytes
    alt: str = ""


@dataclass(frozen=True)
class Parsed:
    """One question that could be read.

    ``value`` is the author's form of its kind as Wagtail stores it (lists hold ``{"type": "item", "id", "value"}``
    with ids made by ``lasting_id``). ``number`` counts the questions of the file from 1. ``external_id`` is the id that
    the file gives, if any. ``pictures`` go to the form's "illustration" or "image". A question with ``draft_reasons``
    is stored, but not published: something is missing that only a person can add.
    """

    number: int
    name: str
    kind: str
    value: Mapping[str, Any]
    external_id: str = ""
    tags: tuple[str, ...] = ()
    category: str = ""
    points: Fraction | None = None
    pictures: Mapping[str, Media] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    draft_reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Refused:
    """One question that is not taken, and why, in words for the person who sent the file."""

    number: int
    name: str
    reason: str
    line: int | None = None
    kind: str = ""


Outcome = Parsed | Refused
Parser = Callable[[bytes], list[Outcome]]


@dataclass(frozen=True)
class Exported:
    """One published question on its way out, in one language.

    ``public`` and ``key`` are those of its newest version, ``feedback`` the remarks of the key ("general",
    "option:<id>", ...). ``external_id`` is the id it came with, else its own uid: importing it again finds it.
    ``pictures`` go by their place, "illustration" or "image"; a drawn figure (SVG) is among them.
    """

    number: int
    name: str
    kind: str
    public: Mapping[str, Any]
    key: Mapping[str, Any]
    feedback: Mapping[str, str] = field(default_factory=dict)
    external_id: str = ""
    tags: tuple[str, ...] = ()
    category: str = ""
    points: Fraction | None = None
    pictures: Mapping[str, Media] = field(default_factory=dict)


@dataclass(frozen=True)
class NotCarried:
    """What a format cannot say. With ``whole`` the question is not in the file; else it is, without this part."""

    number: int
    name: str
    reason: str
    whole: bool = True


@dataclass(frozen=True)
class Written:
    """A finished file, and what it does not hold: nothing is silent on the way out either.

    What is written can be read back by the parser of the same format, and then marks every answer the same. A part
    that would change a mark if left out is a reason to leave the whole question out.
    """

    content: bytes
    not_carried: tuple[NotCarried, ...] = ()


Writer = Callable[[Sequence[Exported]], Written]


def lasting_id(origin: str, part: str) -> str:
    """An id that is the same each time the same file is read. ``origin`` names the question within its file."""
    return str(uuid.uuid5(NAMESPACE, f"{origin}\n{part}"))


def item(origin: str, part: str, value: Mapping[str, Any]) -> dict[str, Any]:
    """One entry of a stored list."""
    return {"type": "item", "id": lasting_id(origin, part), "value": dict(value)}


def with_own_ids(found: list[Outcome]) -> list[Outcome]:
    """An id that the file gives twice is kept for the first of the two: by it, one would replace the other."""
    seen: set[str] = set()
    kept: list[Outcome] = []
    for one in found:
        if isinstance(one, Parsed) and one.external_id:
            if one.external_id in seen:
                warning = f'The id "{one.external_id[:80]}" stands in the file twice; this question is kept without it.'
                one = replace(one, external_id="", warnings=(*one.warnings, warning))
            else:
                seen.add(one.external_id)
        kept.append(one)
    return kept
