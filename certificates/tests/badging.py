"""Credentials without a database, and what a verifier elsewhere would find of the school on the web."""

import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from certificates.credentials.badge import SAMPLE, credential_of
from certificates.credentials.did import did_document, did_web
from certificates.credentials.keys import Algorithm, PrivateKey, demo_key
from certificates.credentials.proofs import sign
from certificates.credentials.status_list import status_entry, status_list_credential
from certificates.tests.printing import approved_credit, printed

REFERENCE = Path(__file__).resolve().parents[3] / "shared" / "credentials"
"""Contexts, schemas and vectors of the standards, where a workspace has them beside the repository."""
SITE = "https://school.example.com"
ISSUER = did_web(SITE)
LIST_URL = f"{SITE}/credentials/status/1"
CREDENTIAL_ID = f"{SITE}/verify/CST-2026-7K4MQ-X9RTB-Y/"
ISSUED_AT = datetime(2024, 3, 1, 15, 30, tzinfo=UTC)  # long ago: other people's verifiers look at the clock on the wall
KEY = demo_key(Algorithm.ED25519, "first")
SECOND_KEY = demo_key(Algorithm.ED25519, "second")
PAPER_KEY = demo_key(Algorithm.P256, "paper")
INDEX = 77


@contextmanager
def little_memory(limit: int) -> Iterator[None]:
    """What happens within takes no more bytes than this, however much a file claims to hold."""
    tracemalloc.start()
    try:
        yield
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < limit


def facts(**changes: Any) -> dict[str, Any]:
    """What is printed on an approved home-study certificate, as it is stored."""
    approval = changes.pop("approval", approved_credit())
    return printed(approval, **changes).as_json()


def credential(stated: dict[str, Any] | None = None, *, index: int = INDEX, **changes: Any) -> dict[str, Any]:
    """The credential that states these facts, not signed yet."""
    given: dict[str, Any] = {
        "issuer": ISSUER,
        "site_url": SITE,
        "credential_id": CREDENTIAL_ID,
        "image_url": f"{SITE}/credentials/badge/achievement.png",
        "status_entry": status_entry(LIST_URL, index),
        "issued_at": ISSUED_AT,
    }
    return credential_of(stated or facts(), **(given | changes))


def signed(stated: dict[str, Any] | None = None, *, key: PrivateKey = KEY, **changes: Any) -> dict[str, Any]:
    """The credential with its proof."""
    return sign(credential(stated, **changes), key, ISSUED_AT)


def issuer_document(*keys: PrivateKey) -> dict[str, Any]:
    """What the school answers at /.well-known/did.json."""
    return did_document(ISSUER, [key.public for key in keys or (KEY, PAPER_KEY)])


def status_list(*revoked: int, key: PrivateKey = KEY) -> dict[str, Any]:
    """What the school answers at /credentials/status/1."""
    document = status_list_credential(url=LIST_URL, issuer=ISSUER, revoked=revoked, issued_at=ISSUED_AT)
    return sign(document, key, ISSUED_AT)


NAMES = [
    "Zoë Nuñez-Brontë",
    "Nguyễn Thị Ánh",
    "Łukasz Żółć",
    "Ελένη Παπαδοπούλου",
    "Наталия Йовчева",
    "מיכאל בן־דוד",
    "محمد عبد الله",
    "अनन्या कृष्णन्",
    "王小明",
    "김민준",
    "佐藤ゆき",
    'O\'Neill "Bo" <b>&amp; \\ Söhne',
]
"""People of many scripts, and one with every sign that JSON, HTML and Markdown treat in their own way."""

TAMPERS: dict[str, Callable[[dict[str, Any]], object]] = {
    "name": lambda badge: badge["credentialSubject"]["identifier"][0].update(identityHash="Eve Other"),
    "hours": lambda badge: badge["credentialSubject"].update(creditsEarned=40),
    "title": lambda badge: badge["credentialSubject"]["achievement"].update(name="Advanced work"),
    "completion date": lambda badge: badge["credentialSubject"].update(activityEndDate="2020-01-01T00:00:00Z"),
    "award date": lambda badge: badge.update(awardedDate="2020-01-01T00:00:00Z"),
    "end date": lambda badge: badge.update(validUntil="2099-01-01T00:00:00Z"),
    "approval number": lambda badge: badge["credentialSubject"]["achievement"]["otherIdentifier"][0].update(
        identifier="EX-1"
    ),
    "place in the status list": lambda badge: badge["credentialStatus"].update(statusListIndex="78"),
    "no status list": lambda badge: badge.pop("credentialStatus"),
    "number": lambda badge: badge.update(id=f"{SITE}/verify/CST-2026-AAAAA-AAAAA-A/"),
    "issuer's name": lambda badge: badge["issuer"].update(name="Another School"),
    "sample mark": lambda badge: badge.update(name=badge["name"].removeprefix(f"{SAMPLE}. ")),
    "time of the proof": lambda badge: badge["proof"].update(created="2020-01-01T00:00:00Z"),
    "purpose of the proof": lambda badge: badge["proof"].update(proofPurpose="authentication"),
    "proof of another": lambda badge: badge["proof"].update(signed(facts(learner_name="Bo Ek"))["proof"]),
    "key of another": lambda badge: badge["proof"].update(verificationMethod=f"{ISSUER}#{SECOND_KEY.kid}"),
    "member under its full name": lambda badge: badge.update(
        {"https://schema.org/name": badge.pop("name"), "name": "x"}
    ),
    "member that no context knows": lambda badge: badge.update(ceHours=40),
    "two proofs": lambda badge: badge.update(proof=[badge["proof"], badge["proof"]]),
}
"""Changes to a sample credential after it was signed."""
