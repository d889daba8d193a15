"""When an approval ends before the day that was promised: who is under way for its credit, and what they are told.

A promise is what the buyer read (`order.terms["shown"]`); of an approval that was marked lapsed or revoked it is its
own term, also for those who did not pay. Whom we wrote to is known by the mail's key: the list that staff work through.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

from django.conf import settings
from django.db.models import CharField, Exists, Max, Min, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from accreditation.models import CourseApproval
from accreditation.rules.clock import Broken, broken_promises, last_day
from accreditation.services.clock import TAKEN_BACK, approvals_of, terms_of
from accreditation.services.reminders import address_of
from accreditation.services.terms import FINISH_BY, promised_day
from courses.models import CourseEdition
from enrollments.models import Enrollment
from notifications.models import Mail
from notifications.services import record_mail
from payments.models import Order, OrderItem

MAIL = "approval-ended-"
UNDER_WAY = {"closed_at": None, "completed_at": None}
EVER = (date.min, date.max)
Approvals = list[CourseApproval]


@dataclass(frozen=True, slots=True)
class Told:
    """One person who was told, for the list that staff work through."""

    enrollment: Enrollment
    approvals: Approvals
    told_at: datetime
    order: Order | None
    promised: list[tuple[str, str]]


def tell_of_ended_approvals(*, limit: int = 200, at: datetime | None = None) -> int:
    """For `sweep`: write to learners whose promise of credit was broken, once each. How many mails were written."""
    on = timezone.localdate(at)
    return len([record_mail(**mail) for mail in islice(_due(on), limit)])


def told(*, approval: CourseApproval | None = None, paid: bool = False) -> QuerySet[Enrollment]:
    """Those who were told and are still under way; those who paid, where only they are asked for."""
    begins = Concat(Value(MAIL), Cast(OuterRef("pk"), CharField()), Value("-"))
    which = {"key": Concat(begins, Value(str(approval.pk)))} if approval else {"key__startswith": begins}
    found = Enrollment.objects.filter(Exists(Mail.objects.filter(user=OuterRef("user_id"), **which)), **UNDER_WAY)
    bought = OrderItem.objects.filter(enrollment=OuterRef("pk"), order__subtotal__gt=0, order__paid_at__isnull=False)
    found = found.filter(Exists(bought)) if paid else found
    return found.select_related("user", "course", "edition").order_by("course__title", "pk")


def told_rows(enrollments: list[Enrollment]) -> list[Told]:
    """By which approvals each was let down, when we wrote, and what the order promised: three queries."""
    wanted = {one.pk for one in enrollments}
    mails: dict[int, dict[int, datetime]] = {}
    known = Mail.objects.filter(user__in=[one.user_id for one in enrollments], key__startswith=MAIL)
    for key, at in known.values_list("key", "created_at"):
        enrollment, approval = (int(part) for part in key.removeprefix(MAIL).split("-"))
        if enrollment in wanted:
            mails.setdefault(enrollment, {})[approval] = at
    pks = {pk for by_approval in mails.values() for pk in by_approval}
    approvals = CourseApproval.objects.select_related("provider_approval__body").in_bulk(pks)
    orders = _orders(wanted)
    return [
        Told(
            enrollment=one,
            approvals=[approvals[pk] for pk in sorted(mails[one.pk])],
            told_at=min(mails[one.pk].values()),
            order=orders.get(one.pk),
            promised=_shown(orders.get(one.pk)),
        )
        for one in enrollments
    ]


def _due(on: date) -> Iterator[dict[str, Any]]:
    """Mails that are due: first by edition and promise, of which there are few, then for each who is concerned."""
    promises = {*_by_orders(), *_by_approvals_taken_back(on)}
    covering = approvals_of({course for _, course, _, _ in promises}) if promises else {}
    concerned = {
        edition for edition, _, enrolled, until in promises if _broken(covering.get(edition, []), enrolled, until, on)
    }
    if not concerned:
        return
    waiting = list(
        Enrollment.objects.filter(**UNDER_WAY, edition_id__in=concerned, user__is_active=True)
        .select_related("user", "course", "edition")
        .order_by("pk")
    )
    orders = _orders({one.pk for one in waiting})
    letters = {
        f"{MAIL}{one.pk}-{broken.approval}": (one, broken)
        for one in waiting
        for broken in _broken_for(one, orders.get(one.pk), covering[one.edition_id], on)
    }
    written = set(
        Mail.objects.filter(key__startswith=MAIL, user__in=[one.user_id for one in waiting]).values_list(
            "key", flat=True
        )
    )
    for key, (one, broken) in letters.items():
        if key not in written:
            words = _words(one, orders.get(one.pk), broken, covering[one.edition_id], on)
            yield {"key": key, "user": one.user, "template": "approval_ended", "context": words}


def _by_orders() -> Iterator[tuple[int, int, tuple[date, date], date | None]]:
    """What orders promised to those under way: edition, course, first and last day of enrolling, until when."""
    under_way = {f"enrollment__{name}": value for name, value in UNDER_WAY.items()}
    found = OrderItem.objects.filter(enrollment__isnull=False, **under_way).order_by()
    for edition, course, title, shown, first, last in found.values_list(
        "enrollment__edition_id", "enrollment__course_id", "enrollment__edition__title", "order__terms__shown"
    ).annotate(first=Min("enrollment__enrolled_at"), last=Max("enrollment__enrolled_at")):
        promised = promised_day(shown, title=title)
        if promised:
            yield edition, course, (timezone.localdate(first), timezone.localdate(last)), promised


def _by_approvals_taken_back(on: date) -> Iterator[tuple[int, int, tuple[date, date], date | None]]:
    """Every edition of courses whose approval was marked lapsed or revoked before its last day."""
    ended = Q(status__in=TAKEN_BACK) | Q(provider_approval__status__in=TAKEN_BACK)
    early = CourseApproval.objects.filter(ended, valid_to__gte=on, provider_approval__valid_to__gte=on)
    courses = early.values("course")
    for edition, course in CourseEdition.objects.filter(course__in=courses).values_list("pk", "course_id"):
        yield edition, course, EVER, None


def _broken(approvals: Approvals, enrolled: tuple[date, date], promised: date | None, on: date) -> list[Broken]:
    return broken_promises(terms_of(approvals).values(), enrolled=enrolled, promised=promised, on=on)


def _broken_for(one: Enrollment, order: Order | None, approvals: Approvals, on: date) -> list[Broken]:
    day = timezone.localdate(one.enrolled_at)
    shown = order.terms.get("shown") if order else None
    return _broken(approvals, (day, day), promised_day(shown, title=one.edition.title), on)


def _words(one: Enrollment, order: Order | None, broken: Broken, approvals: Approvals, on: date) -> dict[str, Any]:
    body = next(row for row in approvals if row.pk == broken.approval).provider_approval.body
    return {
        "title": one.edition.title,
        "board": body.name,
        "until": broken.until,
        "last": last_day(terms_of(approvals)[body], on=on),
        "order": order,
        "button_url": settings.SITE_URL + order.get_absolute_url() if order else address_of(one.course),
        "button_label": "See my order" if order else "See the course",
    }


def _orders(enrollments: set[int]) -> dict[int, Order]:
    items = OrderItem.objects.filter(enrollment__in=enrollments).select_related("order").order_by("pk")
    return {int(item.enrollment_id or 0): item.order for item in items}


def _shown(order: Order | None) -> list[tuple[str, str]]:
    shown = order.terms.get("shown") or {} if order else {}
    return sorted((label, text) for label, text in shown.items() if label.startswith(FINISH_BY))
