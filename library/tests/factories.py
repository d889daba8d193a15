"""Files as staff upload them."""

from io import BytesIO
from typing import Any

from django.core.files.base import ContentFile
from PIL import Image
from wagtail.models import Collection

from library.models import Handout, Picture, Recording

SOUND = bytes(range(256)) * 4
CAPTIONS = "WEBVTT\n\n00:00.000 --> 00:02.000\nRest your hands.\n"


def png(width: int = 40, height: int = 30) -> bytes:
    """A small plain picture."""
    buffer = BytesIO()
    Image.new("RGB", (width, height), "#aabbcc").save(buffer, "PNG")
    return buffer.getvalue()


def make_handout(name: str = "handout.pdf", content: bytes = b"%PDF-1.7 rest") -> Handout:
    """A handout."""
    root = Collection.get_first_root_node()
    return Handout.objects.create(title="Handout", file=ContentFile(content, name), collection=root)


def make_recording(name: str = "rest.mp3", content: bytes = SOUND, **fields: Any) -> Recording:
    """A recording with captions and transcript."""
    fields.setdefault("transcript", "Rest your hands.")
    fields.setdefault("captions", ContentFile(CAPTIONS, "rest.vtt"))
    kind = "video" if name.endswith(("mp4", "webm", "m4v", "ogv")) else "audio"
    root = Collection.get_first_root_node()
    return Recording.objects.create(
        title="Resting", file=ContentFile(content, name), type=kind, duration=90, collection=root, **fields
    )


def make_picture(name: str = "hands.png") -> Picture:
    """A photograph of nobody."""
    root = Collection.get_first_root_node()
    return Picture.objects.create(
        title="Hands", description="Two hands at rest.", file=ContentFile(png(), name), collection=root
    )
