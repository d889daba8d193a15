"""A board that takes reports, learners who earned its credit, and a browser of the staff who report it."""

from collections.abc import Sequence
from datetime import date
from itertools import count
from typing import Any

from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import User
from accreditation.models import (
    ApprovalBody,
    BoardReport,
    BodyTerm,
    CreditAward,
    LicenseFormat,
    ProfessionalLicense,
    ReportFormat,
)
from accreditation.services.claims import claim
from accreditation.services.reporting import mark_sent, review
from accreditation.tests.factories import (
    HOME_STUDY_6,
    finish,
    make_approval,
    make_jurisdiction,
    make_license,
    make_profession,
    with_a_quiz,
)
from courses.models import CoursePage
from courses.tests.factories import make_course, make_user
from enrollments.models import Enrollment

OUTBOX = "/admin/credit/reports/"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
RIGHTS = ("view_boardreport", "add_boardreport", "send_boardreport")
_numbers = count(1)


def make_format(writer: str = "cebroker-xls", **fields: Any) -> ReportFormat:
    """What reports look like."""
    return ReportFormat.objects.get_or_create(code=writer, defaults={"name": writer, "writer": writer, **fields})[0]


def make_board(code: str = "fl", writer: str = "cebroker-xls", **rules: Any) -> ApprovalBody:
    """Florida's rules: within 30 days, by license number, alarm on day 20 (DOMAIN.md section 3)."""
    body = ApprovalBody.objects.create(
        code=code,
        name=f"Board of {code}",
        short_name=code.upper(),
        **{
            "report_format": make_format(writer),
            "report_within_days": 30,
            "requires_license_number": True,
            "partial_credit_allowed": True,
            **rules,
        },
    )
    BodyTerm.objects.create(body=body, term="general", code="GEN", label="General")
    return body


def know_florida() -> None:
    """The code of its massage therapists in CE Broker's files."""
    LicenseFormat.objects.get_or_create(
        jurisdiction=make_jurisdiction(),
        profession=make_profession(),
        defaults={"pattern": "MA[0-9]+", "example": "MA12345", "report_code": "MA"},
    )


def open_course(body: ApprovalBody, title: str = "Resting hands", **fields: Any) -> CoursePage:
    """One lesson, approved for six hours of home study, the numbers with the board's own prefixes."""
    know_florida()
    course = with_a_quiz(make_course(title, lessons=1))
    lines: Sequence[tuple[str, str, str]] = fields.pop("lines", HOME_STUDY_6)
    approval = make_approval(course, body, lines=lines, number=fields.pop("number", f"20-30{course.pk}"), **fields)
    provider = approval.provider_approval
    type(provider).objects.filter(pk=provider.pk).update(number="50-12345")
    return course


def earn(course: CoursePage, *, name: str = "", number: str = "", license: bool = True, **fields: Any) -> CreditAward:
    """Somebody completes the course and claims it on a license of their own; `completed_on` is set for the test."""
    n = next(_numbers)
    user = make_user(legal_name=name or f"Ada Lind {n}")
    day: date | None = fields.pop("completed_on", None)
    owned: list[ProfessionalLicense] = [make_license(user, number or f"MA{n:05}", **fields)] if license else []
    enrollment = finish(user, course)
    if day is not None:
        Enrollment.objects.filter(pk=enrollment.pk).update(completed_on=day)
        CreditAward.objects.filter(enrollment=enrollment)._raw_delete("default")
        enrollment.refresh_from_db()
    if owned:
        claim(enrollment=enrollment, licenses=owned)
    return CreditAward.objects.standing().get(enrollment=enrollment)


def staff(*rights: str) -> User:
    """Somebody of the back office with these rights."""
    user = make_user(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["access_admin", *rights]))
    return user


def browser(user: User) -> Client:
    """Somebody who is logged in."""
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def sent(report: BoardReport, by: User) -> BoardReport:
    """Reviewed and brought to the board by a person."""
    review(report=report, by=by)
    return mark_sent(report=report, by=by)


def states(report: BoardReport) -> list[str]:
    """Of its rows, in their order."""
    return list(report.rows.values_list("state", flat=True))


def log(report: BoardReport) -> list[tuple[str, int | None]]:
    """What happened, and who did it."""
    return [(event.what, event.by_id) for event in report.events.all()]
