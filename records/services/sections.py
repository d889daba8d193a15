"""The sections of an audit, in the order in which boards ask. A new one is a function and a line in SECTIONS."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.html import strip_tags

from accreditation.models import Attendance, BoardReportRow, CourseApproval, CourseEvaluation, CreditAward
from accreditation.rules.evaluating import TEXT, figures, periods
from certificates.models import Certificate
from core import money
from core.months import months_later
from core.spreadsheets import Line
from courses.models import CourseEdition
from enrollments.models import Enrollment
from quizzes.models import Attempt
from records.services.audit import Audit, Section
from records.services.retention import clocks


def _approvals(batch: Sequence[CourseApproval]) -> list[Line]:
    return [
        [
            str(one.provider_approval.body),
            one.provider_approval.number,
            one.provider_approval.name_as_approved,
            one.number,
            one.title_as_approved,
            one.hours,
            "; ".join(str(line) for line in one.credit_lines.all()),
            one.valid_from.isoformat(),
            one.valid_to.isoformat(),
            one.get_status_display(),
            ", ".join(str(edition.number) for edition in sorted(one.editions.all(), key=lambda each: each.number)),
            one.document.title if one.document else "",
            "sample" if one.is_sample else "",
        ]
        for one in batch
    ]


def _editions(batch: Sequence[CourseEdition]) -> list[Line]:
    return [
        [
            one.number,
            _moment(one.made_at),
            one.get_change_display(),
            one.title,
            one.words,
            one.media_seconds // 60,
            one.assignment_minutes,
            "; ".join(one.objectives),
            _price(one.as_sold.get("price") or {}),
            _promotion(one.as_sold),
            "; ".join(f"{text['kind']} of {text['effective_from']}" for text in one.as_sold.get("policies", [])),
            one.as_sold.get("page_revision") or "",
        ]
        for one in batch
    ]


PROMOTION = ("tagline", "intro", "audience", "prerequisites", "time_needed", "safety_notice")


def _promotion(as_sold: dict[str, Any]) -> str:
    """The promotion text as it stood, without its tags."""
    texts = (" ".join(strip_tags(str(as_sold.get(name) or "").replace("<", " <")).split()) for name in PROMOTION)
    return " | ".join(text for text in texts if text)


def _price(price: dict[str, Any]) -> str:
    if price.get("amount") is None:
        return ""
    return money.display(price["amount"], price["currency"]) if price["amount"] else "free"


def _roster(batch: Sequence[Enrollment]) -> list[Line]:
    kept = clocks(batch)
    return [
        [
            one.user.legal_name,
            one.completed_on.isoformat() if one.completed_on else "",
            one.edition.number,
            "; ".join(dict.fromkeys(_license(claim.license) for claim in one.license_claims.all())),
            "; ".join(_credit(award) for award in one.credit_awards.all() if award.status == CreditAward.Status.EARNED),
            str(kept[one.pk]),
        ]
        for one in batch
    ]


def _license(held: Any) -> str:
    return f"{held.jurisdiction.code} {held.number}"


def _credit(award: CreditAward) -> str:
    facts = award.facts
    return f"{award.hours} {facts['hour_label']}, {facts['body_short'] or facts['body_name']}"


def _attendance(batch: Sequence[Attendance]) -> list[Line]:
    return [
        [
            one.enrollment.user.legal_name,
            one.held_on.isoformat(),
            one.place,
            one.minutes_held,
            one.minutes_attended,
            "in full" if one.in_full else "in part",
            one.get_method_display(),
            one.attested_by.legal_name or one.attested_by.email,
            _moment(one.attested_at),
        ]
        for one in batch
    ]


def _attempts(batch: Sequence[Attempt]) -> list[Line]:
    return [
        [
            one.enrollment.user.legal_name,
            one.quiz.title,
            one.number,
            _moment(one.submitted_at) if one.submitted_at else "",
            "" if one.score_m is None else Decimal(100 * one.score_m) // max(one.max_m, 1),
            one.quiz_version.terms["pass_mark"],
            {True: "passed", False: "not passed", None: "being graded"}[one.passed],
        ]
        for one in batch
    ]


def _evaluations(audit: Audit) -> list[Line]:
    """Counts and means, never words (decision 24). Months are put together as on the evaluation page, from the whole
    history of the course, so that no choice of days leaves the answers of a few over.
    """
    months = Counter(CourseEvaluation.objects.filter(course=audit.course).values_list("month", flat=True))
    whole, _ = periods(months)
    shown = [one for one in whole if audit.first <= one.first and _month_ends(one.last) <= audit.last]
    if not shown:
        return []
    answers = CourseEvaluation.objects.filter(course=audit.course, month__range=(shown[0].first, shown[-1].last))
    span = f"{shown[0].first:%Y-%m} to {shown[-1].last:%Y-%m}"
    return [
        [one.text, span, one.answered, "" if one.mean is None else one.mean]
        for one in figures(list(answers.values_list("answers", flat=True)))
        if one.enough and one.kind != TEXT
    ]


def _month_ends(first: date) -> date:
    return months_later(first, 1) - timedelta(days=1)


def _as_they_are(batch: Sequence[Line]) -> list[Line]:
    return list(batch)


def _certificates(batch: Sequence[Certificate]) -> list[Line]:
    return [
        [
            one.serial,
            one.holder,
            one.get_kind_display(),
            one.title,
            one.hours,
            one.completed_on.isoformat(),
            _moment(one.issued_at),
            one.get_status_display(),
            one.superseded_by.serial if hasattr(one, "superseded_by") else "",
            one.pdf_sha256,
        ]
        for one in batch
    ]


def _reports(batch: Sequence[BoardReportRow]) -> list[Line]:
    return [
        [
            str(one.report.body),
            _moment(one.report.made_at),
            one.report.get_state_display(),
            one.award.facts.get("learner_name", ""),
            (one.award.facts.get("license") or {}).get("number", ""),
            one.award.hours,
            one.get_state_display(),
            one.external_id,
            one.message,
            one.report.sha256,
        ]
        for one in batch
    ]


def _moment(at: datetime) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M %Z}"


SECTIONS = (
    Section(
        "approvals",
        "Approvals",
        (
            *("Board", "Provider number", "Provider as approved", "Course number", "Title as approved", "Hours"),
            *("Credit lines", "From", "To", "Status", "Editions", "Document", "Sample"),
        ),
        Audit.approvals,
        _approvals,
    ),
    Section(
        "editions",
        "Editions as sold",
        (
            *("Edition", "Published", "Change", "Title", "Words", "Recordings, minutes", "Assignments, minutes"),
            *("Objectives", "Price", "Promotion", "Policies", "Page revision"),
        ),
        Audit.editions,
        _editions,
    ),
    Section(
        "roster",
        "Roster",
        ("Name", "Completed on", "Edition", "Licenses for which credit is claimed", "Credit", "Records kept until"),
        Audit.roster,
        _roster,
    ),
    Section(
        "attendance",
        "Attendance",
        (
            *("Name", "Held on", "Place", "Minutes held", "Minutes attended", "Attended", "By", "Attested by"),
            "Attested",
        ),
        Audit.attendance,
        _attendance,
    ),
    Section(
        "attempts",
        "Quiz attempts",
        ("Name", "Quiz", "Attempt", "Handed in", "Score, percent", "Pass mark, percent", "Result"),
        Audit.attempts,
        _attempts,
    ),
    Section(
        "evaluations",
        "Course evaluations",
        ("Question", "Months", "Answers", "Mean, 1 to 5"),
        _evaluations,
        _as_they_are,
    ),
    Section(
        "certificates",
        "Certificates",
        (
            *("Number", "Holder", "Kind", "Title", "Hours", "Completed on", "Issued", "Status", "Replaced by"),
            "SHA-256 of the PDF",
        ),
        Audit.certificates,
        _certificates,
    ),
    Section(
        "reports",
        "Reports to boards",
        (
            *("Board", "Made", "Report", "Name", "License", "Hours", "This line", "Number at the board", "Answer"),
            "SHA-256 of the file",
        ),
        Audit.reports,
        _reports,
    ),
)
BY_CODE = {section.code: section for section in SECTIONS}
