"""Seam 3 of DESIGN.md: a completed course inserts unfinished rows; what they lead to happens after the commit."""

from typing import Any

from accreditation.models import CreditAward
from accreditation.services.awards import CLAIMED
from accreditation.signals import award_ended, credit_claimed, evaluation_given
from certificates.services import put_before_staff, request_certificates, resume
from enrollments.models import AccessHold, Enrollment
from enrollments.signals import course_completed, hold_closed, hold_opened


def connect() -> None:
    """Called once, when the app is ready."""
    course_completed.connect(promise, dispatch_uid="certificates")
    hold_closed.connect(go_on, dispatch_uid="certificates")
    hold_opened.connect(look_at_it, dispatch_uid="certificates")
    credit_claimed.connect(promise, dispatch_uid="certificates")
    evaluation_given.connect(promise, dispatch_uid="certificates")
    award_ended.connect(credit_changed, dispatch_uid="certificates")


def promise(sender: Any, enrollment: Enrollment, **kwargs: Any) -> None:
    """A finished course has earned its certificates; asked again when a license is named or the course evaluated."""
    request_certificates(enrollment=enrollment)


def go_on(sender: Any, enrollment: Enrollment, **kwargs: Any) -> None:
    """What the certificate waited for is over."""
    resume(enrollment=enrollment)


def credit_changed(sender: Any, award: CreditAward, **kwargs: Any) -> None:
    """The credit that a certificate states was corrected or made void: a person decides what becomes of the paper.

    A license that was named for it changes nothing that the paper states.
    """
    if award.ended_reason == CLAIMED:
        return
    text = f"The credit was {'made void' if award.status == CreditAward.Status.VOID else 'corrected'}."
    put_before_staff(enrollment=award.enrollment, text=text, credit_key=str(award.course_approval.uuid))


def look_at_it(sender: Any, enrollment: Enrollment, reason: str, source: str, **kwargs: Any) -> None:
    """Money went back, or is disputed, for a course that was certified already."""
    words = {AccessHold.Reason.REFUND: "The money went back", AccessHold.Reason.DISPUTE: "The payment is disputed"}
    if reason in words:
        put_before_staff(enrollment=enrollment, text=f"{words[AccessHold.Reason(reason)]} ({source}).")
