"""What is on record about a finished course: read once, at the moment of issue, and frozen from then on."""

from collections.abc import Iterable
from datetime import date, datetime
from urllib.parse import urlsplit

from django.conf import settings
from wagtail.models import Site

from accounts.models import User
from accreditation.models import Attendance, CourseApproval, CreditStatement, ProfessionalLicense
from accreditation.services.claims import claimed_licenses
from accreditation.services.linting import has_graded_quiz
from certificates.rules.facts import Provider
from certificates.rules.wording import ApprovedCredit, CreditedHours, FinishedCourse
from core.hours import own_count
from core.months import months_later
from courses.models import CoursePage, InstructorProfile, SchoolSettings
from enrollments.models import Enrollment


def _statement(approval: CourseApproval) -> str:
    """The sentence that the body wants on its certificates, word for word; empty where it asks for none."""
    body = approval.provider_approval.body
    row = body.statements.filter(use=CreditStatement.Use.CERTIFICATE).first()
    return row.filled(approval) if row else ""


def finished_course(enrollment: Enrollment) -> FinishedCourse:
    """The course as this learner finished it, measured by the edition they enrolled in."""
    edition, school = enrollment.edition, current_school()
    if enrollment.completed_on is None:
        raise ValueError(f"Enrollment {enrollment.pk} is not completed; there is nothing to certify.")
    return FinishedCourse(
        learner_name=enrollment.user.legal_name,
        course_title=edition.title,
        edition=str(edition.number),
        own_hours=own_count(words=edition.words, media_seconds=edition.media_seconds),
        delivery=enrollment.course.format,
        quiz_passed=has_graded_quiz(edition),
        completed_on=enrollment.completed_on,
        instructors=instructor_names(enrollment),
        administrator=school.administrator,
        provider=provider_of(school),
        place=_place(enrollment),
        sample_school=school.is_sample,
        valid_until=valid_until(enrollment.course, from_day=enrollment.completed_on),
    )


def provider_of(school: SchoolSettings) -> Provider:
    """The school as its papers print it."""
    return Provider(
        name=school.name,
        address=", ".join(line.strip() for line in school.address.splitlines() if line.strip()),
        email=school.email,
        website=urlsplit(settings.SITE_URL).netloc,
    )


def valid_until(course: CoursePage, *, from_day: date) -> date | None:
    """The last day of a certificate that has to be renewed; None: it has no end."""
    months = course.certificate_months
    return months_later(from_day, months) if months else None


def approved_credit(credit_key: str) -> ApprovedCredit | None:
    """Title, numbers and hours exactly as approved; None for a certificate by our own count."""
    if not credit_key:
        return None
    approval = CourseApproval.objects.select_related("provider_approval__body").get(uuid=credit_key)
    provider = approval.provider_approval
    body, words = provider.body, {one.term: one.label for one in provider.body.terms.all()}
    return ApprovedCredit(
        body=body.name,
        hours_label=body.hour_label,
        provider_name=provider.name_as_approved,
        provider_number=provider.number,
        course_number=approval.number,
        title=approval.title_as_approved,
        lines=tuple(
            CreditedHours(
                subject=words.get(line.subject) or line.get_subject_display(),
                delivery=line.mode,
                hours=line.hours,
                delivery_word=words.get(line.mode, ""),
            )
            for line in approval.credit_lines.all()
        ),
        statement=_statement(approval),
        states_classroom_hours="classroom_hours" in body.certificate_needs,
        sample=approval.is_sample or provider.is_sample or body.is_sample,
    )


def licenses_printed(enrollment: Enrollment, credit_key: str) -> str:
    """The license numbers for which this credit is claimed, for the holder's paper only; empty: none is."""
    approval = CourseApproval.objects.filter(uuid=credit_key).first() if credit_key else None
    return _in_words(claimed_licenses(enrollment, approval)) if approval else ""


def licenses_of(learner: User) -> str:
    """All license numbers of a learner, for the learner's own transcript only."""
    rows = ProfessionalLicense.objects.of(learner).usable()
    return _in_words(rows.select_related("jurisdiction", "profession").order_by("pk"))


def _in_words(licenses: Iterable[ProfessionalLicense]) -> str:
    return "; ".join(f"{one.number} ({one.jurisdiction}, {one.profession.name.lower()})" for one in licenses)


def _place(enrollment: Enrollment) -> str:
    """Where it was held, as staff attested it; a course without a live part has none."""
    return Attendance.objects.filter(enrollment=enrollment).values_list("place", flat=True).first() or ""


def instructor_names(enrollment: Enrollment) -> tuple[str, ...]:
    """As instructors are printed, in the order in which they joined the course."""
    profiles = InstructorProfile.objects.filter(user__teaches__course=enrollment.course_id)
    return tuple(profiles.order_by("user__teaches__pk").values_list("name", flat=True).distinct())


def current_school() -> SchoolSettings:
    """One school runs one site."""
    return SchoolSettings.for_site(Site.objects.get(is_default_site=True))


def local_date(moment: datetime, user: User) -> date:
    """The date where the learner lives: what the certificate prints."""
    return moment.astimezone(user.zone).date()
