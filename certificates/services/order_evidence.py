"""Which certificates came of a purchase, for the evidence that a school hands in when a payment is disputed."""

from django.conf import settings

from certificates.models import Certificate
from core.dossier import Section, instant
from enrollments.models import Enrollment


def certificates_as_evidence(enrollments: list[Enrollment]) -> list[Section]:
    """Number, day and address of each, as anybody may check it."""
    found = Certificate.objects.filter(enrollment__in=enrollments).order_by("issued_at")
    rows = [
        (instant(one.issued_at), one.serial, f"{one.title}. Check it at {settings.SITE_URL}{one.get_absolute_url()}")
        for one in found
    ]
    return [Section("Certificates issued", "Stripe: service_documentation", ("Issued", "Number", "For"), rows)]
