"""From frozen facts to an Open Badges 3.0 credential: the same words as on the paper, for software to read.

Written as the measured traps ask for (CREDENTIALS.md section 4.2): three contexts, the recipient by name and never by
e-mail, text in Unicode's composed form, absolute ids, no term that a context lacks. A sample says in every name and
description that it is one, because wallets show nothing else; it states what credit there would be and that none was
earned. CE hours are stated as credits only where a board approved them (DESIGN.md, Credit).
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from certificates.credentials.moments import instant
from certificates.credentials.proofs import BADGE, CONTROL_SIGN, to_bytes
from certificates.rules.rows import fact_rows, people_rows

CONTEXTS = [
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
]
SCHEMA = {
    "id": "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json",
    "type": "1EdTechJsonSchemaValidator2019",
}
ACHIEVEMENT_TYPES = {"achievement": "Achievement", "completion": "CertificateOfCompletion"}
SAMPLE = "Sample: not valid for credit"
TEST_KEY = "Signed with a TEST key: proves nothing"
IMAGE_WORDS = {
    "achievement": "Certificate of Achievement: a line that swells twice and comes to rest",
    "completion": "Certificate of Completion: a line that swells twice and comes to rest",
}
"""What the badge's picture shows, for whoever cannot see it."""


def credential_of(
    facts: Mapping[str, Any],
    *,
    issuer: str,
    site_url: str,
    credential_id: str,
    image_url: str,
    status_entry: Mapping[str, str],
    issued_at: datetime,
    awarded_at: datetime | None = None,
    valid_until: datetime | None = None,
    test_key: bool = False,
) -> dict[str, Any]:
    """The credential that states these facts, without its proof.

    `issued_at` is when these bytes are made; `awarded_at` stays the first day when a certificate is replaced.
    """
    marks = marks_of(facts, test_key=test_key)
    credential: dict[str, Any] = {
        "@context": list(CONTEXTS),
        "id": credential_id,
        "type": ["VerifiableCredential", BADGE],
        "name": _marked(f"{facts['heading']}: {facts['title']}", marks),
        "description": _marked(_statement(facts), marks),
        "issuer": _issuer(facts, issuer, site_url),
        "validFrom": instant(issued_at),
        "awardedDate": instant(awarded_at or issued_at),
        "credentialSubject": _subject(facts, marks, issuer, image_url),
        "credentialStatus": dict(status_entry),
        "credentialSchema": [dict(SCHEMA)],
    }
    if valid_until:
        credential["validUntil"] = instant(valid_until)
    composed: dict[str, Any] = _composed(credential)
    return composed


def marks_of(facts: Mapping[str, Any], *, test_key: bool) -> list[str]:
    """What must be said first, wherever the badge is shown."""
    return [*([SAMPLE] if facts["sample_notice"] else []), *([TEST_KEY] if test_key else [])]


def marks_in(credential: Mapping[str, Any]) -> list[str]:
    """The marks that a credential carries, ours or anybody's."""
    words = f"{credential.get('name', '')} {credential.get('description', '')}"
    return [mark for mark in (SAMPLE, TEST_KEY) if mark in words]


def recipient_of(credential: Mapping[str, Any]) -> str:
    """The name to which a credential was given."""
    return str(credential["credentialSubject"]["identifier"][0]["identityHash"])


def _subject(facts: Mapping[str, Any], marks: list[str], issuer: str, image_url: str) -> dict[str, Any]:
    subject: dict[str, Any] = {
        "type": ["AchievementSubject"],
        "identifier": [
            {"type": "IdentityObject", "hashed": False, "identityType": "name", "identityHash": facts["name"]}
        ],
        "activityEndDate": f"{facts['completed_on']}T00:00:00Z",
        "achievement": _achievement(facts, marks, issuer, image_url),
    }
    if facts["approval"]:
        subject["creditsEarned"] = 0 if facts["sample_notice"] else _number(facts["hours"])
    return subject


def _achievement(facts: Mapping[str, Any], marks: list[str], issuer: str, image_url: str) -> dict[str, Any]:
    """What can be earned. Its id follows from its content, so holders of the same course and edition share it."""
    achievement: dict[str, Any] = {
        "type": ["Achievement"],
        "achievementType": ACHIEVEMENT_TYPES[facts["kind"]],
        "name": _marked(facts["title"], marks),
        "description": _marked(f"{facts['heading']}. {_hours(facts)}. {facts['delivery_label']}.", marks),
        "criteria": {"narrative": f"Given to a learner who {facts['earned']}."},
        "inLanguage": facts["language"],
        "version": facts["edition"],
    }
    approval = facts["approval"]
    if approval:
        achievement["creditsAvailable"] = _number(facts["hours"])
        achievement["otherIdentifier"] = _numbers(approval, "course")
    name = issuer + to_bytes(_composed(achievement)).decode()
    picture = {"id": image_url, "type": "Image", "caption": IMAGE_WORDS[facts["kind"]]}
    return {"id": uuid5(NAMESPACE_URL, name).urn, **achievement, "image": picture}


def _issuer(facts: Mapping[str, Any], issuer: str, site_url: str) -> dict[str, Any]:
    provider = facts["provider"]
    profile: dict[str, Any] = {"id": issuer, "type": ["Profile"], "name": provider["name"], "url": site_url}
    if provider["email"]:
        profile["email"] = provider["email"]
    if provider["address"]:
        profile["address"] = {"type": ["Address"], "streetAddress": provider["address"]}
    if facts["approval"]:
        profile["otherIdentifier"] = _numbers(facts["approval"], "provider")
    return profile


def _numbers(approval: Mapping[str, str], whose: str) -> list[dict[str, str]]:
    """The board's number of the course or of the school, under a type that names the board."""
    number = approval[f"{whose}_number"]
    plain = unicodedata.normalize("NFKD", approval["body"]).encode("ascii", "ignore").decode()
    board = re.sub(r"[^A-Za-z0-9]+", "_", plain).strip("_") or "board"
    entry = {"type": "IdentifierEntry", "identifier": number, "identifierType": f"ext:{board}.{whose}"}
    return [entry] if number else []


def _statement(facts: Mapping[str, Any]) -> str:
    """The paper in one paragraph: who, what, how much, and each named fact."""
    rows = [f"{row.label}: {row.value}" for row in (*fact_rows(facts), *people_rows(facts))]
    return (
        f"{facts['name']} {facts['earned']} “{facts['title']}”. {_hours(facts)}. {'. '.join(rows)}. "
        f"Number: {facts['serial']}. {' '.join(facts['notices'])}"
    )


def _hours(facts: Mapping[str, Any]) -> str:
    return f"{facts['hours_printed']} ({facts['hours_note']})" if facts["hours_note"] else facts["hours_printed"]


def _marked(text: str, marks: list[str]) -> str:
    return ". ".join([*marks, text])


def _number(hours: str) -> int | float:
    """A whole number stays whole: "6.0" in JSON is signed differently by Python than by JavaScript."""
    value = Decimal(hours)
    return int(value) if value == value.to_integral_value() else float(value)


def _composed(value: Any) -> Any:
    """All text in the form in which one letter is one sign (NFC), without signs that no paper shows."""
    if isinstance(value, str):
        return unicodedata.normalize("NFC", CONTROL_SIGN.sub("", value))
    if isinstance(value, dict):
        return {key: _composed(part) for key, part in value.items()}
    return [_composed(part) for part in value] if isinstance(value, list) else value
