"""Somebody who looks at a certificate thinks that it is wrong, and writes to the school."""

import hashlib
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from certificates.models import Certificate, CertificateEvent
from certificates.services.record import current_school
from notifications.models import Mail
from notifications.services import record_mail

MOST_A_DAY = 10
"""Of one certificate: more say nothing new, and a mailbox must not be filled through this door."""


@transaction.atomic
def doubt(*, certificate: Certificate, message: str, email: str = "", at: datetime | None = None) -> bool:
    """Mail the school once for the same words, and note in the log that somebody doubts, not who or what they wrote.

    The words and the address to answer stand in the mail alone. False: the school has no address, or enough is said.
    """
    now, school = at or timezone.now(), current_school()
    words = hashlib.sha256(f"{message}\0{email}".encode()).hexdigest()[:16]
    key = f"certificate-doubted-{certificate.serial}-{words}"
    if Mail.objects.filter(key=key).exists():
        return True
    doubts = CertificateEvent.objects.filter(certificate=certificate, what=CertificateEvent.What.DOUBTED)
    if not school.email or doubts.filter(at__gt=now - timedelta(days=1)).count() >= MOST_A_DAY:
        return False
    CertificateEvent.objects.create(certificate=certificate, what=CertificateEvent.What.DOUBTED, at=now)
    record_mail(
        key=key,
        user=certificate.learner,
        to=school.email,
        template="certificate_doubted",
        context={
            "serial": certificate.serial,
            "holder": certificate.holder,
            "message": message,
            "email": email,
            "button_url": settings.SITE_URL + certificate.get_absolute_url(),
            "button_label": "See what the check shows",
            "school_name": school.name,
            "school_address": school.address,
            "school_email": school.email,
        },
    )
    return True
