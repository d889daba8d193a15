"""Signing keys: Ed25519 for the badge, P-256 for the PDF, whose readers know no Ed25519 (CREDENTIALS.md section 3).

A key is known by its Multikey, the public part as one short text ("z6Mk...", "zDna..."): it names the file of the
private part, the row in the database and the entry in the DID document. The private part is a PEM that the services
keep in a file or the environment, never in the database; `repr` does not show it.
"""

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from openbadgeslib.ob3 import OB3VerificationError, multikey_from_pem, resolve_did

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
PRIVATE_PEM = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
PUBLIC_PEM = (Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


class KeyProblem(Exception):
    """A key that cannot be used; the message tells the operator what was expected."""


class Algorithm(StrEnum):
    """What a key is for follows from its kind."""

    ED25519 = "Ed25519"
    P256 = "P-256"


MULTIKEY_STARTS = {Algorithm.ED25519: "z6Mk", Algorithm.P256: "zDn"}


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The part of a key that everybody may see."""

    algorithm: Algorithm
    multikey: str
    pem: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A key that signs. `test` marks a throw-away key: whoever reads this repository can work out its secret."""

    public: PublicKey
    pem: bytes = field(repr=False)
    test: bool = False

    @property
    def algorithm(self) -> Algorithm:
        """Ed25519 signs badges, P-256 signs PDFs."""
        return self.public.algorithm

    @property
    def kid(self) -> str:
        """The name of the key in rows and files: the Multikey of its public part."""
        return self.public.multikey

    def loaded(self) -> Ed25519PrivateKey | ec.EllipticCurvePrivateKey:
        """As the object with which libraries sign."""
        return _of_ours(load_pem_private_key(self.pem, password=None))


def new_key(algorithm: Algorithm) -> PrivateKey:
    """A key that nobody has seen before."""
    if algorithm is Algorithm.ED25519:
        return _held(Ed25519PrivateKey.generate())
    return _held(ec.generate_private_key(ec.SECP256R1()))


def demo_key(algorithm: Algorithm, seed: str) -> PrivateKey:
    """A throw-away key for the demo and for tests: the same seed gives the same key, so it proves nothing."""
    secret = hashlib.sha512(f"Stillpoint TEST {algorithm} {seed}".encode()).digest()
    if algorithm is Algorithm.ED25519:
        return _held(Ed25519PrivateKey.from_private_bytes(secret[:32]), test=True)
    number = int.from_bytes(secret) % (P256_ORDER - 1) + 1
    return _held(ec.derive_private_key(number, ec.SECP256R1()), test=True)


def read_private_key(pem: str | bytes) -> PrivateKey:
    """A key out of its file."""
    data = pem.encode() if isinstance(pem, str) else pem
    if b"PUBLIC KEY" in data or b"CERTIFICATE" in data:
        raise KeyProblem("This PEM holds the public part only. Give the file that begins with BEGIN PRIVATE KEY.")
    try:
        key = load_pem_private_key(data, password=None)
    except TypeError as error:
        raise KeyProblem(
            "The key is locked with a pass phrase. Store it without one and let the file's mode (600) guard it."
        ) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyProblem("This is not a private key in PEM form (BEGIN PRIVATE KEY ... END PRIVATE KEY).") from error
    return _held(key)


def read_multikey(multikey: str) -> PublicKey:
    """A public key out of its one-line form, as the DID document and the database hold it."""
    try:
        pem = resolve_did(f"did:key:{multikey}")
    except OB3VerificationError as error:
        raise KeyProblem(f"Not the Multikey of an Ed25519 or P-256 key: {multikey[:60]!r}.") from error
    algorithm = next((kind for kind, start in MULTIKEY_STARTS.items() if multikey.startswith(start)), None)
    if algorithm is None:
        raise KeyProblem(f"Not the Multikey of an Ed25519 or P-256 key: {multikey[:60]!r}.")
    return PublicKey(algorithm, multikey, pem)


def _of_ours(key: object) -> Ed25519PrivateKey | ec.EllipticCurvePrivateKey:
    if isinstance(key, Ed25519PrivateKey):
        return key
    if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    raise KeyProblem("Only Ed25519 keys (badge) and P-256 keys (PDF) are used; this is another kind.")


def _held(key: object, *, test: bool = False) -> PrivateKey:
    ours = _of_ours(key)
    algorithm = Algorithm.ED25519 if isinstance(ours, Ed25519PrivateKey) else Algorithm.P256
    pem = ours.public_key().public_bytes(*PUBLIC_PEM)
    public = PublicKey(algorithm, multikey_from_pem(pem), pem)
    return PrivateKey(public, ours.private_bytes(*PRIVATE_PEM), test)
