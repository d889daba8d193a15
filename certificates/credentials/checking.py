"""Is a credential genuine, and does it stand: separate questions, separate answers (CREDENTIALS.md section 4.2).

Other software calls a credential "verified" when its signature holds, though it may have been revoked since. Here every
question has its own answer in words, an answer that could not be found is not a yes, and `verdict` is the one word for
the page: valid only where nothing speaks against it. Nothing is fetched: whoever asks brings the documents.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from certificates.credentials.badge import CONTEXTS, SAMPLE, marks_in
from certificates.credentials.did import key_in
from certificates.credentials.moments import read_instant
from certificates.credentials.proofs import (
    BADGE,
    CredentialError,
    issuer_of,
    key_name_of,
    types_of,
    uncovered,
    verify,
)
from certificates.credentials.status_list import StatusListProblem, is_revoked

REQUIRED = ("@context", "id", "type", "credentialSubject", "issuer", "validFrom")
REQUIRED_OF_ACHIEVEMENT = ("id", "type", "criteria", "description", "name")
"""What the 1EdTech schema demands of an AchievementCredential; the tests hold our own to the whole schema."""


class Verdict(StrEnum):
    """The one word for the page, in the order in which it is decided: what is forged is not also expired."""

    FOREIGN = "foreign"
    FORGED = "forged"
    SAMPLE = "sample"
    REVOKED = "revoked"
    REPLACED = "replaced"
    EXPIRED = "expired"
    NOT_YET = "not_yet"
    UNCERTAIN = "uncertain"
    VALID = "valid"


@dataclass(frozen=True, slots=True)
class Answer:
    """To one question: yes, no, or None where it could not be found out; with the sentence for people."""

    good: bool | None
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """Everything that was asked about one credential."""

    issuer: Answer
    proof: Answer
    form: Answer
    sample: Answer
    status: Answer
    current: Answer
    dates: Answer
    too_early: bool = False

    @property
    def verdict(self) -> Verdict:
        """What the page says first."""
        decided = (
            (self.issuer.good is False, Verdict.FOREIGN),
            (self.proof.good is False or self.form.good is False, Verdict.FORGED),
            (self.sample.good is False, Verdict.SAMPLE),
            (self.current.good is False, Verdict.REPLACED),
            (self.status.good is False, Verdict.REVOKED),
            (self.dates.good is False, Verdict.NOT_YET if self.too_early else Verdict.EXPIRED),
            (any(answer.good is None for answer in self.answers), Verdict.UNCERTAIN),
        )
        return next((verdict for applies, verdict in decided if applies), Verdict.VALID)

    @property
    def answers(self) -> tuple[Answer, ...]:
        """All of them, in the order in which they are shown."""
        return (self.issuer, self.proof, self.form, self.sample, self.status, self.current, self.dates)


def check(
    credential: Mapping[str, Any],
    *,
    did_document: Mapping[str, Any],
    status_list: Mapping[str, Any] | None,
    at: datetime,
    replaced_by: str = "",
) -> Check:
    """Ask every question about a credential that says it comes from the issuer of this DID document.

    `replaced_by` is the number that took its place, which only the issuer's records know.
    """
    issuer = _issuer(credential, did_document)
    proof = _proof(credential, did_document) if issuer.good else Answer(None, "The signature was not checked.")
    dates, too_early = _dates(credential, at)
    return Check(
        issuer=issuer,
        proof=proof,
        form=_form(credential),
        sample=_sample(credential),
        status=_status(credential, did_document, status_list),
        current=Answer(not replaced_by, f"Replaced by {replaced_by}." if replaced_by else "Not replaced."),
        dates=dates,
        too_early=too_early,
    )


def _issuer(credential: Mapping[str, Any], did_document: Mapping[str, Any]) -> Answer:
    if issuer_of(credential) != did_document.get("id"):
        return Answer(False, "This school did not issue it: it names another issuer.")
    return Answer(True, "It names this school as its issuer.")


def _proof(credential: Mapping[str, Any], did_document: Mapping[str, Any]) -> Answer:
    """The signature by a key that the issuer stands by, over exactly what the credential says."""
    name = key_name_of(credential)
    if not name:
        return Answer(False, "It carries no signature of the kind that this school uses.")
    key = key_in(did_document, name)
    if key is None:
        return Answer(False, "It is signed with a key that is not, or is no longer, a key of this school.")
    try:
        verify(credential, key)
        whole = not uncovered(credential)
    except CredentialError:
        whole = False
    if not whole:
        return Answer(False, "The signature does not fit: something was changed after it was issued.")
    return Answer(True, "The signature is this school's, and nothing was changed since.")


def _form(credential: Mapping[str, Any]) -> Answer:
    """Whether it is an Open Badge at all."""
    subject = credential.get("credentialSubject")
    achievement = subject.get("achievement") if isinstance(subject, Mapping) else None
    missing = [member for member in REQUIRED if not credential.get(member)]
    if not isinstance(achievement, Mapping):
        missing.append("achievement")
    else:
        missing += [f"achievement.{member}" for member in REQUIRED_OF_ACHIEVEMENT if not achievement.get(member)]
    contexts = credential.get("@context")
    known = isinstance(contexts, list) and contexts[:2] == CONTEXTS[:2]
    if missing or not known or BADGE not in types_of(credential):
        return Answer(False, "It is not a complete Open Badge 3.0" + (f": {', '.join(missing)}." if missing else "."))
    return Answer(True, "It is an Open Badge 3.0.")


def _sample(credential: Mapping[str, Any]) -> Answer:
    marks = marks_in(credential)
    if not marks:
        return Answer(True, "It is not a sample.")
    return Answer(False, ". ".join(marks) + ("." if SAMPLE in marks else ". Not valid for credit."))


def _status(
    credential: Mapping[str, Any], did_document: Mapping[str, Any], status_list: Mapping[str, Any] | None
) -> Answer:
    """The issuer's list, which must itself be signed by the issuer."""
    entry = credential.get("credentialStatus")
    if not isinstance(entry, Mapping):
        return Answer(None, "It names no list on which a revocation would stand.")
    if status_list is None:
        return Answer(None, "The list of revoked certificates could not be read.")
    if not (_issuer(status_list, did_document).good and _proof(status_list, did_document).good):
        return Answer(None, "The list of revoked certificates is not signed by this school.")
    try:
        revoked = is_revoked(entry, status_list)
    except StatusListProblem as problem:
        return Answer(None, str(problem))
    return Answer(not revoked, "Revoked." if revoked else "Not revoked.")


def _dates(credential: Mapping[str, Any], at: datetime) -> tuple[Answer, bool]:
    start, end = read_instant(credential.get("validFrom")), read_instant(credential.get("validUntil"))
    if start is None or ("validUntil" in credential and end is None):
        return Answer(None, "Its dates cannot be read."), False
    if at < start:
        return Answer(False, f"It is valid only from {start:%Y-%m-%d}."), True
    if end and at > end:
        return Answer(False, f"It expired on {end:%Y-%m-%d}."), False
    return Answer(True, f"Valid until {end:%Y-%m-%d}." if end else "It has no end date."), False
