"""Enrolling without money: free offers and staff grants."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from courses.models import CoursePage
from enrollments.models import Enrollment
from enrollments.services import enroll
from payments.models import Offer
from payments.services.mails import write_free_mail


@transaction.atomic
def enroll_free(*, user: User, course: CoursePage, offer: Offer, at: datetime | None = None) -> Enrollment:
    """A free offer enrolls at once; twice is once."""
    if not offer.is_free or not offer.items.filter(course=course).exists():
        raise ValueError("Only a free offer of this course enrolls without payment.")
    now = at or timezone.now()
    until = now + timedelta(days=offer.access_days) if offer.access_days else None
    enrollment = enroll(user=user, course=course, source=Enrollment.Source.FREE, access_until=until, at=now)
    if enrollment.source == Enrollment.Source.FREE:
        write_free_mail(enrollment=enrollment)
    return enrollment


def grant(*, user: User, course: CoursePage, reason: str, by: User, at: datetime | None = None) -> Enrollment:
    """Staff give a course, with the reason and the giver on record."""
    return enroll(user=user, course=course, source=Enrollment.Source.GRANT, reason=f"{reason} (by {by})"[:200], at=at)
