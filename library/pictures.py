"""What pins a picture or recording to something that never changes: the hash of its file, its size and its words."""

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from django.contrib.staticfiles import finders

from library.models import Figure, Picture, Recording

Named = tuple[str, int]
"""("figure" or "picture", primary key)."""


def picture_facts(named: Iterable[Named]) -> dict[Named, dict[str, Any]]:
    """The facts of these pictures; one that does not exist, or whose file does not, is left out.

    Two queries at most, none for none.
    """
    wanted = set(named)
    figures = {pk for source, pk in wanted if source == "figure"}
    pictures = {pk for source, pk in wanted if source == "picture"}
    found: dict[Named, dict[str, Any]] = {}
    if figures:
        for figure in Figure.objects.filter(pk__in=figures):
            found["figure", figure.pk] = _figure(figure)
    if pictures:
        for picture in Picture.objects.filter(pk__in=pictures):
            with suppress(OSError):  # a file that is gone: the picture is as good as gone too
                found["picture", picture.pk] = _picture(picture)
    return found


def _figure(figure: Figure) -> dict[str, Any]:
    path = finders.find(f"figures/{figure.slug}.svg")
    content = b""
    if path:
        with open(str(path), "rb") as file:
            content = file.read()
    return {
        "source": "figure",
        "ref": figure.slug,
        "sha256": hashlib.sha256(content).hexdigest(),
        "width": figure.width,
        "height": figure.height,
        "alt": figure.alt,
        "description": figure.description,
    }


def _picture(picture: Picture) -> dict[str, Any]:
    with picture.file.open("rb") as file:
        sha256 = hashlib.sha256(file.read()).hexdigest()
    return {
        "source": "picture",
        "ref": str(picture.pk),
        "sha256": sha256,
        "width": picture.width,
        "height": picture.height,
        "alt": picture.default_alt_text,
        "description": "",
    }


def recording_facts(named: Iterable[int]) -> dict[int, dict[str, Any]]:
    """The facts of these recordings, with what they lack; one whose file is gone is left out. No query for none."""
    wanted = set(named)
    found: dict[int, dict[str, Any]] = {}
    for recording in Recording.objects.filter(pk__in=wanted) if wanted else ():
        with suppress(OSError):
            found[recording.pk] = _facts(recording)
    return found


def _facts(recording: Recording) -> dict[str, Any]:
    sha256 = hashlib.sha256()
    with recording.file.open("rb") as file:
        for chunk in file.chunks():
            sha256.update(chunk)
    lacks = {"words": not recording.has_words, "release": not recording.may_be_published}
    return {
        "id": recording.pk,
        "sha256": sha256.hexdigest(),
        "title": recording.title,
        "is_audio": recording.type == "audio",
        "lacks": [name for name, missing in lacks.items() if missing],
    }
