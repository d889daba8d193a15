"""Legal holds: opened and closed by a person with a reason. Both acts stand in the log of the back office."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from wagtail.log_actions import log

from accounts.models import User
from enrollments.models import Enrollment
from records.models import LegalHold


@transaction.atomic
def open_hold(*, enrollment: Enrollment, by: User, reason: str, at: datetime | None = None) -> LegalHold:
    """Nobody may throw these records away from now on. Where a hold is open, that one stands."""
    hold, made = LegalHold.objects.get_or_create(
        enrollment=enrollment,
        closed_at=None,
        defaults={"reason": reason, "opened_by": by, "opened_at": at or timezone.now()},
    )
    if made:
        log(instance=hold, action="records.hold_opened", user=by, title=_title(hold), data={"reason": reason})
    return hold


@transaction.atomic
def close_hold(*, hold: LegalHold, by: User, reason: str, at: datetime | None = None) -> bool:
    """The clock counts again. Compare and swap: False where somebody has closed it already."""
    still_open = LegalHold.objects.filter(pk=hold.pk, closed_at=None)
    closed = still_open.update(closed_at=at or timezone.now(), closed_by=by)
    if closed:
        log(instance=hold, action="records.hold_closed", user=by, title=_title(hold), data={"reason": reason})
    return bool(closed)


def _title(hold: LegalHold) -> str:
    return f"{hold.enrollment.user} in {hold.enrollment.course.title}"[:255]
