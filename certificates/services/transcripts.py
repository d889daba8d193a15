"""The transcript of a learner: every finished course with hours and score, as a page and as a signed, frozen PDF."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.core.files.storage import storages
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from certificates.models import Certificate, TranscriptShare
from certificates.models import Transcript as TranscriptRow
from certificates.models.transcripts import new_token
from certificates.paper.signing import sign_pdf
from certificates.paper.transcript import Transcript, TranscriptLine, render_transcript
from certificates.rules.facts import Provider
from certificates.rules.wording import DELIVERY_LABELS, OWN_COUNT_NOTE, SAMPLE_NOTICE, hours_text, own_hours
from certificates.services.designs import drawn_as, newest_design
from certificates.services.keys import signing, trusted_keys
from certificates.services.making import store
from certificates.services.record import current_school, licenses_of, local_date
from core.freeze import digest
from core.hours import own_count
from core.serials import new_serial
from enrollments.models import Enrollment, UnitCompletion

DAMAGED = "Our record is damaged"
"""Of a certificate whose stored facts are not the ones that were issued: none of them is repeated here."""


class NameMissing(Exception):
    """The learner has given no name yet, and a paper without one helps nobody."""


def transcript_of(learner: User, *, at: datetime | None = None) -> Transcript:
    """What is on record today, the newest course first. What was revoked is left in, and said to be revoked."""
    school = current_school()
    listed = list(
        Certificate.objects.of(learner).exclude(status=Certificate.Status.SUPERSEDED).order_by("-completed_on", "-pk")
    )
    whole = [one for one in listed if one.is_intact]
    name, scores = _name(learner, whole), _scores(learner)
    lines = [_certified(one, scores.get(one.enrollment_id, ""), name) for one in listed]
    certified = {one.enrollment_id for one in listed}
    finished = Enrollment.objects.filter(user=learner).exclude(completed_on=None).exclude(pk__in=certified)
    lines += [
        _uncertified(one, scores.get(one.pk, ""))
        for one in finished.select_related("edition", "course").order_by("-completed_on", "-pk")
    ]
    return Transcript(
        name=name,
        provider=_provider(whole) or Provider(name=school.name, address="", email=school.email, website=""),
        issued_on=local_date(at or timezone.now(), learner).isoformat(),
        lines=tuple(sorted(lines, key=lambda line: line.completed_on, reverse=True)),
        totals=_totals(one for one in whole if one.status == Certificate.Status.ISSUED),
        check_url=settings.SITE_URL + reverse("verify"),
        sample_notice=SAMPLE_NOTICE if school.is_sample or any(one.facts["sample_notice"] for one in whole) else "",
    )


def make_transcript(*, learner: User, at: datetime | None = None) -> TranscriptRow:
    """A signed PDF of the record; the newest one, where nothing has changed since.

    Raises NameMissing, RenderError, SigningError, NoKeys or OSError; then nothing is kept.
    """
    now = at or timezone.now()
    public = transcript_of(learner, at=now)
    if not public.name:
        raise NameMissing
    record = replace(public, license_number=licenses_of(learner))
    facts = record.as_json()
    facts_sha256 = digest(facts)
    found = _same(learner, facts_sha256)
    if found:
        return found
    keys, serial = signing(), new_serial(local_date(now, learner).year)
    look, paper = drawn_as(newest_design(), Certificate.Kind.ACHIEVEMENT)
    look = replace(look, closing="")

    def signed(what: Transcript) -> tuple[str, str]:
        pdf = render_transcript(what, number=serial, design=look, paper=paper, test_keys=keys.is_demo)
        tsa_url = settings.SIGNING_TSA_URL or None
        content = sign_pdf(pdf, keys.paper, keys.certificate, tsa_url=tsa_url, at=now, authority=keys.authority).bytes
        return store(content, "pdf"), hashlib.sha256(content).hexdigest()

    row = TranscriptRow(
        serial=serial, learner=learner, facts=facts, facts_sha256=facts_sha256, issued_at=now, key=keys.paper_row
    )
    row.pdf, row.pdf_sha256 = signed(record)
    row.public_pdf, row.public_pdf_sha256 = signed(public) if record.license_number else (row.pdf, row.pdf_sha256)
    kept = None
    try:
        kept = _keep(row)
    finally:
        if kept != row:  # not written, or another request was first with the same facts
            for path in {row.pdf, row.public_pdf}:
                storages["private"].delete(path)
    return kept


def valid_transcripts(learner: User) -> QuerySet[TranscriptRow]:
    """Those whose signature counts, the newest first."""
    return TranscriptRow.objects.filter(learner=learner, key__in=trusted_keys())


@transaction.atomic
def share_transcript(*, learner: User, on: bool, at: datetime | None = None) -> TranscriptShare:
    """Switch the page for others on or off. Switched on again, it has a new address: the old one stays dead."""
    now = at or timezone.now()
    found, _ = TranscriptShare.objects.select_for_update().get_or_create(learner=learner)
    if found.is_on != on:
        found.is_on, found.changed_at = on, now
        if on:
            found.token = new_token()
        found.save(update_fields=["is_on", "changed_at", "token"])
    return found


@transaction.atomic
def _keep(row: TranscriptRow) -> TranscriptRow:
    """The row as it is stored, or the one of another request that was first. The learner's row is the lock."""
    User.objects.select_for_update().get(pk=row.learner_id)
    found = _same(row.learner, row.facts_sha256)
    if found:
        return found
    row.save()
    return row


def _same(learner: User, facts_sha256: str) -> TranscriptRow | None:
    """The newest, if it says just this and its signature still counts."""
    newest = valid_transcripts(learner).first()
    return newest if newest and newest.facts_sha256 == facts_sha256 else None


def _name(learner: User, certificates: Iterable[Certificate]) -> str:
    """As the certificate prints it that was issued last: a name that was only typed into the profile counts nowhere."""
    standing = [one for one in certificates if one.status == Certificate.Status.ISSUED]
    return max(standing, key=lambda one: (one.issued_at, one.pk)).holder if standing else learner.legal_name


def _certified(certificate: Certificate, score: str, name: str) -> TranscriptLine:
    facts, completed_on = certificate.facts, certificate.completed_on.isoformat()
    if not certificate.is_intact:
        return TranscriptLine(
            title=DAMAGED,
            completed_on=completed_on,
            hours_printed="",
            delivery="",
            serial=certificate.serial,
            standing="Please write to the school",
        )
    return TranscriptLine(
        title=facts["title"],
        completed_on=completed_on,
        hours_printed=facts["hours_printed"],
        delivery=facts["delivery_label"],
        approval=facts["approval"]["body"] if facts["approval"] else facts["hours_note"],
        score=score,
        serial=certificate.serial,
        standing=". ".join(_standing(certificate, name)),
    )


def _standing(certificate: Certificate, name: str) -> Iterator[str]:
    """What has to be said beside the number; nothing of one that simply stands."""
    if certificate.status != Certificate.Status.ISSUED:
        yield certificate.get_status_display()
    elif certificate.is_expired():
        yield "Expired"
    if certificate.holder != name:
        yield f"In the name of {certificate.holder}"


def _uncertified(enrollment: Enrollment, score: str) -> TranscriptLine:
    edition = enrollment.edition
    assert enrollment.completed_on is not None  # noqa: S101 - for the type checker: the query leaves others out
    return TranscriptLine(
        title=edition.title,
        completed_on=enrollment.completed_on.isoformat(),
        hours_printed=own_hours(own_count(words=edition.words, media_seconds=edition.media_seconds)),
        delivery=DELIVERY_LABELS[enrollment.course.format],
        approval=OWN_COUNT_NOTE,
        score=score,
    )


def _scores(learner: User) -> dict[int, str]:
    """Enrollment -> what was scored in its quizzes together, in percent, rounded down."""
    sums: dict[int, list[int]] = {}
    for enrollment, evidence in UnitCompletion.objects.filter(enrollment__user=learner).values_list(
        "enrollment_id", "evidence"
    ):
        if evidence.get("max_m"):
            found = sums.setdefault(enrollment, [0, 0])
            found[0] += evidence["score_m"]
            found[1] += evidence["max_m"]
    return {enrollment: f"{100 * score // most}%" for enrollment, (score, most) in sums.items()}


def _totals(certificates: Iterable[Certificate]) -> tuple[tuple[str, str], ...]:
    """Hours per board as approved, in its own word for them. Our own count is a sum of its own, never added to them."""
    approved: dict[tuple[str, str], Decimal] = {}
    own: list[Decimal] = []
    for one in certificates:
        if one.is_expired():
            continue
        hours, approval = Decimal(one.facts["hours"]), one.facts["approval"]
        if approval:
            name = (f"Approved by {approval['body']}", one.hours.partition(" ")[2])
            approved[name] = approved.get(name, Decimal(0)) + hours
        else:
            own.append(hours)
    sums = [(name, f"{hours_text(total)} {word}") for (name, word), total in sorted(approved.items())]
    return (*sums, *([(OWN_COUNT_NOTE, own_hours(sum(own, Decimal(0))))] if own else []))


def _provider(certificates: list[Certificate]) -> Provider | None:
    """The school as the newest certificate names it."""
    return Provider(**certificates[0].facts["provider"]) if certificates else None
