"""The verbs of study: enroll, complete, hold, release, withdraw."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from wagtail.models import Page

from accounts.models import User
from courses.models import CoursePage, Unit
from courses.services import current_edition, make_edition
from enrollments.models import AccessHold, Enrollment, UnitCompletion
from enrollments.prerequisites import unmet_prerequisites
from enrollments.rules import course_complete, modules_open
from enrollments.signals import course_completed, hold_closed, hold_opened
from enrollments.standing import forget_standing, locks_of


class EnrollmentRefused(Exception):
    """Nobody can enroll as things are; the message says why and what to do."""


def enroll(
    *,
    user: User,
    course: CoursePage,
    source: str,
    reason: str = "",
    access_until: datetime | None = None,
    at: datetime | None = None,
) -> Enrollment:
    """Enroll once: a second call, or a second process at the same moment, gets the first one's enrollment.

    An unmet prerequisite does not refuse: it opens a hold that closes when the other course is completed.
    """
    existing = Enrollment.objects.current().filter(user=user, course=course).first()
    if existing:
        return existing
    edition = current_edition(course) or make_edition(course=course)
    if edition is None:
        raise EnrollmentRefused("This course has nothing to study yet. Please come back later.")
    now = at or timezone.now()
    enrollment = Enrollment(
        user=user,
        course=course,
        edition=edition,
        source=source,
        reason=reason,
        enrolled_at=now,
        access_until=access_until,
        open_modules=modules_open(edition.outline, [], [], locks_of(course.path)),
    )
    try:
        with transaction.atomic():
            enrollment.save()
            if unmet_prerequisites(user, course):
                open_hold(
                    enrollment=enrollment, reason=AccessHold.Reason.PREREQUISITE, source=f"course:{course.pk}", at=now
                )
    except IntegrityError:  # the constraint let the other process win
        return Enrollment.objects.current().get(user=user, course=course)
    forget_standing(user)
    return enrollment


@transaction.atomic
def complete_unit(
    *, enrollment: Enrollment, unit: Unit, evidence: Mapping[str, Any] | None = None, at: datetime | None = None
) -> UnitCompletion:
    """Record that a unit is done, once; open the modules that waited for it; complete the course when all is done.

    Completion is measured by the enrollment's edition. The date of record is the date in the learner's time zone.
    """
    now = at or timezone.now()
    locked = (
        Enrollment.objects.select_for_update(of=("self",))
        .select_related("edition", "user", "course")
        .get(pk=enrollment.pk)
    )
    completion, created = UnitCompletion.objects.get_or_create(
        enrollment=locked,
        unit_key=unit.unit_key,
        defaults={"unit_id": unit.pk, "completed_at": now, "evidence": dict(evidence or {})},
    )
    if created:
        _record_progress(locked, now)
    forget_standing(enrollment.user)
    return completion


def _record_progress(enrollment: Enrollment, now: datetime) -> None:
    completed = {str(key) for key in enrollment.completions.values_list("unit_key", flat=True)}
    outline = enrollment.edition.outline
    enrollment.done = len(enrollment.edition.required_keys() & completed)
    opened = modules_open(outline, completed, enrollment.open_modules, locks_of(enrollment.course.path))
    enrollment.open_modules = sorted({*enrollment.open_modules, *opened})
    enrollment.last_activity_at = now
    fields = ["done", "open_modules", "last_activity_at"]
    newly_complete = enrollment.completed_at is None and course_complete(outline, completed)
    if newly_complete:
        enrollment.completed_at = now
        enrollment.completed_on = now.astimezone(enrollment.user.zone).date()
        fields += ["completed_at", "completed_on"]
    enrollment.save(update_fields=fields)
    if newly_complete:
        _release_waiting(enrollment.user, now)
        course_completed.send(sender=Enrollment, enrollment=enrollment)


def _release_waiting(user: User, now: datetime) -> None:
    """Close the prerequisite holds of this person's other courses that are met now."""
    waiting = AccessHold.objects.filter(
        enrollment__user=user, enrollment__closed_at=None, reason=AccessHold.Reason.PREREQUISITE, closed_at=None
    ).select_related("enrollment__course")
    for hold in waiting:
        if not unmet_prerequisites(user, hold.enrollment.course):
            AccessHold.objects.filter(pk=hold.pk, closed_at=None).update(closed_at=now)


@transaction.atomic
def open_hold(*, enrollment: Enrollment, reason: str, source: str, at: datetime | None = None) -> AccessHold:
    """Suspend access for a reason; the same reason from the same source is one hold."""
    hold, opened = AccessHold.objects.get_or_create(
        enrollment=enrollment,
        reason=reason,
        source=source,
        closed_at=None,
        defaults={"opened_at": at or timezone.now()},
    )
    forget_standing(enrollment.user)
    if opened:
        hold_opened.send(sender=Enrollment, enrollment=enrollment, reason=reason, source=source)
    return hold


@transaction.atomic
def close_hold(*, enrollment: Enrollment, reason: str, source: str, at: datetime | None = None) -> int:
    """Give access back as far as this reason goes; other holds stand. Returns how many were open."""
    closed = AccessHold.objects.filter(enrollment=enrollment, reason=reason, source=source, closed_at=None).update(
        closed_at=at or timezone.now()
    )
    forget_standing(enrollment.user)
    if closed:
        hold_closed.send(sender=Enrollment, enrollment=enrollment)
    return closed


@transaction.atomic
def renew(*, enrollment: Enrollment, access_until: datetime | None, at: datetime | None = None) -> Enrollment:
    """Access again, until a new end or without one. What was done stays done."""
    Enrollment.objects.filter(pk=enrollment.pk).update(access_until=access_until, last_activity_at=at or timezone.now())
    enrollment.access_until = access_until
    forget_standing(enrollment.user)
    return enrollment


def visit(*, enrollment: Enrollment, unit: Page, at: datetime | None = None) -> None:
    """Remember where the learner is, for "resume where you left off". Bookkeeping: written only when it changes."""
    if enrollment.last_unit_id != unit.pk:
        Enrollment.objects.filter(pk=enrollment.pk).update(last_unit=unit.pk, last_activity_at=at or timezone.now())
