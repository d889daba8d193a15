"""Boards, approvals, licenses and rules for tests: a term that holds all through 2020-2099 unless told otherwise."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from accounts.models import User
from accreditation.models import (
    ApprovalBody,
    CourseApproval,
    CreditLine,
    Jurisdiction,
    Profession,
    ProfessionalLicense,
    ProviderApproval,
    RenewalBucket,
    RenewalRule,
)
from courses.models import CourseEdition, CoursePage
from courses.services import current_edition
from enrollments.models import Enrollment
from enrollments.services import complete_unit, enroll

TERM = {"valid_from": date(2020, 1, 1), "valid_to": date(2099, 12, 31), "status": "active"}
HOME_STUDY_6 = (("self_paced", "general", "6"),)
IN_PERSON = ["live_in_person"]


def make_body(code: str = "board", **rules: Any) -> ApprovalBody:
    """A board of the given rules."""
    body, _ = ApprovalBody.objects.get_or_create(code=code, defaults={"name": f"Example Board {code}", **rules})
    return body


def make_approval(
    course: CoursePage,
    body: ApprovalBody | None = None,
    *,
    lines: Sequence[tuple[str, str, str]] = HOME_STUDY_6,
    edition: CourseEdition | None = None,
    **fields: Any,
) -> CourseApproval:
    """An approval of the newest edition; `lines` are (mode, subject, hours)."""
    body = body or make_body()
    provider, _ = ProviderApproval.objects.get_or_create(
        body=body, number=f"P-{body.code}", defaults={"name_as_approved": "Example School, Inc.", **TERM}
    )
    fields = {**TERM, "number": f"C-{body.code}-{course.pk}", "title_as_approved": course.title, **fields}
    approval = CourseApproval.objects.create(course=course, provider_approval=provider, **fields)
    approval.editions.add(edition or current_edition(course))
    for mode, subject, hours in lines:
        in_person = mode == CreditLine.Mode.LIVE_IN_PERSON
        CreditLine.objects.create(
            approval=approval, mode=mode, subject=subject, hours=Decimal(hours), hands_on=in_person
        )
    return approval


def make_jurisdiction(code: str = "US-FL", name: str = "Florida") -> Jurisdiction:
    """A state."""
    return Jurisdiction.objects.get_or_create(code=code, defaults={"name": name})[0]


def make_profession(code: str = "massage-therapist", name: str = "Massage therapist") -> Profession:
    """A profession."""
    return Profession.objects.get_or_create(code=code, defaults={"name": name})[0]


def make_license(user: User, number: str = "MA12345", *, code: str = "US-FL", **fields: Any) -> ProfessionalLicense:
    """A massage license, as its holder entered it."""
    return ProfessionalLicense.objects.create(
        user=user,
        jurisdiction=fields.pop("jurisdiction", None) or make_jurisdiction(code, code),
        profession=fields.pop("profession", None) or make_profession(),
        number=number,
        number_normalized=number.replace(" ", "").upper(),
        **fields,
    )


def make_florida(*, accepts: Sequence[ApprovalBody] = (), **fields: Any) -> RenewalRule:
    """Florida's rule for massage therapists (64B7-28.009, text of Dec 2024; DOMAIN.md 2.2)."""
    rule = RenewalRule.objects.create(
        jurisdiction=make_jurisdiction(),
        profession=make_profession(),
        cycle="fixed_date",
        cycle_months=24,
        anchor_month=8,
        anchor_day=31,
        anchor_parity="odd",
        total_hours=24,
        first_cycle="per_month",
        first_cycle_hours=1,
        acceptance="listed",
        **{"source_url": "https://example.org/64B7-28.009", "source_as_of": "Dec 2024", **fields},
    )
    rule.accepts.set(accepts)
    rule.save()
    buckets: list[dict[str, Any]] = [
        {"name": "Medical errors", "subjects": ["medical_errors"], "min_hours": 2},
        {"name": "Florida laws and rules", "subjects": ["laws"], "min_hours": 2, "in_first_cycle": False},
        {"name": "Ethics", "subjects": ["ethics"], "min_hours": 2, "in_first_cycle": False},
        {"name": "Human trafficking", "subjects": ["human_trafficking"], "min_hours": 1},
        {
            "name": "In person, hands-on technique",
            "subjects": ["technique"],
            "modes": IN_PERSON,
            "hands_on": True,
            "min_hours": 12,
            "in_first_cycle": False,
        },
    ]
    for bucket in buckets:
        RenewalBucket.objects.create(rule=rule, **bucket)
    return rule


def finish(user: User, course: CoursePage, **fields: Any) -> Enrollment:
    """The learner enrolls and completes every required unit, through the services."""
    enrollment = enroll(user=user, course=course, source=Enrollment.Source.FREE)
    for page in course.get_descendants().live().specific():
        if hasattr(page, "unit_key"):
            complete_unit(enrollment=enrollment, unit=page, **fields)
    enrollment.refresh_from_db()
    return enrollment


def with_a_quiz(course: CoursePage) -> CoursePage:
    """Its last unit stands for a graded quiz in the newest edition: without one, home study earns no credit."""
    edition = current_edition(course)
    if edition is not None:
        edition.units()[-1]["kind"] = "quiz"
        CourseEdition.objects.filter(pk=edition.pk).update(outline=edition.outline)
    return course
