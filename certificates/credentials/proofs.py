"""The proof on a credential (W3C Data Integrity, eddsa-rdfc-2022), and the two guards before one is stored.

What a proof covers is not the JSON but the statements that the JSON-LD contexts make of it: a member that no context
defines is left out without a word, and so unsigned (CREDENTIALS.md section 4.1). Hence `guard`: our own, which names
what is undefined, and the library's, which also demands that the JSON says exactly what was signed. Contexts come from
the library's pinned set and are never fetched.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from threading import Lock
from typing import Any

from openbadgeslib.errors import LibOpenBadgesException
from openbadgeslib.ob3 import (
    OB3LdpVerifier,
    OB3VerificationError,
    add_data_integrity_proof,
    verify_data_integrity_proof,
)
from openbadgeslib.ob3.contexts import document_loader
from pyld import jsonld

from certificates.credentials.keys import KeyProblem, PrivateKey, PublicKey, read_multikey

SUITE = "eddsa-rdfc-2022"
BADGE = "OpenBadgeCredential"
STATUS_LIST = "BitstringStatusListCredential"
UNDEFINED = "urn:x-undefined:"
RELATIVE = "https://relative.invalid/"
OUT_OF_TIME = ("Credential has expired", "Credential is not yet valid")
"""How the library's last check begins, which asks the clock: a credential that ran out still says what was signed."""
CONTROL_SIGN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
EXPANDING = Lock()
"""PyLD keeps the contexts that it has read in one place for all threads, and that place is not safe for them."""


class CredentialError(Exception):
    """A credential that must not be stored, or does not hold; the message says what is wrong with it."""


def sign(
    document: Mapping[str, Any],
    key: PrivateKey,
    created: datetime,
    *,
    name: str = "",
    contexts: Mapping[str, dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """The document with its proof. The key is named under the issuer unless another `name` is given.

    `contexts` are known for this call beside the pinned ones.
    """
    named = name or f"{issuer_of(document)}#{key.kid}"
    try:
        return add_data_integrity_proof(dict(document), key.pem, named, created=created, extra_contexts=contexts)
    except (LibOpenBadgesException, ValueError) as error:
        raise CredentialError(f"The credential could not be signed: {error}") from error


def unsigned(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document without its proof: what a new key signs when the old one is compromised."""
    return {member: value for member, value in document.items() if member != "proof"}


def guard(signed: Mapping[str, Any]) -> None:
    """Refuse what would be stored but not be covered by its proof: both guards, with the key that the proof names."""
    faults = [*uncovered(signed), *differing(signed)]
    if faults:
        raise CredentialError(f"The signature would not hold everywhere: {'; '.join(faults)}.")
    _, _, multikey = key_name_of(signed).partition("#")
    try:
        verify(signed, read_multikey(multikey))
    except KeyProblem as error:
        raise CredentialError(str(error)) from error


def verify(document: Mapping[str, Any], key: PublicKey) -> None:
    """Raise CredentialError unless this key signed exactly what the document says. Asks no clock and no status list."""
    try:
        if STATUS_LIST in types_of(document):
            verify_data_integrity_proof(dict(document), key.pem)
        else:
            OB3LdpVerifier(key.pem).verify(dict(document))
    except OB3VerificationError as error:
        if not str(error).startswith(OUT_OF_TIME):
            raise CredentialError(str(error)) from error


def uncovered(document: Mapping[str, Any]) -> list[str]:
    """What a proof would leave out: terms that no context defines, and ids that depend on where the document lies."""
    nodes = _expanded(document)
    words = {word for node in nodes for word in (*node, *_types(node))}
    terms = sorted(word.removeprefix(UNDEFINED) for word in words if word.startswith(UNDEFINED))
    ids = sorted({str(node["@id"]) for node in nodes if "@id" in node})
    return [
        *(f"{term} is not defined by the contexts" for term in terms),
        *(f"{one.removeprefix(RELATIVE)} is not an absolute id" for one in ids if one.startswith(RELATIVE)),
    ]


def differing(value: Any) -> list[str]:
    """What other software writes in another way before it looks at the signature, measured with JavaScript's."""
    if isinstance(value, str):
        return [f"U+{ord(found):04X} is a control sign" for found in CONTROL_SIGN.findall(value)]
    if isinstance(value, float) and value.is_integer():
        return [f"{value} is written {int(value)} elsewhere"]
    if isinstance(value, Mapping):
        value = list(value.values())
    return [fault for part in value for fault in differing(part)] if isinstance(value, list) else []


def issuer_of(document: Mapping[str, Any]) -> str:
    """The issuer's id, which may be written alone or in a profile."""
    issuer = document.get("issuer")
    found = issuer.get("id") if isinstance(issuer, Mapping) else issuer
    return found if isinstance(found, str) else ""


def types_of(document: Mapping[str, Any]) -> list[str]:
    """What the document says it is."""
    types = document.get("type", [])
    return [one for one in (types if isinstance(types, list) else [types]) if isinstance(one, str)]


def key_name_of(document: Mapping[str, Any]) -> str:
    """The key that the one proof names; empty where there is no proof that we use."""
    proof = document.get("proof")
    if not isinstance(proof, Mapping) or proof.get("cryptosuite") != SUITE:
        return ""
    name = proof.get("verificationMethod")
    return name if isinstance(name, str) else ""


def to_bytes(document: Mapping[str, Any]) -> bytes:
    """The one text that is stored, attached to the PDF, baked into the PNG and hashed."""
    try:
        text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        return text.encode()
    except (TypeError, ValueError) as error:
        raise CredentialError(f"The credential is not plain JSON: {error}") from error


def _expanded(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The nodes of the document, with what is undefined or relative under our own names instead of left out."""
    contexts = document.get("@context", [])
    watched = [*(contexts if isinstance(contexts, list) else [contexts]), {"@vocab": UNDEFINED}]
    options = {"base": RELATIVE, "documentLoader": document_loader()}
    try:
        with EXPANDING:
            expanded = jsonld.expand({**document, "@context": watched}, options)
        return list(_nodes(expanded))
    except (jsonld.JsonLdError, RecursionError) as error:
        raise CredentialError(f"The credential's contexts cannot be read: {str(error)[:300]}") from error


def _nodes(expanded: Any) -> Iterator[dict[str, Any]]:
    if isinstance(expanded, dict):
        yield expanded
        expanded = list(expanded.values())
    if isinstance(expanded, list):
        for part in expanded:
            yield from _nodes(part)


def _types(node: Mapping[str, Any]) -> list[str]:
    types = node.get("@type", [])
    return types if isinstance(types, list) else [types]
