"""What a finished course has earned, written down in the transaction that finishes it."""

from django.db import transaction
from django.utils import timezone

from accreditation.models import ClaimAnswer
from accreditation.services import approvals_for
from certificates.models import CertificateRequest
from certificates.services.issuing import certificates_url, nudge
from certificates.services.record import current_school
from enrollments.models import Enrollment
from notifications.services import record_mail


@transaction.atomic
def request_certificates(*, enrollment: Enrollment) -> list[CertificateRequest]:
    """One unfinished row per approval that holds on the day of completion, or one for our own count.

    Idempotent by the unique key: a course completed twice has earned its certificates once. Asked again when the
    learner has said for which license credit is wanted, or that none is: then the rows follow.
    """
    if enrollment.completed_on is None or not enrollment.course.promises_certificate:
        return []
    keys = _wanted(enrollment)
    requests = [
        CertificateRequest.objects.get_or_create(enrollment=enrollment, credit_key=credit_key)[0] for credit_key in keys
    ]
    rows = CertificateRequest.objects.filter(enrollment=enrollment)
    rows.unfinished().exclude(credit_key__in=keys).update(state=CertificateRequest.State.DECLINED)
    again = rows.filter(credit_key__in=keys).exclude(state=CertificateRequest.State.ISSUED)
    again.update(state=CertificateRequest.State.OPEN, next_try_at=timezone.now())
    if enrollment.user.legal_name_confirmed_at is None:
        _ask_for_the_name(enrollment)
    transaction.on_commit(lambda: nudge([request.pk for request in requests]), robust=True)
    return requests


def _wanted(enrollment: Enrollment) -> list[str]:
    """The approvals that hold, less those for which the learner wants no credit; none of them: our own count."""
    approvals = approvals_for(enrollment.edition, on=enrollment.completed_on)
    declined = ClaimAnswer.objects.filter(enrollment=enrollment, answer=ClaimAnswer.Answer.NONE).exists()
    wanted = [one for one in approvals if not (declined and one.provider_approval.body.requires_license_number)]
    return [str(one.uuid) for one in wanted] or [""]


def _ask_for_the_name(enrollment: Enrollment) -> None:
    """The certificate waits for the learner: somebody who has closed the browser has to hear of it."""
    school = current_school()
    record_mail(
        key=f"certificate-name-{enrollment.pk}",
        user=enrollment.user,
        template="certificate_name",
        context={
            "title": enrollment.edition.title,
            "button_url": certificates_url(),
            "button_label": "Look at my name",
            "school_name": school.name,
            "school_address": school.address,
            "school_email": school.email,
        },
    )
