"""What a school decides about the look and wording of its papers: a published version is frozen with what it made."""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field

from PIL import Image, UnidentifiedImageError

LARGEST_PICTURE = 512 * 1024
MOST_PIXELS = 6_000_000
TEST_NOTICE = "Test. Signed with a demonstration key."
FORMATS = {"PNG": "png", "JPEG": "jpg"}


class UnusablePicture(ValueError):
    """A logo or a signature that cannot be printed; the message tells the provider why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """One version of the school's template. Pictures are PNG or JPEG; `signatures` has them by the printed name.

    `opening` stands above the holder's name, `closing` is a sentence of the school's own under the course title.
    """

    version: str = "1"
    logo: bytes = b""
    logo_alt: str = ""
    opening: str = "This certifies that"
    closing: str = ""
    signatures: Mapping[str, bytes] = field(default_factory=dict)


STANDARD = Design()
"""How papers look before a school has decided anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture that Typst can print, with its words for those who do not see it."""

    data: bytes
    kind: str
    alt: str

    def as_json(self) -> dict[str, object]:
        """Values for the template: it takes bytes as numbers."""
        return {"data": list(self.data), "format": self.kind, "alt": self.alt}


def checked_picture(data: bytes, *, alt: str) -> Picture | None:
    """The picture, or None where there is none; refuses what is too large or of another kind."""
    if not data:
        return None
    if len(data) > LARGEST_PICTURE:
        raise UnusablePicture(f"{alt}: the picture is larger than {LARGEST_PICTURE // 1024} KB.")
    try:
        with Image.open(io.BytesIO(data), formats=list(FORMATS)) as image:
            image_format, pixels = str(image.format), image.width * image.height
            image.verify()
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise UnusablePicture(f"{alt}: not a picture that can be printed. Use PNG or JPEG.") from error
    if pixels > MOST_PIXELS:
        raise UnusablePicture(f"{alt}: the picture has more than {MOST_PIXELS // 1_000_000} million pixels.")
    return Picture(data=data, kind=FORMATS[image_format], alt=alt)


def marks_of(sample_notice: str, *, test_keys: bool) -> dict[str, object]:
    """What a paper says of itself that is not a real one: the words in a bar, and one word across the sheet."""
    words = [mark for mark in (sample_notice, TEST_NOTICE if test_keys else "") if mark]
    return {"marks": words, "watermark": "Sample" if sample_notice else "Test" if test_keys else ""}
