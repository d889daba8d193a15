"""Buying a course again: after a refund, or when the time of access has ended. Progress goes on where it was."""

from datetime import datetime

from django.utils import timezone

from enrollments.models import AccessHold, Enrollment
from enrollments.services import close_hold, renew
from payments.models import OrderItem

ONLY = frozenset({AccessHold.Reason.REFUND.value, AccessHold.Reason.PREREQUISITE.value})
"""With these holds alone one may buy again; a dispute, arrears or a decision of staff are settled first."""


def may_buy_again(*, enrollment: Enrollment, at: datetime | None = None) -> bool:
    """Whether this current enrollment is one that money can open again."""
    now = at or timezone.now()
    open_reasons = set(enrollment.holds.filter(closed_at=None).values_list("reason", flat=True))
    if not open_reasons <= ONLY:
        return False
    over = enrollment.access_until is not None and enrollment.access_until <= now
    return over or AccessHold.Reason.REFUND.value in open_reasons


def take_over(*, item: OrderItem, enrollment: Enrollment, access_until: datetime | None, at: datetime) -> None:
    """The new purchase stands behind the enrollment from now on. The caller holds the transaction.

    The earlier purchase keeps its history and points to the one that took over; what becomes of its money later
    touches the enrollment no more.
    """
    for earlier in OrderItem.objects.filter(enrollment=enrollment).select_related("order"):
        source = f"order:{earlier.order.uuid}"
        close_hold(enrollment=enrollment, reason=AccessHold.Reason.REFUND, source=source, at=at)
        earlier.enrollment, earlier.passed_to = None, item
        earlier.save(update_fields=["enrollment", "passed_to"])
    renew(enrollment=enrollment, access_until=access_until, at=at)
    item.enrollment = enrollment
    item.save(update_fields=["enrollment"])
