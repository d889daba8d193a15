"""The credential in a file: in, out, and what happens to files that mean harm."""

import io
import json
import struct
import time
import zlib

import pikepdf
import pytest
import typst
from openbadgeslib.baking import ITXT_KEYWORD_OB3, extract_png
from PIL import Image

from certificates.credentials.badge import IMAGE_WORDS
from certificates.credentials.carriers import (
    LARGEST_CREDENTIAL,
    LARGEST_FILE,
    PNG,
    CarrierProblem,
    bake,
    credential_in,
    read_credential,
)
from certificates.credentials.drawing import WORDS, badge_png
from certificates.credentials.proofs import to_bytes, verify
from certificates.tests.badging import KEY, facts, little_memory, signed

STORED = to_bytes(signed(facts(learner_name="Nguyễn 王小明")))
PAPER = """
#set document(title: "A certificate")
#pdf.attach("credential.json", bytes(sys.inputs.credential),
  relationship: "data", mime-type: "application/vc", description: "The credential")
Paper
"""


def paper(credential=STORED):
    """A PDF as our renderer makes it, with the credential attached."""
    return typst.compile(
        PAPER.encode(), format="pdf", pdf_standards=["a-3b", "ua-1"], sys_inputs={"credential": credential.decode()}
    )


def chunk(tag, data):
    return struct.pack(">I", len(data)) + tag + data + struct.pack(">I", zlib.crc32(tag + data))


def with_chunk(data, tag=b"iTXt", length=None):
    made = chunk(tag, data)
    if length is not None:
        made = struct.pack(">I", length) + made[4:]
    return PNG + made + chunk(b"IEND", b"")


class TestPicture:
    @pytest.mark.parametrize("kind", WORDS)
    @pytest.mark.parametrize("sample", [False, True])
    def test_is_a_picture_of_600_pixels_that_is_clear_around_the_disc(self, kind, sample):
        picture = Image.open(io.BytesIO(badge_png(kind, sample=sample)))
        assert (picture.format, picture.size) == ("PNG", (600, 600))
        assert picture.convert("RGBA").getpixel((2, 2))[3] == 0

    def test_there_is_one_for_each_kind_and_one_for_its_samples(self):
        assert len({badge_png(kind, sample=sample) for kind in WORDS for sample in (False, True)}) == 4

    def test_each_has_words_for_whoever_cannot_see_it(self):
        assert {kind: IMAGE_WORDS[kind].startswith(f"Certificate of {word}") for kind, word in WORDS.items()} == {
            "achievement": True,
            "completion": True,
        }

    def test_the_same_picture_is_drawn_again(self):
        drawn = badge_png("achievement")
        badge_png.cache_clear()
        assert badge_png("achievement") == drawn


class TestBakedPicture:
    def test_gives_back_the_bytes_that_were_baked(self):
        baked = bake(badge_png("achievement"), STORED)
        assert credential_in(baked) == STORED
        verify(read_credential(baked), KEY.public)

    def test_is_read_by_other_software_and_still_a_picture(self):
        baked = bake(badge_png("achievement"), STORED)
        assert extract_png(baked, keyword=ITXT_KEYWORD_OB3) == STORED.decode()
        picture = Image.open(io.BytesIO(baked))
        picture.load()
        assert picture.text == {"openbadgecredential": STORED.decode()}

    def test_is_not_baked_twice(self):
        with pytest.raises(CarrierProblem, match="already"):
            bake(bake(badge_png("achievement"), STORED), STORED)

    def test_a_packed_text_of_another_baker_is_read(self):
        picture = with_chunk(b"openbadgecredential\0\1\0en\0\0" + zlib.compress(STORED))
        assert credential_in(picture) == STORED

    @pytest.mark.parametrize(
        "picture",
        [
            badge_png("achievement"),
            with_chunk(b"openbadges\0\0\0\0\0" + STORED),
            with_chunk(b"openbadgecredential\0\0\0\0\0" + STORED, tag=b"tEXt"),
            with_chunk(b"openbadgecredential\0\1\0\0\0" + b"no zlib"),
            with_chunk(b"openbadgecredential\0\1\0\0\0" + zlib.compress(bytes(20 * 1024 * 1024))),
            with_chunk(b"openbadgecredential\0\0\0\0\0" + STORED, length=2**31),
            with_chunk(b"openbadgecredential"),
            PNG,
            PNG + b"\0" * 40,
        ],
        ids=["plain", "OB 2", "tEXt", "not packed", "bomb", "length", "keyword only", "empty", "zeros"],
    )
    def test_a_picture_without_a_credential_says_so(self, picture):
        with little_memory(1024 * 1024), pytest.raises(CarrierProblem, match="holds no Open Badge"):
            credential_in(picture)


class TestPaper:
    def test_gives_back_the_attached_bytes(self):
        assert credential_in(paper()) == STORED

    def test_the_attachment_is_the_one_that_other_software_finds(self):
        with pikepdf.open(io.BytesIO(paper())) as pdf:
            assert pdf.attachments["credential.json"].get_file().read_bytes() == STORED

    def test_is_found_after_other_software_has_written_the_file_anew(self):
        out = io.BytesIO()
        with pikepdf.open(io.BytesIO(paper())) as pdf:
            pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        assert credential_in(out.getvalue()) == STORED

    def test_an_attachment_that_is_not_packed_is_read(self):
        pdf = b"%PDF-1.7\n1 0 obj\n<</Type/EmbeddedFile/Length 9>>\nstream\r\n" + STORED + b"\nendstream\nendobj\n"
        assert credential_in(pdf) == STORED

    def test_a_paper_without_a_credential_says_so(self):
        plain = typst.compile(b"Paper", format="pdf")
        with pytest.raises(CarrierProblem, match="holds no credential"):
            credential_in(plain)

    @pytest.mark.parametrize(
        "attached", [zlib.compress(bytes(20 * 1024 * 1024)), b"no zlib", zlib.compress(b'{"a": 1}'), b""]
    )
    def test_an_attachment_that_is_no_credential_is_not_taken(self, attached):
        pdf = b"%PDF-1.7\n1 0 obj\n<</Type/EmbeddedFile/Filter/FlateDecode>>\nstream\n" + attached + b"\nendstream"
        with little_memory(1024 * 1024), pytest.raises(CarrierProblem, match="holds no credential"):
            credential_in(pdf)

    @pytest.mark.parametrize(
        "flood", [b"/EmbeddedFile ", b"/EmbeddedFiles", b"obj/EmbeddedFile /FlateDecode>>stream\n\x78\x9c"]
    )
    def test_a_flood_of_beginnings_is_over_soon(self, flood):
        file = b"%PDF-1.7\n" + flood * (LARGEST_FILE // len(flood) - 1)
        began = time.process_time()
        with pytest.raises(CarrierProblem, match="holds no credential"):
            credential_in(file)
        assert time.process_time() - began < 2


class TestJson:
    def test_the_credential_alone_is_read(self):
        assert to_bytes(read_credential(STORED)) == STORED
        assert read_credential(b"\xef\xbb\xbf" + STORED) == json.loads(STORED)

    @pytest.mark.parametrize(
        ("file", "words"),
        [
            (b"", "neither a certificate's PDF"),
            (b"\xff\xfe\0\0", "neither a certificate's PDF"),
            (b"GIF89a", "neither a certificate's PDF"),
            (b"[" * 30_000 + b"]" * 30_000, "neither a certificate's PDF"),
            (b'{"@context": NaN}', "neither a certificate's PDF"),
            (b'{"@context": [], "id": 1, "id": 2}', "neither a certificate's PDF"),
            (b"[1]", "not a credential"),
            (b'"text"', "not a credential"),
            (b'{"id": 1}', "not a credential"),
            (b'{"@context": "' + b"x" * LARGEST_CREDENTIAL + b'"}', "larger than any"),
            (b"x" * (LARGEST_FILE + 1), "larger than 5 MB"),
        ],
        ids=["empty", "bytes", "gif", "deep", "NaN", "twice", "list", "text", "other", "long", "huge"],
    )
    def test_what_is_no_credential_is_said_in_words(self, file, words):
        with pytest.raises(CarrierProblem, match=words):
            read_credential(file)
