"""People, courses and approvals for tests of certificates: the smallest that the rules need, without surprises."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from wagtail.models import Page, Site

from accounts.models import User
from accreditation.models import ApprovalBody, CourseApproval, CreditLine, ProviderApproval
from courses.models import CourseEdition, CourseInstructor, CoursePage, InstructorProfile, SchoolSettings
from enrollments.models import Enrollment

COMPLETED_AT = datetime(2026, 11, 19, 3, 30, tzinfo=UTC)
"""In New York it is still the eighteenth."""
COMPLETED_ON = date(2026, 11, 18)
ISSUED_AT = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
TITLE = "Foundations of Craniosacral Bodywork"
QUIZ_UNIT = {
    "unit_key": str(uuid4()),
    "page": 1,
    "revision": 1,
    "kind": "quiz",
    "title": "Quiz",
    "minutes": 20,
    "required": True,
}


def set_up_school(*, sample: bool = False) -> SchoolSettings:
    """The school whose name stands on the paper."""
    settings = SchoolSettings.for_site(Site.objects.get(is_default_site=True))
    settings.name = "Example School"
    settings.address = "1 Example Street\nPortland, OR 97201"
    settings.email = "school@example.com"
    settings.administrator = "Jonas Reyes"
    settings.is_sample = sample
    settings.save()
    return settings


def make_person(email: str = "ada@example.com", *, name: str = "Ada Lindqvist", confirmed: bool = True) -> User:
    """A learner, whose name is confirmed unless the test is about that."""
    return User.objects.create_user(email, legal_name=name, legal_name_confirmed_at=COMPLETED_AT if confirmed else None)


def make_course(title: str = TITLE, **fields: Any) -> CoursePage:
    """A live course with one instructor."""
    page: CoursePage = Page.get_first_root_node().add_child(instance=CoursePage(title=title, **fields))
    teacher, _ = User.objects.get_or_create(email="mara@example.com", defaults={"legal_name": "Mara Ellison"})
    InstructorProfile.objects.get_or_create(user=teacher, defaults={"name": "Mara Ellison"})
    CourseInstructor.objects.create(course=page, user=teacher)
    return page


def make_edition(page: CoursePage, *, number: int = 1, change: str = "content", words: int = 54_000) -> CourseEdition:
    """An edition with one required quiz; 54,000 words are 4.5 hours."""
    return CourseEdition.objects.create(
        course=page,
        number=number,
        change=change,
        content_hash=f"{number:064d}",
        title=page.title,
        outline=[{"module_key": str(uuid4()), "page": 1, "title": "One", "opens_after": "", "units": [QUIZ_UNIT]}],
        words=words,
    )


def make_finished(user: User, page: CoursePage | None = None, *, of: CourseEdition | None = None) -> Enrollment:
    """A completed enrollment, with nothing requested yet."""
    page = page or make_course()
    return Enrollment.objects.create(
        user=user,
        course=page,
        edition=of or make_edition(page),
        source=Enrollment.Source.FREE,
        completed_at=COMPLETED_AT,
        completed_on=COMPLETED_ON,
    )


def make_approval(of: CourseEdition, *, code: str = "board", hours: str = "4.00", **fields: Any) -> CourseApproval:
    """An approval of this edition under its own title that holds from 2020 to the end of 2026, with one credit line."""
    term = {"valid_from": date(2020, 1, 1), "valid_to": date(2026, 12, 31), "status": "active"}
    body, _ = ApprovalBody.objects.get_or_create(code=code, defaults={"name": f"Example Board {code}"})
    provider, _ = ProviderApproval.objects.get_or_create(
        body=body, number=f"P-{code}", defaults={"name_as_approved": "Example School, Inc.", **term}
    )
    row = CourseApproval.objects.create(
        course=of.course,
        provider_approval=provider,
        number=f"C-{code}",
        title_as_approved=f"{of.title} (Home Study)",
        **(term | fields),
    )
    row.editions.add(of)
    CreditLine.objects.create(approval=row, mode="self_paced", subject="technique", hours=Decimal(hours))
    return row
