"""Where a certificate stands today, and what was issued before and after it: what the public check reads.

Only frozen facts and the columns beside them are read, so a course, an edition or a person that is renamed or gone
changes no answer. The whole chain of corrections comes in one query, however long it is.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.utils import timezone

from certificates.models import Certificate
from certificates.rules.rows import long_date

CHAIN = """
WITH RECURSIVE chain(id) AS (
    SELECT id FROM certificates_certificate WHERE serial = %s
    UNION
    SELECT other.id FROM chain
    JOIN certificates_certificate one ON one.id = chain.id
    JOIN certificates_certificate other ON other.supersedes_id = one.id OR other.id = one.supersedes_id
)
SELECT certificate.*,
    EXISTS (
        SELECT 1 FROM certificates_certificatefile made
        WHERE made.certificate_id = certificate.id AND made.role = 'credential'
    ) AS has_badge,
    EXISTS (
        SELECT 1 FROM certificates_signingkey signer WHERE signer.is_demo AND (
            signer.id = certificate.paper_key_id OR signer.id IN (
                SELECT made.key_id FROM certificates_certificatefile made WHERE made.certificate_id = certificate.id
            )
        )
    ) AS test_key
FROM certificates_certificate certificate JOIN chain ON chain.id = certificate.id
"""


class State(StrEnum):
    """The word for software. Whatever else is true of a sample, it is a sample."""

    VALID = "valid"
    SAMPLE = "sample"
    TEST = "test"
    REVOKED = "revoked"
    REPLACED = "replaced"
    EXPIRED = "expired"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One thing to be said about a certificate: a bar, a word and a sentence."""

    state: State
    kind: str
    word: str
    sentence: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One certificate with what the check says of it; `earlier` and `later` are its chain, in order."""

    certificate: Certificate
    standings: tuple[Standing, ...]
    earlier: tuple[Certificate, ...] = ()
    later: tuple[Certificate, ...] = ()
    has_badge: bool = False
    test_key: bool = False

    @property
    def first(self) -> Standing:
        """What is said first."""
        return self.standings[0]

    @property
    def is_shared(self) -> bool:
        """Anybody may have the files, while it stands."""
        return self.certificate.is_shared and self.certificate.status == Certificate.Status.ISSUED

    @property
    def newest(self) -> Certificate:
        """The end of the chain."""
        return self.later[-1] if self.later else self.certificate


def find_record(serial: str, *, on: date | None = None) -> Record | None:
    """What is on record under this number; None where nobody has it."""
    chain: dict[int, Any] = {one.pk: one for one in Certificate.objects.raw(CHAIN, [serial])}  # with two answers more
    certificate = next((one for one in chain.values() if one.serial == serial), None)
    if certificate is None:
        return None
    after = {one.supersedes_id: one for one in chain.values() if one.supersedes_id}
    before = {one.pk: chain[one.supersedes_id] for one in chain.values() if one.supersedes_id}
    test_key = bool(certificate.test_key)
    return Record(
        certificate=certificate,
        standings=standings_of(certificate, test_key=test_key, on=on),
        earlier=tuple(reversed(_walk(certificate, before))),
        later=tuple(_walk(certificate, after)),
        has_badge=bool(certificate.has_badge),
        test_key=test_key,
    )


def standings_of(certificate: Certificate, *, test_key: bool = False, on: date | None = None) -> tuple[Standing, ...]:
    """Everything to be said, the most important first; "Valid" only where there is nothing else to say."""
    if not certificate.is_intact:
        return (DAMAGED,)
    said = [*_marks(certificate, test_key), *_end(certificate, on)]
    return tuple(said) or (_valid(certificate),)


DAMAGED = Standing(
    state=State.DAMAGED,
    kind="care",
    word="We cannot confirm this certificate",
    sentence="This number is ours, but our record of it is damaged. Please write to the school; a person will compare "
    "it with the paper.",
)


def _walk(start: Certificate, steps: dict[int, Certificate]) -> list[Certificate]:
    """From one certificate to the end of its chain; a chain that were closed in itself would end too."""
    found: list[Certificate] = []
    at = steps.get(start.pk)
    while at is not None and at.pk != start.pk and len(found) < len(steps):
        found.append(at)
        at = steps.get(at.pk)
    return found


def _marks(certificate: Certificate, test_key: bool) -> list[Standing]:
    school, marks = certificate.facts["provider"]["name"], []
    if certificate.facts["sample_notice"]:
        sentence = f"Issued by {school} as an example of a certificate. Nobody may claim credit with it."
        marks.append(Standing(state=State.SAMPLE, kind="care", word="Sample: not valid for credit", sentence=sentence))
    if test_key:
        sentence = "Signed with a key that is public, for trying things out. The signature proves nothing."
        marks.append(Standing(state=State.TEST, kind="care", word="TEST: not valid for credit", sentence=sentence))
    return marks


def _end(certificate: Certificate, on: date | None) -> list[Standing]:
    """Revoked, replaced or expired; nothing while it is in force."""
    if certificate.status == Certificate.Status.REVOKED:
        reason = certificate.get_reason_class_display()
        sentence = f"Revoked on {_ended(certificate)}" + (f". Reason: {reason}." if reason else ".")
        return [
            Standing(
                state=State.REVOKED,
                kind="stop",
                word="Revoked",
                sentence=f"{sentence} It no longer counts.",
                note=certificate.public_note,
            )
        ]
    if certificate.status == Certificate.Status.SUPERSEDED:
        sentence = f"Replaced on {_ended(certificate)}. Another certificate stands in its place."
        return [
            Standing(
                state=State.REPLACED, kind="care", word="Replaced", sentence=sentence, note=certificate.public_note
            )
        ]
    if certificate.valid_until and certificate.is_expired(on or _today()):
        sentence = f"It was valid until {long_date(certificate.valid_until.isoformat())}."
        return [Standing(state=State.EXPIRED, kind="care", word="Expired", sentence=sentence)]
    return []


def _valid(certificate: Certificate) -> Standing:
    sentence = f"Issued by {certificate.facts['provider']['name']} and stands. Compare each line with the paper."
    return Standing(state=State.VALID, kind="good", word="Valid", sentence=sentence)


def _ended(certificate: Certificate) -> str:
    """The day in the site's zone: the same for whoever looks, wherever they live."""
    if certificate.ended_at is None:
        return "a day that is not on record"
    return long_date(timezone.localdate(certificate.ended_at, timezone.get_default_timezone()).isoformat())


def _today() -> date:
    return timezone.localdate(timezone=timezone.get_default_timezone())
