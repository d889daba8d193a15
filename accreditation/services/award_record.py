"""What an award keeps for ever: lines, facts and evidence, read from the record at the moment at which it is made."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from accreditation.models import Attendance, CourseApproval, ProfessionalLicense
from accreditation.rules.partial import credited_lines
from core.dossier import instant
from enrollments.models import Enrollment
from quizzes.models import Attempt

ONE_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The frozen columns of an award that are read from the record."""

    lines: list[dict[str, Any]]
    facts: dict[str, Any]
    evidence: dict[str, Any]

    @property
    def hours(self) -> Decimal:
        """All lines together."""
        return sum((Decimal(line["hours"]) for line in self.lines), Decimal(0))


def content_of(
    enrollment: Enrollment, approval: CourseApproval, license: ProfessionalLicense | None, *, correction: str = ""
) -> Content:
    """Everything that an award states, as it stands on record now."""
    attendance = Attendance.objects.filter(enrollment=enrollment).first()
    return Content(
        lines=_lines(approval, attendance),
        facts=_facts(enrollment, approval, license, attendance, correction),
        evidence=_evidence(enrollment, attendance),
    )


def _lines(approval: CourseApproval, attendance: Attendance | None) -> list[dict[str, Any]]:
    """As approved; a part of the live ones where the body gives credit for a part."""
    lines = [line.frozen() for line in approval.credit_lines.all()]
    body = approval.provider_approval.body
    if attendance is None or attendance.in_full or not body.partial_credit_allowed:
        return lines
    return credited_lines(
        lines, attended=attendance.minutes_attended, held=attendance.minutes_held, rounding=body.rounding
    )


def _facts(
    enrollment: Enrollment,
    approval: CourseApproval,
    license: ProfessionalLicense | None,
    attendance: Attendance | None,
    correction: str,
) -> dict[str, Any]:
    provider = approval.provider_approval
    body = provider.body
    return {
        "title_as_approved": approval.title_as_approved,
        "course_number": approval.number,
        "provider_number": provider.number,
        "provider_name": provider.name_as_approved,
        "body_name": body.name,
        "body_short": body.short_name,
        "body_code": body.code,
        "hour_label": body.hour_label,
        "sample": approval.is_sample or provider.is_sample,
        "edition": enrollment.edition.number,
        "course_title": enrollment.edition.title,
        "learner_name": enrollment.user.legal_name,
        "place": attendance.place if attendance else "",
        "correction": correction,
        "license": _license(license) if license else None,
    }


def _license(license: ProfessionalLicense) -> dict[str, str]:
    """As it stood: a license that is changed or removed later changes no award."""
    return {
        "number": license.number,
        "number_normalized": license.number_normalized,
        "jurisdiction_code": license.jurisdiction.code,
        "jurisdiction": license.jurisdiction.name,
        "profession_code": license.profession.code,
        "profession": license.profession.name,
        "name_on_license": license.name_on_license,
        "status": license.status,
    }


def _evidence(enrollment: Enrollment, attendance: Attendance | None) -> dict[str, Any]:
    """Units done, the attempts that completed them with their minutes, minutes attended: what an audit asks for."""
    done = list(enrollment.completions.select_related("unit").order_by("completed_at", "pk"))
    attempts = [one.evidence["attempt"] for one in done if "attempt" in one.evidence]
    return {
        "units": [
            {"unit_key": str(one.unit_key), "title": one.unit.title, "completed_at": instant(one.completed_at)}
            for one in done
        ],
        "attempts": _attempts(attempts),
        "attendance": _attendance(attendance) if attendance else None,
    }


def _attempts(uuids: list[str]) -> list[dict[str, Any]]:
    found = Attempt.objects.filter(uuid__in=uuids).select_related("quiz", "quiz_version").order_by("submitted_at", "pk")
    return [
        {
            "attempt": str(one.uuid),
            "quiz": one.quiz.title,
            "score_percent": str(Decimal(100 * (one.score_m or 0)) // max(one.max_m, 1)),
            "pass_mark": one.quiz_version.terms["pass_mark"],
            "submitted_at": instant(one.submitted_at),
            "minutes": (one.submitted_at - one.started_at) // ONE_MINUTE if one.submitted_at else None,
        }
        for one in found
    ]


def _attendance(attendance: Attendance) -> dict[str, Any]:
    return {
        "minutes_held": attendance.minutes_held,
        "minutes_attended": attendance.minutes_attended,
        "held_on": attendance.held_on.isoformat(),
        "place": attendance.place,
        "method": attendance.method,
    }
