"""Which approvals give credit for an edition on a day. What is awarded is what is approved, never what is computed."""

from datetime import date
from decimal import Decimal

from django.utils import timezone

from accreditation.models import CourseApproval
from core.hours import own_count
from courses.models import CourseEdition, CoursePage
from courses.services import current_edition


def approvals_for(edition: CourseEdition, *, on: date | None = None) -> list[CourseApproval]:
    """Approvals of this edition that hold on the day, its own and those inherited through typo and safety editions."""
    chain = inherits_from(edition)
    found = (
        CourseApproval.objects.in_term(on or timezone.localdate())
        .filter(course_id=edition.course_id, editions__in=chain)
        .select_related("provider_approval__body")
        .prefetch_related("credit_lines")
        .distinct()
    )
    return [approval for approval in found if approval.hours > 0]


def inherits_from(edition: CourseEdition) -> list[int]:
    """The edition, and back through corrections to the last edition with changed content."""
    chain = []
    for pk, change in (
        CourseEdition.objects.filter(course_id=edition.course_id, number__lte=edition.number)
        .order_by("-number")
        .values_list("pk", "change")
    ):
        chain.append(pk)
        if change == CourseEdition.Change.CONTENT:
            break
    return chain


def hours_of(course: CoursePage) -> tuple[Decimal, bool]:
    """CE hours to show for a course, and whether a board approved them; else our own count of the newest edition."""
    edition = current_edition(course)
    if edition is None:
        return Decimal("0.0"), False
    approvals = approvals_for(edition)
    if approvals:
        return min(approval.hours for approval in approvals), True
    return own_count(words=edition.words, media_seconds=edition.media_seconds), False


def why_no_credit(approval: CourseApproval, *, on: date | None = None) -> str:
    """Why this approval gives no credit for the newest edition of its course; empty where it does."""
    day = on or timezone.localdate()
    edition = current_edition(approval.course)
    covered = edition is not None and approval.editions.filter(pk__in=inherits_from(edition)).exists()
    reasons = [
        ("it is not active today", not approval.holds_on(day)),
        ("the school's approval is not active today", not approval.provider_approval.holds_on(day)),
        ("it has no credit line", approval.hours == 0),
        ("the course was never published", edition is None),
        (f"edition {edition.number} is not confirmed" if edition else "", edition is not None and not covered),
    ]
    return ", ".join(text for text, holds in reasons if holds)


def waiting_for_confirmation() -> list[tuple[CourseApproval, CourseEdition]]:
    """Approvals that hold today while the newest edition of their course, with changed content, is not among theirs."""
    found = []
    for approval in CourseApproval.objects.in_term(timezone.localdate()).select_related("course", "provider_approval"):
        edition = current_edition(approval.course)
        if edition is not None and not approval.editions.filter(pk__in=inherits_from(edition)).exists():
            found.append((approval, edition))
    return found
