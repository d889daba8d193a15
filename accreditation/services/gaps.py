"""Which of our own courses would fill what a license's renewal still asks for."""

from datetime import date

from accreditation.models import CourseApproval, CreditLine, RenewalRule
from accreditation.rules.renewal import Credit, Part
from accreditation.services.approvals import why_no_credit
from accreditation.services.standing import Standing, missing_parts

MOST_OFFERED = 6


def courses_that_fill(standing: Standing) -> list[tuple[CourseApproval, list[str]]]:
    """Our own courses with credit today that would fill something that is missing, and what of it."""
    if standing.filled is None or standing.rule is None or standing.is_done or standing.days_left is None:
        return []
    gaps = missing_parts(standing.filled)
    listed = standing.rule.acceptance == RenewalRule.Acceptance.LISTED
    accepted = {body.pk for body in standing.rule.accepts.all()}
    known = {one.award.course_approval.course_id for one in standing.earned if one.award}
    approvals = (
        CourseApproval.objects.in_term(standing.today)
        .filter(course__live=True)
        .exclude(course__in=known)
        .select_related("course", "provider_approval__body")
        .prefetch_related("credit_lines")
        .order_by("course__title", "pk")
    )
    offers: list[tuple[CourseApproval, list[str]]] = []
    for approval in approvals:
        if approval.course_id in known or (listed and approval.provider_approval.body_id not in accepted):
            continue
        fills = [
            part.name for part in gaps if any(_fits(part, line, standing.today) for line in approval.credit_lines.all())
        ]
        if fills and not why_no_credit(approval):
            offers.append((approval, fills))
            known.add(approval.course_id)
        if len(offers) == MOST_OFFERED:
            break
    return offers


def _fits(part: Part, line: CreditLine, today: date) -> bool:
    """A line of this approval would count toward that part."""
    credit = Credit(line.hours, line.subject, line.mode, line.hands_on, today)
    return part.bucket is None or part.bucket.fits(credit)
