"""Pictures in questions: named by the author, pinned to a version by the hash of their file (QUIZZES.md section 4)."""

from collections.abc import Iterator, Mapping

from .base import Json, Lookup, SpecError

SOURCES = ("figure", "picture")


def named_pictures(raw: Mapping[str, Json]) -> Iterator[tuple[str, int]]:
    """The pictures that a form names, as (source, primary key)."""
    for name in ("illustration", "image"):
        value = raw.get(name)
        for source in SOURCES:
            if isinstance(value, dict) and value.get(source):
                yield source, int(value[source])


def picture_of(value: Json, lookup: Lookup, what: str = "The picture") -> dict[str, Json] | None:
    """What pins the picture that the author chose, or None where none is. Raises ``SpecError`` for one that is gone."""
    chosen = [(source, int(value[source])) for source in SOURCES if isinstance(value, dict) and value.get(source)]
    if not chosen:
        return None
    if len(chosen) > 1:
        message = f"{what}: choose a figure or an uploaded picture, not both."
        raise SpecError(message)
    if chosen[0] not in lookup.pictures:
        message = f"{what} no longer exists. Choose another one."
        raise SpecError(message)
    return dict(lookup.pictures[chosen[0]])


def uploaded_pictures(public: Json) -> Iterator[int]:
    """The uploaded pictures that a frozen question shows, wherever in it they stand."""
    if isinstance(public, dict):
        if public.get("source") == "picture" and "sha256" in public:
            yield int(public["ref"])
        for part in public.values():
            yield from uploaded_pictures(part)
    elif isinstance(public, list):
        for part in public:
            yield from uploaded_pictures(part)
