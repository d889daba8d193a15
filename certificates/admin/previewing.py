"""A sample certificate in a given look: what the provider sees before a design counts."""

from decimal import Decimal
from typing import Any

from django.utils import timezone

from certificates.paper.design import Design
from certificates.rendering import render
from certificates.rules.facts import CertificateFacts
from certificates.rules.wording import SELF_PACED, FinishedCourse, certificate_facts
from certificates.services.making import verify_url
from certificates.services.record import current_school, provider_of
from core.serials import EXAMPLE_FORM
from courses.models import InstructorProfile

DELIVERY = {"achievement": SELF_PACED, "completion": "live_online"}
MOST_INSTRUCTORS = 2
"""So many sign by themselves beside the administrator; more share one line."""


def sample_pdf(look: Design, paper: Any, kind: str) -> bytes:
    """The PDF of a certificate of this kind that nobody has earned. Raises RenderError."""
    return render(_facts(look, kind).as_json(), verify_url(EXAMPLE_FORM), design=look, paper=paper)


def printed_names() -> list[str]:
    """Whose names certificates print: the school's administrator, and the instructors."""
    profiles = InstructorProfile.objects.order_by("name").values_list("name", flat=True)
    return list(dict.fromkeys([current_school().administrator, *profiles]))


def _facts(look: Design, kind: str) -> CertificateFacts:
    """Of a course that was finished today, taught by those whose signature is in the design."""
    school, today = current_school(), timezone.localdate()
    instructors = [name for name in printed_names() if name and name != school.administrator]
    signing = [name for name in instructors if name in look.signatures] or instructors or ["Name of the instructor"]
    course = FinishedCourse(
        learner_name="Name of the Learner",
        course_title="Title of the Course",
        edition="1",
        own_hours=Decimal("4.5"),
        delivery=DELIVERY[kind],
        quiz_passed=True,
        completed_on=today,
        instructors=tuple(signing[:MOST_INSTRUCTORS]),
        administrator=school.administrator,
        provider=provider_of(school),
        sample_school=True,
    )
    return certificate_facts(serial=EXAMPLE_FORM, course=course, credit=None, issued_on=today)
