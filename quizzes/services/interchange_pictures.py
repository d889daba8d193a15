"""Pictures that come with questions: decoded before they are believed, stored once in the course's collection."""

import hashlib
import io
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.files.images import ImageFile
from PIL import Image
from wagtail.models import Collection

from courses.models.people import CourseTeam
from library.models import Picture
from library.pictures import picture_facts
from quizzes.interchange.base import Media
from quizzes.models import QuestionBank

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 40_000_000
ENDINGS = {"PNG": "png", "JPEG": "jpg", "GIF": "gif", "WEBP": "webp"}


class BadPicture(ValueError):
    """Why a picture is not taken."""


@dataclass(frozen=True)
class Checked:
    """A picture that could be decoded."""

    media: Media
    ending: str
    width: int
    height: int

    @property
    def sha1(self) -> str:
        """How Wagtail knows a file again (``file_hash``)."""
        return hashlib.sha1(self.media.content, usedforsecurity=False).hexdigest()

    @property
    def title(self) -> str:
        """A name for the back office."""
        return (self.media.name.rpartition("/")[2] or "picture")[:200]

    def facts(self) -> dict[str, Any]:
        """What would pin it to a version, for a report before anything is stored."""
        return {
            "source": "picture",
            "ref": "",
            "sha256": hashlib.sha256(self.media.content).hexdigest(),
            "width": self.width,
            "height": self.height,
            "alt": self.media.alt or self.title,
            "description": "",
        }


def check(media: Media) -> Checked:
    """Decode it. Raises ``BadPicture``."""
    name = media.name.rpartition("/")[2] or "without a name"
    if len(media.content) > MAX_BYTES:
        message = f"The picture {name} is larger than {MAX_BYTES // 1024 // 1024} MiB."
        raise BadPicture(message)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a decompression bomb is first a warning
            with Image.open(io.BytesIO(media.content), formats=tuple(ENDINGS)) as image:
                kind, (width, height) = str(image.format), image.size
                if width * height > MAX_PIXELS:
                    message = f"The picture {name} has more than {MAX_PIXELS // 1_000_000} million pixels."
                    raise BadPicture(message)
                image.load()
    except BadPicture:
        raise
    except Exception as error:  # Pillow raises whatever its decoders raise
        message = f"The picture {name} is no PNG, JPEG, GIF or WebP that can be decoded."
        raise BadPicture(message) from error
    return Checked(media, ENDINGS[kind], width, height)


def collection_of(bank: QuestionBank) -> Collection:
    """Where the bank's pictures lie: the collection of its course's team, else the school's."""
    team = CourseTeam.objects.filter(course=bank.course_id).select_related("collection").first()
    return team.collection if team else Collection.get_first_root_node()


class Shelf:
    """The pictures of one import. Without ``store`` nothing is written and new ones get numbers below 0."""

    def __init__(self, *, bank: QuestionBank, checked: Iterable[Checked], user: Any, store: bool) -> None:
        wanted = {one.sha1: one for one in checked}
        self.places: dict[str, int] = {}
        self.new: list[Picture] = []
        self.facts: dict[tuple[str, int], dict[str, Any]] = {}
        if not wanted:
            return
        collection = collection_of(bank)
        found = Picture.objects.filter(collection=collection, file_hash__in=list(wanted)).order_by("-pk")
        self.places = {picture.file_hash: picture.pk for picture in found}
        for number, (sha1, one) in enumerate(wanted.items(), start=1):
            if sha1 not in self.places:
                self.places[sha1] = self._store(one, collection, user) if store else -number
        self.facts = picture_facts(("picture", pk) for pk in self.places.values() if pk > 0)
        self.facts |= {("picture", pk): wanted[sha1].facts() for sha1, pk in self.places.items() if pk < 0}

    def _store(self, one: Checked, collection: Collection, user: Any) -> int:
        stem = one.title.rpartition(".")[0] or one.title
        picture = Picture(
            title=one.title,
            file=ImageFile(io.BytesIO(one.media.content), name=f"{stem[:60]}.{one.ending}"),
            description=one.media.alt[:255],
            collection=collection,
            uploaded_by_user=user,
            file_size=len(one.media.content),
            file_hash=one.sha1,
        )
        self.new.append(picture)
        picture.save()
        return int(picture.pk)

    def forget(self) -> None:
        """Take back the files of an import that was undone; the database did so with the rows."""
        for picture in self.new:
            picture.file.delete(save=False)
