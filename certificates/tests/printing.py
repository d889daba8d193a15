"""Finished courses and approvals without a database, for tests of what is printed."""

from datetime import date
from decimal import Decimal
from typing import Any

from certificates.rules.facts import CertificateFacts, Provider
from certificates.rules.wording import ApprovedCredit, CreditedHours, FinishedCourse, certificate_facts

SERIAL = "CST-2026-7K4MQ-X9RTB-Y"
VERIFY_URL = f"https://school.example.com/verify/{SERIAL}/"
PROVIDER = Provider(
    name="Example School of Craniosacral Therapy",
    address="1 Example Street, Portland, OR 97201",
    email="school@example.com",
    website="school.example.com",
)


def finished_course(**changes: Any) -> FinishedCourse:
    """A self-paced course with a passed quiz."""
    facts: dict[str, Any] = {
        "learner_name": "Ada Lindqvist",
        "course_title": "Foundations of Craniosacral Bodywork",
        "edition": "3",
        "own_hours": Decimal("4.5"),
        "delivery": "self_paced",
        "quiz_passed": True,
        "completed_on": date(2026, 11, 18),
        "instructors": ("Mara Ellison",),
        "administrator": "Jonas Reyes",
        "provider": PROVIDER,
    }
    return FinishedCourse(**(facts | changes))


def line(subject: str, hours: str, delivery: str = "self_paced") -> CreditedHours:
    """Approved hours of one subject."""
    return CreditedHours(subject=subject, delivery=delivery, hours=Decimal(hours))


def approved_credit(**changes: Any) -> ApprovedCredit:
    """An approval whose title and hours differ from the course page."""
    facts: dict[str, Any] = {
        "body": "Example Board",
        "hours_label": "CE hours",
        "provider_name": "Example School",
        "provider_number": "EX-451234",
        "course_number": "EX-2117",
        "title": "Foundations of Craniosacral Bodywork (Home Study)",
        "lines": (line("Ethics", "1"), line("Technique", "3.00")),
    }
    return ApprovedCredit(**(facts | changes))


def printed(credit: ApprovedCredit | None = None, **changes: Any) -> CertificateFacts:
    """The facts of one certificate, issued two days after completion."""
    return certificate_facts(
        serial=SERIAL, course=finished_course(**changes), credit=credit, issued_on=date(2026, 11, 20)
    )
