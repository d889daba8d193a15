"""How a credential travels: alone as JSON, baked into the badge's PNG (Open Badges 3.0, section 5.3), inside the PDF.

What people drop on the verification page is read here: in bounds, without trusting a length or a compression that the
file claims, and without a PDF parser: an attached file lies in the PDF as a stream of its own, and only that is sought.
"""

import json
import re
import struct
import zlib
from collections.abc import Iterator
from itertools import islice
from typing import Any

from openbadgeslib.baking import ITXT_KEYWORD_OB3, bake_png

LARGEST_FILE = 5 * 1024 * 1024
LARGEST_CREDENTIAL = 64 * 1024
"""Ours have about 4 KB; how much work a stranger can ask of the check grows with this."""
PNG = b"\x89PNG\r\n\x1a\n"
PDF = b"%PDF-"
ATTACHMENT = re.compile(rb"/EmbeddedFile\b")
STREAM = re.compile(rb"stream\r?\n")
MOST_ATTACHMENTS = 20
WIDEST_HEAD = 1_000
"""Bytes before and after the word within which the object that holds an attached file begins, and its content too."""


class CarrierProblem(Exception):
    """No credential can be taken out of this file; the message is for whoever brought it."""


def bake(png: bytes, credential: bytes) -> bytes:
    """The picture with the credential in it, as wallets expect it."""
    if _baked(png) is not None:
        raise CarrierProblem("This picture already holds a credential.")
    baked: bytes = bake_png(png, credential.decode(), keyword=ITXT_KEYWORD_OB3)
    return baked


def credential_in(file: bytes) -> bytes:
    """The credential out of a JSON file, a baked PNG or one of our PDFs, whichever it is."""
    if len(file) > LARGEST_FILE:
        raise CarrierProblem(f"The file is larger than {LARGEST_FILE // 1024 // 1024} MB; a certificate never is.")
    if file.startswith(PNG):
        found = _baked(file)
        missing = "This picture holds no Open Badge. Ask for the badge as it was downloaded: a screenshot loses it."
    elif PDF in file[:1024]:
        found = next(_attached(file), None)
        missing = "This PDF holds no credential. Check its number instead, and compare each line."
    else:
        found, missing = file, ""
    if found is None:
        raise CarrierProblem(missing)
    return found


def read_credential(file: bytes) -> dict[str, Any]:
    """The credential that a file carries, as values; every member once, so that nobody reads another one."""
    found = credential_in(file)
    if len(found) > LARGEST_CREDENTIAL:
        raise CarrierProblem("The credential in this file is larger than any that this school issues.")
    try:
        document = json.loads(found.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise CarrierProblem("This is neither a certificate's PDF, nor a badge, nor a credential in JSON.") from error
    if not isinstance(document, dict) or "@context" not in document:
        raise CarrierProblem("This JSON is not a credential.")
    return document


def _baked(png: bytes) -> bytes | None:
    """The text of the chunk that Open Badges 3.0 names; None where there is none."""
    for tag, data in _chunks(png):
        keyword, _, rest = data.partition(b"\0")
        if tag == b"iTXt" and keyword == ITXT_KEYWORD_OB3 and len(rest) > 2:
            packed = rest[0] == 1
            _language, _, rest = rest[2:].partition(b"\0")
            _translated, _, text = rest.partition(b"\0")
            return _inflated(text) if packed else text
    return None


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The parts of a PNG up to its end; a length that points behind the file ends it too."""
    at = len(PNG)
    while at + 12 <= len(png):
        length, tag = struct.unpack(">I4s", png[at : at + 8])
        if tag == b"IEND" or at + 12 + length > len(png):
            return
        yield tag, png[at + 8 : at + 8 + length]
        at += 12 + length


def _attached(pdf: bytes) -> Iterator[bytes]:
    """Attached files of a PDF that look like a credential."""
    for found in islice(ATTACHMENT.finditer(pdf), MOST_ATTACHMENTS):
        begin = pdf.rfind(b"obj", max(0, found.start() - WIDEST_HEAD), found.start())
        stream = STREAM.search(pdf, found.end(), found.end() + WIDEST_HEAD)
        if begin == -1 or stream is None:
            continue
        if b"/FlateDecode" in pdf[begin : stream.start()]:
            content = _inflated(memoryview(pdf)[stream.end() :])
        else:
            content = pdf[stream.end() : pdf.find(b"endstream", stream.end())].rstrip(b"\r\n")
        if content and content.lstrip().startswith(b"{") and b"@context" in content:
            yield content


def _inflated(packed: bytes | memoryview) -> bytes | None:
    """Unpacked, but never more than a credential may hold."""
    unpacker = zlib.decompressobj()
    try:
        text = unpacker.decompress(packed, LARGEST_CREDENTIAL + 1)
    except zlib.error:
        return None
    return text if len(text) <= LARGEST_CREDENTIAL else None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("A member is written twice.")
    return members


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is not a number in JSON.")
