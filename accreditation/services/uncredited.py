"""Completed, and no credit: what the sweep tries again, and what staff and learner read about it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.formats import date_format

from accreditation.models import (
    Approval,
    Attendance,
    ClaimAnswer,
    CourseApproval,
    CreditAward,
    CreditLine,
    LicenseClaim,
)
from accreditation.rules.vocabulary import LIVE_MODES
from accreditation.services.awards import award_missing_of, given_before
from accreditation.services.claims import creditable
from accreditation.services.linting import award_problems
from enrollments.models import AccessHold, Enrollment

TRIED = 50
"""Completions looked at in one sweep."""
Status = CreditAward.Status
NOT_YET = (Approval.Status.DRAFT, Approval.Status.SUBMITTED)


TO_LEARNERS = {
    "approval": "Its approval did not hold on the day on which you completed the course.",
    "provider": "The school's approval did not hold on the day on which you completed the course.",
    "attendance": "Your attendance at all of it is not on record.",
}
AT_THE_SCHOOL = "Not yet: the school has to put something right first, and then it comes by itself."


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one approval gave nothing: as staff read it, and as the learner does."""

    approval: CourseApproval
    text: str
    to_learner: str = ""
    waits_for_license: bool = False

    @property
    def own(self) -> str:
        """For the learner; what is the same for both is said once."""
        return self.to_learner or self.text


@dataclass(frozen=True, slots=True)
class Uncredited:
    """One completion for which an approval has not given credit, with the reason of each."""

    enrollment: Enrollment
    reasons: list[Reason] = field(default_factory=list)

    @property
    def waits_for_license(self) -> bool:
        """The learner can say for which one."""
        return any(one.waits_for_license for one in self.reasons)


def award_missing(*, limit: int = TRIED) -> int:
    """Awards for completions that had none when they were completed: an approval entered later, an attendance attested.

    A sample by lot, so that those that a person has to mend first do not keep the others waiting. `sweep` calls it.
    """
    held = AccessHold.objects.open().filter(enrollment=OuterRef("pk"))
    lacking = without_award(_open_to_award()).exclude(Exists(held)).order_by("?")[:limit]
    return sum(award_missing_of(enrollment=enrollment) for enrollment in lacking)


def without_award(approvals: QuerySet[CourseApproval]) -> QuerySet[Enrollment]:
    """Completions for which one of these approvals, of the same course, has given nothing.

    Whatever was awarded to the same completion counts, void or not; of the same person's others what stands.
    """
    given = CreditAward.objects.filter(course_approval=OuterRef("pk"), user=OuterRef(OuterRef("user"))).filter(
        Q(enrollment=OuterRef(OuterRef("pk"))) | Q(status=Status.EARNED)
    )
    lacking = approvals.filter(~Exists(given), course=OuterRef("course"))
    return Enrollment.objects.filter(Exists(lacking), completed_on__isnull=False)


def in_term_then() -> QuerySet[CourseApproval]:
    """For a subquery below an enrollment: approvals that held on the day of its completion."""
    return CourseApproval.objects.in_term(cast("Any", OuterRef("completed_on")))


def meant_for_then() -> QuerySet[CourseApproval]:
    """For a subquery below an enrollment: approvals of which one expects credit for that day, whatever came of them."""
    day = OuterRef("completed_on")
    return CourseApproval.objects.filter(valid_from__lte=day, valid_to__gte=day).exclude(status__in=NOT_YET)


def _open_to_award() -> QuerySet[CourseApproval]:
    """Without those that wait for the learner's license or for the attendance of what is taught live."""
    claimed = LicenseClaim.objects.filter(course_approval=OuterRef("pk"), enrollment=OuterRef(OuterRef("pk")))
    live = CreditLine.objects.filter(approval=OuterRef("pk"), mode__in=LIVE_MODES)
    attended = Attendance.objects.filter(enrollment=OuterRef(OuterRef("pk")))
    return in_term_then().filter(
        Q(provider_approval__body__requires_license_number=False) | Exists(claimed), ~Exists(live) | Exists(attended)
    )


def reasons_of(enrollments: Sequence[Enrollment]) -> list[Uncredited]:
    """Why each of them has no credit, approval by approval; for a page of them."""
    courses = {one.course_id for one in enrollments}
    approvals: dict[int, list[CourseApproval]] = {}
    for approval in (
        CourseApproval.objects.filter(course__in=courses)
        .exclude(status__in=NOT_YET)
        .select_related("provider_approval__body")
        .prefetch_related("credit_lines")
    ):
        approvals.setdefault(approval.course_id, []).append(approval)
    standing = set(
        CreditAward.objects.standing()
        .filter(enrollment__in=enrollments)
        .values_list("enrollment_id", "course_approval_id")
    )
    return [
        Uncredited(
            one,
            [
                why
                for approval in approvals.get(one.course_id, [])
                if (one.pk, approval.pk) not in standing and _in_its_term(one, approval)
                if (why := why_none(one, approval))
            ],
        )
        for one in enrollments
    ]


def _in_its_term(enrollment: Enrollment, approval: CourseApproval) -> bool:
    day = enrollment.completed_on
    return day is not None and approval.valid_from <= day <= approval.valid_to


def why_none(enrollment: Enrollment, approval: CourseApproval) -> Reason | None:
    """Why this approval gave nothing for this completion; None where nothing stands in the way."""
    earlier = given_before(enrollment, approval)
    if earlier is not None:
        day = date_format(earlier.completed_on, "F j, Y")
        return Reason(approval, f"Credit was given for completing it on {day}: hours count once.")
    ended = CreditAward.objects.filter(enrollment=enrollment, course_approval=approval, status=Status.VOID).first()
    if ended is not None:
        return Reason(approval, f"Made void: {ended.ended_reason}")
    hold = AccessHold.objects.open().filter(enrollment=enrollment).first()
    if hold is not None:
        return Reason(approval, f"Waits, as the certificate does: {hold.get_reason_display()}.")
    problems = [one for one in award_problems(enrollment=enrollment, approval=approval) if one.by == "staff"]
    if problems:
        words = dict.fromkeys(TO_LEARNERS.get(one.code, AT_THE_SCHOOL) for one in problems)
        return Reason(approval, " ".join(one.text for one in problems), " ".join(words))
    if approval in creditable(enrollment, on=enrollment.completed_on or enrollment.enrolled_at.date()):
        return None
    if ClaimAnswer.objects.filter(enrollment=enrollment, answer=ClaimAnswer.Answer.NONE).exists():
        return Reason(approval, "The learner wants no credit on a license.", "You chose no credit on a license.")
    asks = "It waits for your license number: say for which license you want the credit."
    return Reason(approval, "Waits for the learner: no license is named yet.", asks, waits_for_license=True)
