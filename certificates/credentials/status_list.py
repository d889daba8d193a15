"""Which certificates no longer stand: a list of 131,072 bits that anybody may fetch (W3C Bitstring Status List 1.0).

A verifier fetches the whole list and looks at one bit, so nobody learns which certificate was asked about. Places in
the list come from a secret permutation, so that they do not tell in which order certificates were issued.
"""

import base64
import binascii
import gzip
import re
import secrets
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from certificates.credentials.moments import instant

SIZE = 131_072
"""The smallest list that the standard allows: large enough to hide in."""
LARGEST = 512 * 1024
"""Of other people's lists: as many bytes as may come out of the compression (4 million certificates)."""
REVOCATION = "revocation"
VC2 = "https://www.w3.org/ns/credentials/v2"
ENCODED = re.compile(r"u[A-Za-z0-9_-]+")


class StatusListProblem(Exception):
    """A list, or a place in it, that cannot be read."""


@dataclass(frozen=True, slots=True)
class Permutation:
    """The secret of one list: (a*n + b) mod 131,072 visits every place once, because a is odd."""

    a: int
    b: int

    def __post_init__(self) -> None:
        if not (0 < self.a < SIZE and self.a % 2 and 0 <= self.b < SIZE):
            raise ValueError(f"A permutation needs an odd number and an offset, both below {SIZE}.")

    @classmethod
    def new(cls) -> Self:
        """One that nobody can guess."""
        return cls(secrets.randbelow(SIZE // 2) * 2 + 1, secrets.randbelow(SIZE))

    @classmethod
    def read(cls, text: str) -> Self:
        """Out of the form in which it is stored."""
        a, _, b = text.partition(":")
        return cls(int(a), int(b))

    def __str__(self) -> str:
        return f"{self.a}:{self.b}"

    def index(self, number: int) -> int:
        """The place of the certificate that is the `number`-th of this list, counted from 0."""
        if not 0 <= number < SIZE:
            raise StatusListProblem(f"This list has {SIZE} places and is full; the next certificate needs a new list.")
        return (self.a * number + self.b) % SIZE


def status_entry(list_url: str, index: int) -> dict[str, str]:
    """What a certificate says about where its bit is."""
    if not 0 <= index < SIZE:
        raise StatusListProblem(f"Places run from 0 to {SIZE - 1}, not {index}.")
    return {
        "id": f"{list_url}#{index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": REVOCATION,
        "statusListIndex": str(index),
        "statusListCredential": list_url,
    }


def status_list_credential(*, url: str, issuer: str, revoked: Iterable[int], issued_at: datetime) -> dict[str, Any]:
    """The list as a credential, to be signed like any other. It never runs out: it is made anew when a bit changes."""
    return {
        "@context": [VC2],
        "id": url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer,
        "validFrom": instant(issued_at),
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": REVOCATION,
            "encodedList": encode(revoked),
        },
    }


def encode(revoked: Iterable[int]) -> str:
    """The bits, leftmost first, compressed: the same bits give the same text."""
    bits = bytearray(SIZE // 8)
    for index in revoked:
        if not 0 <= index < SIZE:
            raise StatusListProblem(f"Places run from 0 to {SIZE - 1}, not {index}.")
        bits[index // 8] |= 0x80 >> index % 8
    return "u" + base64.urlsafe_b64encode(gzip.compress(bytes(bits), mtime=0)).decode().rstrip("=")


def decode(encoded: object) -> bytes:
    """The bits of a list, whoever wrote it: no more than LARGEST, however much the compression promises."""
    if not isinstance(encoded, str) or not ENCODED.fullmatch(encoded):
        raise StatusListProblem("A status list is base64url text that begins with u.")
    try:
        packed = base64.urlsafe_b64decode(encoded[1:] + "=" * (-len(encoded[1:]) % 4))
        unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        bits = unpacker.decompress(packed, LARGEST + 1)
    except (binascii.Error, zlib.error) as error:
        raise StatusListProblem("The status list cannot be unpacked.") from error
    if len(bits) > LARGEST:
        raise StatusListProblem(f"The status list is longer than {LARGEST} bytes.")
    if not unpacker.eof:
        raise StatusListProblem("The status list ends too early.")
    return bits


def is_revoked(entry: Mapping[str, Any], list_credential: Mapping[str, Any]) -> bool:
    """Whether the bit is set that this entry points at. Whether the list is genuine is for `checking` to say."""
    subject = list_credential.get("credentialSubject")
    if entry.get("statusListCredential") != list_credential.get("id") or not isinstance(subject, Mapping):
        raise StatusListProblem("This is not the status list that the certificate names.")
    if subject.get("statusPurpose") != REVOCATION or entry.get("statusPurpose") != REVOCATION:
        raise StatusListProblem("This status list is not about revocation.")
    place = str(entry.get("statusListIndex", ""))
    if not re.fullmatch(r"[0-9]{1,9}", place):
        raise StatusListProblem("The certificate names no place in the status list.")
    bits, index = decode(subject.get("encodedList")), int(place)
    if index >= len(bits) * 8:
        raise StatusListProblem("The certificate names a place behind the end of the status list.")
    return bool(bits[index // 8] & 0x80 >> index % 8)
