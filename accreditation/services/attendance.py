"""Attendance at what is taught live, as staff attest it: credit for live hours waits for it (DOMAIN.md 2.6, 4)."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accreditation.models import Attendance, CreditAward
from accreditation.services.awards import award_credit
from enrollments.models import Enrollment


class AttendanceRefused(Exception):
    """Nothing was changed; the message says why."""


@transaction.atomic
def attest(
    *,
    enrollment: Enrollment,
    by: User,
    minutes_held: int,
    minutes_attended: int,
    held_on: date,
    method: str,
    place: str = "",
    at: datetime | None = None,
) -> list[CreditAward]:
    """Write down who was there; a second time corrects the first. Returns the credit that stands after it.

    What was awarded before is not changed by this: staff correct the award, and the learner hears of it.
    """
    if minutes_attended > minutes_held:
        raise AttendanceRefused("Nobody attends longer than it was held.")
    now = at or timezone.now()
    said = {
        "minutes_held": minutes_held,
        "minutes_attended": minutes_attended,
        "held_on": held_on,
        "place": place.strip(),
        "method": method,
        "attested_by": by,
        "attested_at": now,
    }
    Attendance.objects.update_or_create(enrollment=enrollment, defaults=said)
    return award_credit(enrollment=enrollment, at=now)
