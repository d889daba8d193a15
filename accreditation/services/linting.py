"""Board rules asked about one finished course and one approval: before its credit is given, before its paper is made.

The rules are pure (`accreditation.rules.linting`); here the rows are read, a constant number of queries each time.
"""

from datetime import date

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from wagtail.models import Site

from accreditation.models import (
    ApprovalBody,
    Attendance,
    CourseApproval,
    CreditStatement,
    InstructorApproval,
)
from accreditation.rules import linting
from accreditation.rules.linting import Board, Finished, Granted
from accreditation.rules.problems import Problem
from accreditation.services.approvals import inherits_from
from accreditation.services.claims import claimed_licenses
from courses.models import CourseEdition, InstructorProfile, SchoolSettings
from enrollments.models import Enrollment
from quizzes.models import QuizPage
from quizzes.models.quiz import PRACTICE

QUIZ = "quiz"


def award_problems(*, enrollment: Enrollment, approval: CourseApproval) -> list[Problem]:
    """Why this approval gives no credit for this course as it was finished; none: it is given."""
    return linting.award_problems(*_case(enrollment, approval))


def issue_problems(*, enrollment: Enrollment, approval: CourseApproval) -> list[Problem]:
    """Why this approval's certificate must not be made; `by` says whether the learner or the staff can mend it."""
    return linting.issue_problems(*_case(enrollment, approval))


def board_of(body: ApprovalBody, *, statement: str = "", approves_instructors: bool = False) -> Board:
    """A board's row in the words of the rules."""
    return Board(
        name=body.name,
        hour_label=body.hour_label,
        requires_license_number=body.requires_license_number,
        requires_exact_title=body.requires_exact_title,
        partial_credit_allowed=body.partial_credit_allowed,
        needs=frozenset(body.certificate_needs),
        statement=statement,
        approves_instructors=approves_instructors,
    )


def granted_by(approval: CourseApproval, *, on: date | None = None, edition: CourseEdition | None = None) -> Granted:
    """An approval in the words of the rules, on a day and for an edition where these are asked for."""
    provider = approval.provider_approval
    sample = approval.is_sample or provider.is_sample or provider.body.is_sample
    return Granted(
        title=approval.title_as_approved,
        number=approval.number,
        lines=tuple((line.mode, line.hours) for line in approval.credit_lines.all()),
        hours=approval.hours_as_approved,
        holds=on is None or approval.holds_on(on),
        provider_holds=on is None or provider.holds_on(on),
        covers_edition=edition is None or approval.editions.filter(pk__in=inherits_from(edition)).exists(),
        sample_on_a_real_site=sample and not settings.SAMPLES,
    )


def _case(enrollment: Enrollment, approval: CourseApproval) -> tuple[Board, Granted, Finished]:
    on = enrollment.completed_on or timezone.localdate()
    edition, body = enrollment.edition, approval.provider_approval.body
    known = list(InstructorApproval.objects.filter(body=body).select_related("instructor"))
    statement = CreditStatement.objects.filter(body=body, use=CreditStatement.Use.CERTIFICATE).first()
    instructors = dict(
        InstructorProfile.objects.filter(user__teaches__course=enrollment.course_id).values_list("pk", "name")
    )
    board = board_of(body, statement=statement.text if statement else "", approves_instructors=bool(known))
    attendance = Attendance.objects.filter(enrollment=enrollment).first()
    school = SchoolSettings.for_site(Site.objects.get(is_default_site=True))
    finished = Finished(
        edition=str(edition),
        course_title=edition.title,
        completed=date_format(on, "F j, Y"),
        graded_quiz=has_graded_quiz(edition),
        attendance=(attendance.minutes_attended, attendance.minutes_held) if attendance else None,
        place=attendance.place if attendance else "",
        licenses=len(claimed_licenses(enrollment, approval)),
        instructors=tuple(instructors.values()),
        approved_instructor=any(one.instructor_id in instructors and one.holds_on(on) for one in known),
        administrator=school.administrator,
        provider_contact=f"{school.address}{school.email}".strip(),
    )
    return board, granted_by(approval, on=on, edition=edition), finished


def has_graded_quiz(edition: CourseEdition) -> bool:
    """A required quiz that one must pass: of a completed course it is passed. Practice completes whatever the score."""
    pages = {unit["page"] for unit in edition.units() if unit["kind"] == QUIZ and unit["required"]}
    if not pages:
        return False
    return len(pages) > QuizPage.objects.filter(pk__in=pages, mode=PRACTICE).count()
