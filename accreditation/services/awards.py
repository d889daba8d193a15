"""Awards of credit: made when a course is completed, corrected by another one, made void. Never changed.

One for each completion, course approval and claimed license, or one without a license where the body asks for no
number. Hours count from the first completion only: the same course by the same approval is credited once (NCBTMB;
DOMAIN.md 2.6, 9).
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Site

from accounts.models import User
from accreditation.models import CourseApproval, CreditAward, ProfessionalLicense
from accreditation.services.award_record import Content, content_of
from accreditation.services.award_words import FACTS, facts_in_words, lines_in_words
from accreditation.services.claims import claimed_licenses, creditable
from accreditation.services.linting import award_problems
from accreditation.signals import award_ended
from courses.models import SchoolSettings
from enrollments.models import AccessHold, Enrollment
from notifications.services import record_mail

logger = logging.getLogger(__name__)
Status = CreditAward.Status
NOT_STANDING = "This award was replaced or made void meanwhile. Look at it again."
CLAIMED = "Credit was claimed for a license."


class AwardRefused(Exception):
    """Nothing was changed; the message says why and what to do."""


@transaction.atomic
def award_credit(*, enrollment: Enrollment, at: datetime | None = None) -> list[CreditAward]:
    """What a completed course earned: missing awards are made now; returned are those that stand.

    Safe to call any number of times, at once, from several processes: the constraints keep one of each.
    """
    award_missing_of(enrollment=enrollment, at=at)
    return list(CreditAward.objects.standing().filter(enrollment=enrollment).order_by("pk"))


@transaction.atomic
def award_missing_of(*, enrollment: Enrollment, at: datetime | None = None) -> int:
    """Make what this completion lacks; how many awards that were.

    While a payment is missing or disputed, credit waits as the certificate does: what was reported to a board cannot
    be taken back there.
    """
    locked = _locked(enrollment.pk)
    if locked.completed_on is None or AccessHold.objects.open().filter(enrollment=locked).exists():
        return 0
    now = at or timezone.now()
    made = 0
    for approval in creditable(locked, on=locked.completed_on):
        if staff_problems(locked, approval) or given_before(locked, approval):
            continue
        made += _award(locked, approval, claimed_licenses(locked, approval), now)
    return made


def staff_problems(enrollment: Enrollment, approval: CourseApproval) -> list[str]:
    """What the school has to mend before this approval can give credit for this completion."""
    return [one.text for one in award_problems(enrollment=enrollment, approval=approval) if one.by == "staff"]


def given_before(enrollment: Enrollment, approval: CourseApproval) -> CreditAward | None:
    """Credit by this approval for an earlier completion of the same person."""
    others = CreditAward.objects.standing().filter(user_id=enrollment.user_id, course_approval=approval)
    return others.exclude(enrollment=enrollment).order_by("pk").first()


def _award(
    enrollment: Enrollment, approval: CourseApproval, licenses: Sequence[ProfessionalLicense], now: datetime
) -> int:
    """For each claimed license, or without one. What staff made void stays so."""
    before = list(CreditAward.objects.filter(enrollment=enrollment, course_approval=approval))
    if any(one.license_id is None and one.status == Status.VOID for one in before):
        return 0
    known = {one.license_id for one in before}
    if not licenses:
        return 0 if known else int(_insert(enrollment, approval, None, now) is not None)
    bare = next((one for one in before if one.license_id is None and one.status == Status.EARNED), None)
    made = 0
    for license in licenses:
        if license.pk in known:
            continue
        if bare is not None:
            _end(bare, status=Status.CORRECTED, by=enrollment.user, reason=CLAIMED, at=now)
        made += int(_insert(enrollment, approval, license, now, supersedes=bare) is not None)
        bare = None
    return made


def _insert(
    enrollment: Enrollment,
    approval: CourseApproval,
    license: ProfessionalLicense | None,
    now: datetime,
    *,
    supersedes: CreditAward | None = None,
    content: Content | None = None,
) -> CreditAward | None:
    """The row; None where another process has made it, or no hour is left. What replaces one must go in."""
    content = content or content_of(enrollment, approval, license)
    if enrollment.completed_on is None or not content.hours:
        return None
    award = CreditAward(
        user=enrollment.user,
        enrollment=enrollment,
        course_approval=approval,
        license=license,
        completed_on=enrollment.completed_on,
        hours=content.hours,
        lines=content.lines,
        facts=content.facts,
        evidence=content.evidence,
        awarded_at=now,
        supersedes=supersedes,
    )
    try:
        with transaction.atomic():
            award.save()
    except IntegrityError:
        if supersedes is not None:
            raise
        return None
    logger.info("award %s: enrollment %s by approval %s", award.pk, enrollment.pk, approval.pk)
    return award


@transaction.atomic
def correct(*, award: CreditAward, by: User, reason: str, at: datetime | None = None) -> CreditAward:
    """The record was mended: an award of the record as it is now takes the place of this one.

    An award that was made void is given again in the same way.
    """
    _needs_reason(reason)
    now = at or timezone.now()
    enrollment = _locked(award.enrollment_id)
    award = CreditAward.objects.get(pk=award.pk)  # as it is now, with its approval and license as they are now
    approval = award.course_approval
    problems = staff_problems(enrollment, approval)
    content = content_of(enrollment, approval, award.license, correction=reason.strip())
    if problems or not content.hours:
        said = " ".join(problems) or "No hour is left of it."
        raise AwardRefused(f"The record as it is now gives no credit: {said} Mend the record first, or make it void.")
    if award.status == Status.EARNED:
        if not changes_of(award, content):
            raise AwardRefused("Nothing would change: the record says what the award says.")
        _end(award, status=Status.CORRECTED, by=by, reason=reason, at=now)
    try:
        fresh = _insert(enrollment, approval, award.license, now, supersedes=award, content=content)
    except IntegrityError as replaced:
        raise AwardRefused(NOT_STANDING) from replaced
    assert fresh is not None  # noqa: S101 - the hours were asked above; for the type checker
    _tell(fresh, ended=award, reason=reason)
    return fresh


@transaction.atomic
def void(*, award: CreditAward, by: User, reason: str, at: datetime | None = None) -> CreditAward:
    """The credit counts no longer."""
    _needs_reason(reason)
    _locked(award.enrollment_id)
    _end(award, status=Status.VOID, by=by, reason=reason, at=at or timezone.now())
    ended = CreditAward.objects.get(pk=award.pk)
    _tell(None, ended=ended, reason=reason)
    return ended


def changes_of(award: CreditAward, content: Content | None = None) -> list[tuple[str, str, str]]:
    """What a correction would change: its name, as it stands, as the record says now."""
    content = content or content_of(award.enrollment, award.course_approval, award.license)
    before, after = _said(award.lines, award.facts), _said(content.lines, content.facts)
    found = [(name, before.get(name, ""), after.get(name, "")) for name in {**before, **after}]
    evidence = [] if award.evidence == content.evidence else [("What shows it", "as kept", "as on record now")]
    return [row for row in found if row[1] != row[2]] + evidence


def _said(lines: Sequence[dict[str, Any]], facts: dict[str, Any]) -> dict[str, str]:
    hours = {"Hours": "; ".join(lines_in_words(lines))}
    return hours | {name: said for name, said in facts_in_words(facts).items() if name != FACTS["correction"]}


def _end(award: CreditAward, *, status: str, by: User, reason: str, at: datetime) -> None:
    """End one that stands, and tell the outbox of reports."""
    rows = CreditAward.objects.filter(pk=award.pk)
    if not rows.end(status=status, at=at, by=by, reason=reason.strip()[:250]):
        raise AwardRefused(NOT_STANDING)
    award_ended.send(sender=CreditAward, award=rows.get())


def _locked(enrollment_id: int) -> Enrollment:
    """Claims and corrections of one completion come one after the other."""
    rows = Enrollment.objects.select_for_update(of=("self",)).select_related("user", "edition", "course")
    return rows.get(pk=enrollment_id)


def _needs_reason(reason: str) -> None:
    if not reason.strip():
        raise AwardRefused("Please write why: the learner reads it.")


def _tell(fresh: CreditAward | None, *, ended: CreditAward, reason: str) -> None:
    """The holder hears of it by mail, once."""
    school = SchoolSettings.for_site(Site.objects.get(is_default_site=True))
    record_mail(
        key=f"credit-{ended.uuid}-{fresh.uuid if fresh else 'void'}",
        user=ended.user,
        template="credit_changed",
        context={
            "title": ended.facts["title_as_approved"],
            "board": ended.facts["body_name"],
            "label": ended.facts["hour_label"],
            "before": ended.hours,
            "after": fresh.hours if fresh else None,
            "reason": reason.strip(),
            "button_url": settings.SITE_URL + reverse("my_credits"),
            "button_label": "See my credit",
            "school_name": school.name,
            "school_address": school.address,
            "school_email": school.email,
        },
    )
