"""What was put before staff: money went back, or is disputed, for earned credit. It stands until a person decides.

A flag belongs to the credit, not to one paper: whoever has the name corrected meanwhile does not lose it.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.models import User
from certificates.models import Certificate, CertificateEvent
from certificates.models.certificates import CertificateQuerySet
from certificates.services.life import LifeRefused
from enrollments.models import Enrollment

What = CertificateEvent.What
ANSWERS = (What.REVIEWED, What.REVOKED)


def open_flags() -> QuerySet[CertificateEvent]:
    """Flags that nobody has answered since."""
    answers = CertificateEvent.objects.filter(
        certificate__enrollment=OuterRef("certificate__enrollment"),
        certificate__credit_key=OuterRef("certificate__credit_key"),
        what__in=ANSWERS,
        pk__gt=OuterRef("pk"),
    )
    return CertificateEvent.objects.filter(~Exists(answers), what=What.FLAGGED)


def before_staff() -> CertificateQuerySet:
    """Certificates in force with a flag on them, or on one that they replaced."""
    flags = open_flags().filter(
        certificate__enrollment=OuterRef("enrollment"), certificate__credit_key=OuterRef("credit_key")
    )
    return Certificate.objects.in_force().filter(Exists(flags))


def flags_of(certificates: Iterable[Certificate]) -> dict[int, list[CertificateEvent]]:
    """The open flags of each of these, by its primary key, the oldest first: one query."""
    by_credit = {(one.enrollment_id, one.credit_key): one.pk for one in certificates}
    found: dict[int, list[CertificateEvent]] = {pk: [] for pk in by_credit.values()}
    enrollments = {enrollment for enrollment, _ in by_credit}
    rows = open_flags().filter(certificate__enrollment__in=enrollments).select_related("certificate").order_by("pk")
    for flag in rows:
        pk = by_credit.get((flag.certificate.enrollment_id, flag.certificate.credit_key))
        if pk is not None:
            found[pk].append(flag)
    return found


@transaction.atomic
def put_before_staff(
    *, enrollment: Enrollment, text: str, credit_key: str | None = None, at: datetime | None = None
) -> int:
    """The money for it went back or is disputed: earned credit stands, and a person decides. How many were put.

    With a `credit_key` only the certificate of that credit. While nobody has answered, the same words are put once.
    """
    waiting = open_flags().filter(certificate__enrollment=enrollment, text=text).values("certificate__credit_key")
    standing = Certificate.objects.in_force().filter(enrollment=enrollment).exclude(credit_key__in=waiting)
    if credit_key is not None:
        standing = standing.filter(credit_key=credit_key)
    rows = [
        CertificateEvent(certificate=one, what=What.FLAGGED, at=at or timezone.now(), text=text) for one in standing
    ]
    return len(CertificateEvent.objects.bulk_create(rows))


@transaction.atomic
def look_at(*, certificate: Certificate, by: User, text: str, at: datetime | None = None) -> bool:
    """A person has looked at it, and it stands. False: somebody was first, or nothing was put before staff."""
    if not text.strip():
        raise LifeRefused("Please write what you decided, and why.")
    Certificate.objects.select_for_update().get(pk=certificate.pk)
    if not before_staff().filter(pk=certificate.pk).exists():
        return False
    CertificateEvent.objects.create(
        certificate=certificate, what=What.REVIEWED, at=at or timezone.now(), by=by, text=text.strip()
    )
    return True
