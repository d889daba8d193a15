"""Whether two frozen questions say the same, whatever ids their parts have."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from core.freeze import digest

UNORDERED = {"matching": ("options",), "ordering": ("items",)}
"""Lists that are frozen in the order of their ids, which says nothing."""


def essence(kind: str, public: Mapping[str, Any], key: Mapping[str, Any]) -> str:
    """A hash of what is asked and what is right. Ids are replaced by the words or the place of what they name."""
    names: dict[str, str] = {}
    for place, (ident, words) in enumerate(_named([public, key])):
        names.setdefault(ident, words or f"part {place}")
    said = _renamed([public, key], names)
    for name in UNORDERED.get(kind, ()):
        said[0][name] = sorted(said[0].get(name, ()), key=lambda one: json.dumps(one, sort_keys=True))
    return digest({"kind": kind, "said": said})


def _named(value: Any) -> Iterator[tuple[str, str]]:
    """Every id with the words beside it."""
    if isinstance(value, Mapping):
        if isinstance(value.get("id"), str):
            yield value["id"], str(value.get("text") or "")
        for part in value.values():
            yield from _named(part)
    elif isinstance(value, list):
        for part in value:
            yield from _named(part)


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, Mapping):
        return {_name(str(key), names): _renamed(part, names) for key, part in value.items()}
    if isinstance(value, list):
        return [_renamed(part, names) for part in value]
    return _name(value, names) if isinstance(value, str) else value


def _name(text: str, names: Mapping[str, str]) -> str:
    """An id, or a reference that ends in one ("option:<id>"); of every other text its words."""
    if text in names:
        return names[text]
    kind, colon, ident = text.partition(":")
    return f"{kind}:{names[ident]}" if colon and ident in names else " ".join(text.replace("&nbsp;", " ").split())
