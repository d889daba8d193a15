"""The school, its policies, the sample approval and the offers: all visibly marked as samples."""

from datetime import date
from decimal import Decimal

from wagtail.models import Site

from accreditation.models import Approval, ApprovalBody, CourseApproval, CreditLine, ProviderApproval
from core.hours import own_count
from courses.models import CourseEdition, CoursePage, PolicyVersion, SchoolSettings
from courses.services import rebuild_catalogue
from demo.reading import CONTENT, load_toml
from demo.seeding.pages import html

IN_FORCE_FROM = date(2026, 1, 1)
SAMPLE_TERM = (date(2026, 1, 1), date(2029, 12, 31))


def seed_school() -> None:
    """Name, address, sample flag and dated policies."""
    site = Site.objects.get(is_default_site=True)
    SchoolSettings.objects.update_or_create(
        site=site,
        defaults={
            "name": "Stillpoint sample school",
            "address": "1 Example Street\nSampletown",
            "email": "school@example.com",
            "administrator": "Sample Administrator",
            "is_sample": True,
        },
    )
    for row in load_toml(CONTENT / "policies.toml")["policy"]:
        PolicyVersion.objects.get_or_create(
            kind=row["kind"],
            effective_from=IN_FORCE_FROM,
            defaults={"summary": row["summary"], "text": html(row["text"])},
        )


def seed_approval(course: CoursePage) -> None:
    """A sample board approves the newest edition, for no more hours than our own count (and at least half an hour)."""
    edition = CourseEdition.objects.filter(course=course).order_by("-number").first()
    if edition is None or CourseApproval.objects.filter(course=course).exists():
        return
    hours = own_count(words=edition.words, media_seconds=edition.media_seconds)
    if hours <= Decimal(0):
        return
    body, _ = ApprovalBody.objects.get_or_create(
        code="sample-board", defaults={"name": "Sample Board of Bodywork (an example)", "hour_label": "CE hours"}
    )
    provider, _ = ProviderApproval.objects.get_or_create(
        body=body,
        number="SAMPLE-PROVIDER-0000",
        defaults={
            "name_as_approved": "Stillpoint sample school",
            "valid_from": SAMPLE_TERM[0],
            "valid_to": SAMPLE_TERM[1],
            "status": Approval.Status.ACTIVE,
            "is_sample": True,
        },
    )
    approval = CourseApproval.objects.create(
        course=course,
        provider_approval=provider,
        number="SAMPLE-COURSE-0001",
        title_as_approved=course.title,
        valid_from=SAMPLE_TERM[0],
        valid_to=SAMPLE_TERM[1],
        status=Approval.Status.ACTIVE,
        is_sample=True,
    )
    approval.editions.add(edition)
    CreditLine.objects.create(
        approval=approval, mode=CreditLine.Mode.SELF_PACED, subject=CreditLine.Subject.GENERAL, hours=hours
    )
    rebuild_catalogue(course=course)
