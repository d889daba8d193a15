"""Recordings in questions: named by the author, pinned to a version by the hash of their file, as pictures are."""

from collections.abc import Iterator, Mapping

from .base import Json, Lookup, SpecError

LACKS = {
    "words": "The recording needs a transcript, and captions where there are pictures, before it can be asked about.",
    "release": "The recording shows a person without a release: it cannot be asked about.",
}
"""What keeps a recording out of a question, as out of a lesson."""


def named_recordings(raw: Mapping[str, Json]) -> Iterator[int]:
    """The recordings that a form names."""
    if raw.get("recording"):
        yield int(raw["recording"])


def recording_of(raw: Mapping[str, Json], lookup: Lookup) -> tuple[dict[str, Json] | None, list[str]]:
    """What pins the recording that the author chose, if any, and what it lacks. Raises ``SpecError`` if it is gone."""
    for chosen in named_recordings(raw):
        if chosen not in lookup.recordings:
            message = "The recording no longer exists. Choose another one."
            raise SpecError(message)
        facts = dict(lookup.recordings[chosen])
        return facts, list(facts.pop("lacks", ()))
    return None, []


def shown_recordings(public: Mapping[str, Json]) -> Iterator[int]:
    """The recordings that a frozen question shows, in whichever language."""
    for part in public.values():
        if isinstance(part, dict) and isinstance(recording := part.get("recording"), dict):
            yield int(recording["id"])
