"""Mails 90, 30 and 7 days before an approval ends: to the staff who can renew it, to learners who can still finish.

What was written is known by the mail's key, so each is written once; a sweep that was down catches up with one mail.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import chain, islice
from typing import Any

from django.conf import settings
from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accreditation.models import Approval, CourseApproval, ProviderApproval
from accreditation.rules.clock import MARKS, mark_of
from accreditation.services.clock import approvals_of, last_days
from courses.models import CoursePage
from enrollments.models import Enrollment
from notifications.models import Mail
from notifications.services import record_mail

MAY_RENEW = "change_courseapproval"
KINDS = {ProviderApproval: "provider", CourseApproval: "course"}


def remind_of_approvals(*, limit: int = 200, at: datetime | None = None) -> int:
    """For `sweep`: how many mails were written. What is over the limit waits for the next one."""
    now = at or timezone.now()
    on = timezone.localdate(now)
    due = chain(_to_staff(on), _to_learners(now, on, limit))
    return len([record_mail(**mail) for mail in islice(due, limit)])


def _to_staff(on: date) -> Iterator[dict[str, Any]]:
    ending = [*_ending(ProviderApproval, "body", on), *_ending(CourseApproval, "course_id", on)]
    if not ending:
        return
    mails = {_staff_key(one, on, person): (one, person) for person in staff_who_renew() for one in ending}
    written = set(Mail.objects.filter(key__in=mails).values_list("key", flat=True))
    for key, (one, person) in mails.items():
        if key not in written:
            yield {"key": key, "user": person, "template": "approval_ends", "context": _what_ends(one, on)}


def _ending(model: type[Any], same: str, on: date) -> list[Any]:
    """Those in force that end soon and that no other one follows; a course's not where the school's ends first."""
    real = {} if settings.SAMPLES else {"is_sample": False}
    found = model.objects.filter(
        status__in=Approval.GIVES_CREDIT, valid_to__range=(on, on + timedelta(days=max(MARKS))), **real
    )
    follows = model.objects.filter(
        **{same: OuterRef(same)}, status__in=Approval.GIVES_CREDIT, valid_to__gt=OuterRef("valid_to")
    )
    if model is CourseApproval:
        found = found.filter(provider_approval__valid_to__gt=F("valid_to")).select_related("provider_approval__body")
        follows = follows.filter(provider_approval__body=OuterRef("provider_approval__body"))
    else:
        found = found.select_related("body")
    return list(found.filter(~Exists(follows)).order_by("valid_to", "pk"))


def _staff_key(one: Any, on: date, person: User) -> str:
    mark = mark_of(one.valid_to, on=on)
    return f"approval-ends-{KINDS[type(one)]}-{one.pk}-{one.valid_to:%Y%m%d}-{mark}-{person.pk}"


def _what_ends(one: Any, on: date) -> dict[str, Any]:
    of_a_course = isinstance(one, CourseApproval)
    name = f"wagtailsnippets_accreditation_{KINDS[type(one)]}approval:edit"
    return {
        "what": one.title_as_approved if of_a_course else one.name_as_approved,
        "of_a_course": of_a_course,
        "body": one.provider_approval.body if of_a_course else one.body,
        "number": one.number,
        "day": one.valid_to,
        "days": (one.valid_to - on).days,
        "button_url": settings.SITE_URL + reverse(name, args=[one.pk]),
        "button_label": "See the approval",
    }


def _to_learners(now: datetime, on: date, limit: int) -> Iterator[dict[str, Any]]:
    """One mail for all boards whose approval ends on one day; who enrolled later read the day when enrolling."""
    for (day, mark), editions in _endings(on).items():
        prefix = f"finish-by-{day:%Y%m%d}-{mark}-"
        written = Mail.objects.filter(key=Concat(Value(prefix), Cast(OuterRef("pk"), CharField())))
        waiting = (
            Enrollment.objects.active(now)
            .filter(edition_id__in=editions, completed_at=None, user__is_active=True)
            .filter(enrolled_at__date__lte=day - timedelta(days=mark))
            .filter(~Exists(written))
        )
        for one in waiting.select_related("user", "course", "edition").order_by("pk")[:limit]:
            yield {
                "key": f"{prefix}{one.pk}",
                "user": one.user,
                "template": "finish_by",
                "context": {
                    "title": one.edition.title,
                    "boards": editions[one.edition_id],
                    "day": day,
                    "days": (day - on).days,
                    "button_url": address_of(one.course),
                    "button_label": "Go on with the course",
                },
            }


def _endings(on: date) -> dict[tuple[date, int], dict[int, list[str]]]:
    """By last day and reminder: of each edition, the boards whose credit ends then."""
    soon = (on, on + timedelta(days=max(MARKS)))
    ends = Q(valid_to__range=soon) | Q(provider_approval__valid_to__range=soon)
    courses = set(CourseApproval.objects.in_term(on).filter(ends).values_list("course_id", flat=True))
    found: dict[tuple[date, int], dict[int, list[str]]] = {}
    for edition_id, approvals in approvals_of(courses).items() if courses else ():
        for body, day in last_days(approvals, on=on).items():
            mark = mark_of(day, on=on)
            if mark is not None:
                found.setdefault((day, mark), {}).setdefault(edition_id, []).append(body.name)
    return found


def staff_who_renew() -> QuerySet[User]:
    """Those who may change approvals by their role."""
    allowed = Q(groups__permissions__codename=MAY_RENEW) | Q(user_permissions__codename=MAY_RENEW)
    return User.objects.filter(allowed, is_active=True).distinct()


def address_of(course: CoursePage) -> str:
    """The course's address; the host is the school's own, whoever asked."""
    parts = course.get_url_parts()
    return settings.SITE_URL + (str(parts[2]) if parts else reverse("desk"))
