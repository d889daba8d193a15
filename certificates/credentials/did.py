"""The issuer: did:web of the site, and the document in which it names its keys (`/.well-known/did.json`).

A verifier takes the key from this document, so a key that stands here is trusted and one that does not is not: rotating
means adding (CREDENTIALS.md section 4.4). The key's name ends in its own Multikey, because a widely used validator
reads the key from the name and not from the document (section 4.2).
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from certificates.credentials.keys import KeyProblem, PublicKey, read_multikey

CONTEXTS = ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"]
HOST = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")


def did_web(site: str) -> str:
    """The identifier of a site, given by its address or its host and port.

    >>> did_web("https://school.example.com"), did_web("http://localhost:8000")
    ('did:web:school.example.com', 'did:web:localhost%3A8000')
    """
    parts = urlsplit(site if "//" in site else f"//{site}")
    try:
        host = (parts.hostname or "").encode("idna").decode().lower()
        port = parts.port
    except (UnicodeError, ValueError):
        host, port = "", None
    if not HOST.fullmatch(host) or parts.path.strip("/") or parts.username is not None:
        raise ValueError(f"A did:web needs a host like school.example.com, with a port at most; not {site!r}.")
    return f"did:web:{host}" + (f"%3A{port}" if port else "")


def key_name(did: str, key: PublicKey) -> str:
    """How a proof names the key that made it."""
    return f"{did}#{key.multikey}"


def did_document(did: str, keys: Iterable[PublicKey]) -> dict[str, Any]:
    """The issuer's document: every key that is not compromised, old ones too, each allowed to make claims."""
    named = {key_name(did, key): key for key in keys}
    return {
        "@context": list(CONTEXTS),
        "id": did,
        "verificationMethod": [
            {"id": name, "type": "Multikey", "controller": did, "publicKeyMultibase": key.multikey}
            for name, key in named.items()
        ],
        "assertionMethod": list(named),
    }


def key_in(document: Mapping[str, Any], name: str) -> PublicKey | None:
    """The key of this name, if the document lists it and allows it to make claims."""
    if name not in document.get("assertionMethod", ()):
        return None
    for method in document.get("verificationMethod", ()):
        if method.get("id") == name and method.get("controller") == document.get("id"):
            try:
                return read_multikey(method.get("publicKeyMultibase", ""))
            except KeyProblem:
                return None
    return None
