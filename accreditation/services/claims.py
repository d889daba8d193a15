"""Which license a course's credit is wanted for.

A board that reports by license number gives no credit without one, so the number is asked after enrolling and before
the first unit (Florida; DOMAIN.md 2.6, 5). "Later" is an answer: then no credit is claimed yet, and the desk says so.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import User
from accreditation.models import (
    ClaimAnswer,
    CourseApproval,
    LicenseClaim,
    ProfessionalLicense,
)
from accreditation.services.approvals import approvals_for
from accreditation.services.clock import Covering, approvals_of
from accreditation.services.fits import Choice, choices_among, pairs_of, why_none
from accreditation.services.licenses import add_license, attach_evidence
from accreditation.signals import credit_claimed
from courses.models import CourseEdition
from enrollments.models import Enrollment

Answer = ClaimAnswer.Answer
NONE_CHOSEN = "Choose the license that the credit is for, or add one."
NO_APPROVAL = "No board's credit belongs to this course now, so there is nothing to claim."


class ClaimRefused(Exception):
    """Nothing was changed; the message says why and what to do."""


def must_ask(enrollment: Enrollment, *, on: date | None = None) -> bool:
    """Whether a board asks for a license number that nobody has answered for yet. One query: asked at every unit."""
    rows = _asking(enrollment, on=on)
    return rows.filter(~Exists(ClaimAnswer.objects.filter(enrollment=enrollment))).exists()


def asks_for_license(enrollment: Enrollment, *, on: date | None = None) -> list[CourseApproval]:
    """Approvals that hold, whose body asks for a license number, while the learner has not answered."""
    if ClaimAnswer.objects.filter(enrollment=enrollment).exists():
        return []
    return list(_asking(enrollment, on=on).select_related("provider_approval__body").distinct())


def creditable(enrollment: Enrollment, *, on: date) -> list[CourseApproval]:
    """Approvals that can give credit on the day: those that hold, and have the license number where one is needed."""
    claimed = set(_standing_claims([enrollment]).values_list("course_approval_id", flat=True))
    return [
        one
        for one in approvals_for(enrollment.edition, on=on)
        if one.pk in claimed or not one.provider_approval.body.requires_license_number
    ]


def claimed_licenses(enrollment: Enrollment, approval: CourseApproval) -> list[ProfessionalLicense]:
    """What this approval's credit is wanted for; neither what staff refused nor what its holder took out of use."""
    rows = ProfessionalLicense.objects.usable().filter(claims__enrollment=enrollment, claims__course_approval=approval)
    return list(rows.select_related("jurisdiction", "profession").order_by("claims__pk"))


def approvals_to_claim(enrollment: Enrollment) -> list[CourseApproval]:
    """Those of the day of completion, or of today while the course is under way."""
    return approvals_for(enrollment.edition, on=enrollment.completed_on or timezone.localdate())


def choices_for(enrollment: Enrollment) -> list[Choice]:
    """The learner's licenses beside this course."""
    return choices_among(enrollment, approvals_to_claim(enrollment))


@transaction.atomic
def claim(
    *, enrollment: Enrollment, licenses: Sequence[ProfessionalLicense], at: datetime | None = None
) -> list[LicenseClaim]:
    """Credit is wanted for these licenses: for each approval, on each license that it can be given for.

    What is not named any more is withdrawn, unless an award stands on it. A body that asks for a license number gets
    none of a state whose rule lists other bodies only.
    """
    locked = _locked(enrollment)
    _own_and_usable(locked.user, licenses)
    approvals = approvals_to_claim(locked)
    if not approvals:
        raise ClaimRefused(NO_APPROVAL)
    pairs = pairs_of(licenses, approvals)
    if not pairs:
        raise ClaimRefused(why_none(licenses[0], approvals))
    now = at or timezone.now()
    _withdraw(locked, keep={one.pk for one in licenses})
    claims = [
        LicenseClaim.objects.get_or_create(
            enrollment=locked, license=one, course_approval=approval, defaults={"claimed_at": now}
        )[0]
        for one, approval in pairs
    ]
    _answered(locked, Answer.CLAIMED, now)
    return claims


@transaction.atomic
def claim_on_new(
    *, enrollment: Enrollment, at: datetime | None = None, evidence: Any = None, **entered: Any
) -> list[LicenseClaim]:
    """Enter a license and claim credit for it, beside those that were named before."""
    license = add_license(user=enrollment.user, at=at, **entered)
    before = ProfessionalLicense.objects.usable().filter(claims__enrollment=enrollment).distinct()
    claims = claim(enrollment=enrollment, licenses=[license, *before], at=at)
    if evidence:
        attach_evidence(license=license, file=evidence)
    return claims


@transaction.atomic
def answer(*, enrollment: Enrollment, answer: str, at: datetime | None = None) -> ClaimAnswer:
    """Later, or none. "Later" takes back no claim; "none" does, where no award stands on it yet."""
    locked = _locked(enrollment)
    if answer not in (Answer.LATER, Answer.NONE):
        raise ClaimRefused(NONE_CHOSEN)
    if answer == Answer.NONE:
        _withdraw(locked, keep=set())
    if LicenseClaim.objects.filter(enrollment=locked).exists():
        answer = Answer.CLAIMED
    return _answered(locked, answer, at or timezone.now())


def claim_notes(enrollments: Sequence[Enrollment], *, covering: Covering | None = None) -> dict[int, str]:
    """For the desk: what each course's credit still waits for. Two queries more where a board asks for a number.

    `covering`: what `approvals_of` has found for their courses already; without it, two queries more.
    """
    today = timezone.localdate()
    covering = approvals_of(one.course_id for one in enrollments) if covering is None else covering
    asking = {
        one.pk: [
            approval
            for approval in covering.get(one.edition_id, [])
            if approval.provider_approval.body.requires_license_number
        ]
        for one in enrollments
    }
    if not any(asking.values()):
        return {}
    claims: dict[int, dict[int, ProfessionalLicense]] = {}
    for row in _standing_claims(enrollments).select_related("license__jurisdiction"):
        claims.setdefault(row.enrollment_id, {})[row.course_approval_id] = row.license
    declined = set(
        ClaimAnswer.objects.filter(enrollment__in=enrollments, answer=Answer.NONE).values_list("enrollment", flat=True)
    )
    notes = {}
    for one in enrollments:
        day = one.completed_on or today
        held = [
            approval
            for approval in asking[one.pk]
            if approval.holds_on(day) and approval.provider_approval.holds_on(day)
        ]
        note = "" if one.pk in declined else _note(held, claims.get(one.pk, {}), day)
        if note:
            notes[one.pk] = note
    return notes


def expired_words(license: ProfessionalLicense, *, on: date | None = None) -> str:
    """Credit on a license whose last day is over: we promise nothing (DOMAIN.md 7, case I)."""
    if not license.expired(on):
        return ""
    return f"Your license of {license.jurisdiction} has expired. Whether credit counts for it, its board decides."


def _note(held: Sequence[CourseApproval], claims: dict[int, ProfessionalLicense], day: date) -> str:
    lacking = [one.provider_approval.body.name for one in held if one.pk not in claims]
    if lacking:
        asks = "asks" if len(lacking) == 1 else "ask"
        return f"No credit is claimed yet: {' and '.join(dict.fromkeys(lacking))} {asks} for your license number."
    expired = (expired_words(claims[one.pk], on=day) for one in held)
    return next((words for words in expired if words), "")


def _asking(enrollment: Enrollment, *, on: date | None = None) -> Any:
    """Approvals of this enrollment's edition, or of the one that it only corrects, whose body asks for a number."""
    edition = enrollment.edition
    content = CourseEdition.objects.filter(
        course_id=edition.course_id, number__lte=edition.number, change=CourseEdition.Change.CONTENT
    ).order_by("-number")
    covering = CourseApproval.editions.through.objects.filter(
        courseapproval=OuterRef("pk"),
        courseedition__course=edition.course_id,
        courseedition__number__lte=edition.number,
        courseedition__number__gte=Coalesce(Subquery(content.values("number")[:1]), 0),
    )
    return CourseApproval.objects.in_term(on or enrollment.completed_on or timezone.localdate()).filter(
        Exists(covering),
        course=edition.course_id,
        provider_approval__body__requires_license_number=True,
        credit_lines__isnull=False,
    )


def _standing_claims(enrollments: Sequence[Enrollment]) -> Any:
    usable = ProfessionalLicense.objects.usable()
    return LicenseClaim.objects.filter(enrollment__in=enrollments, license__in=usable)


def _own_and_usable(user: User, licenses: Sequence[ProfessionalLicense]) -> None:
    wanted = {one.pk for one in licenses}
    if not wanted:
        raise ClaimRefused(NONE_CHOSEN)
    if ProfessionalLicense.objects.usable().filter(user=user, pk__in=wanted).count() != len(wanted):
        raise ClaimRefused("One of these licenses cannot be used. Look at your licenses, then choose again.")


def _withdraw(enrollment: Enrollment, *, keep: set[int]) -> None:
    """Take back what is not wanted any more; where an award stands, only staff end it."""
    awarded = enrollment.credit_awards.standing().exclude(license=None).values("license")
    rows = LicenseClaim.objects.filter(enrollment=enrollment).exclude(license__in=keep)
    rows.exclude(license__in=awarded).delete()


def _locked(enrollment: Enrollment) -> Enrollment:
    rows = Enrollment.objects.select_for_update(of=("self",)).select_related("user", "edition")
    return rows.get(pk=enrollment.pk)


def _answered(enrollment: Enrollment, said: str, at: datetime) -> ClaimAnswer:
    row, _ = ClaimAnswer.objects.update_or_create(enrollment=enrollment, defaults={"answer": said, "answered_at": at})
    credit_claimed.send(sender=Enrollment, enrollment=enrollment)
    return row
