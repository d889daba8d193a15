"""Completing a course, naming a license for it and settling its payment earn credit: a row in the same transaction
(DESIGN.md section 2, seam 3)."""

from typing import Any

from accreditation.models import CreditAward
from accreditation.services.awards import award_credit
from accreditation.services.reporting import tell_reports_of
from accreditation.signals import award_ended, credit_claimed
from enrollments.models import Enrollment
from enrollments.signals import course_completed, hold_closed


def connect() -> None:
    """Called once, when the app is ready."""
    for signal in (course_completed, credit_claimed, hold_closed):
        signal.connect(award, dispatch_uid="accreditation.awards")
    award_ended.connect(mend_reports, dispatch_uid="accreditation.reports")


def award(sender: Any, enrollment: Enrollment, **kwargs: Any) -> None:
    """What was earned is written down at once."""
    award_credit(enrollment=enrollment)


def mend_reports(sender: Any, award: CreditAward, **kwargs: Any) -> None:
    """A draft with it is withdrawn; what has gone out waits for a person."""
    tell_reports_of(award=award)
