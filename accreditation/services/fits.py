"""Whether a license's board takes the word of the bodies that approved a course, by the renewal rule that we have."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from django.utils import timezone

from accreditation.models import CourseApproval, LicenseClaim, ProfessionalLicense, RenewalRule
from accreditation.services.rules_of import is_verified, rules_in_force, trusted_months
from enrollments.models import Enrollment

Fit = Literal["accepted", "unknown", "not_listed"]
ORDER: tuple[Fit, ...] = ("accepted", "unknown", "not_listed")


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a learner's licenses beside a course: how it fits, who says so, and whether credit is claimed for it."""

    license: ProfessionalLicense
    fit: Fit
    verified: bool
    claimed: bool

    @property
    def expired(self) -> bool:
        """Its last day is over."""
        return self.license.expired()


def choices_among(enrollment: Enrollment, approvals: Iterable[CourseApproval]) -> list[Choice]:
    """The learner's licenses, those first whose board lists a body that approved the course."""
    today, bodies = timezone.localdate(), {one.provider_approval.body_id for one in approvals}
    claimed = set(LicenseClaim.objects.filter(enrollment=enrollment).values_list("license_id", flat=True))
    rows = ProfessionalLicense.objects.usable().filter(user=enrollment.user_id)
    licenses = list(rows.select_related("jurisdiction", "profession"))
    rules, months = rules_among(licenses), trusted_months()
    found = []
    for one in licenses:
        rule = rules.get(one.pk)
        fits = {_fit(rule, body) for body in bodies} or {"unknown"}
        verified = rule is not None and is_verified(rule, today, within_months=months)
        found.append(Choice(one, min(fits, key=ORDER.index), verified, one.pk in claimed))
    return sorted(found, key=lambda one: ORDER.index(one.fit))


def pairs_of(
    licenses: Sequence[ProfessionalLicense], approvals: Sequence[CourseApproval]
) -> list[tuple[ProfessionalLicense, CourseApproval]]:
    """Which approval's credit can be given on which license.

    A body that asks for a license number reports to its own register: a license of a place whose rule lists other
    bodies only is not in there. Where no rule says so, the learner's word stands.
    """
    rules = rules_among(licenses)
    return [
        (license, one)
        for license in licenses
        for one in approvals
        if not one.provider_approval.body.requires_license_number
        or _fit(rules.get(license.pk), one.provider_approval.body_id) != "not_listed"
    ]


def why_none(license: ProfessionalLicense, approvals: Sequence[CourseApproval]) -> str:
    """No approval's credit can be given on this license."""
    bodies = " and ".join(dict.fromkeys(str(one.provider_approval.body) for one in approvals))
    return (
        f"By the rule that we have, {license.jurisdiction} does not list {bodies}, so a license from there gets no "
        "credit for this course. Choose another license, or ask your board."
    )


def rules_among(licenses: Iterable[ProfessionalLicense]) -> dict[int, RenewalRule]:
    """The renewal rule of today of each license that has one: the newest of its place and profession."""
    places = {one.jurisdiction_id for one in licenses}
    rules: dict[tuple[int, int], RenewalRule] = {}
    for rule in rules_in_force(timezone.localdate()).filter(jurisdiction__in=places):
        rules.setdefault((rule.jurisdiction_id, rule.profession_id), rule)
    found = ((one.pk, rules.get((one.jurisdiction_id, one.profession_id))) for one in licenses)
    return {pk: rule for pk, rule in found if rule}


def _fit(rule: RenewalRule | None, body_id: int) -> Fit:
    if rule is None or rule.acceptance != RenewalRule.Acceptance.LISTED:
        return "unknown"
    return "accepted" if body_id in {body.pk for body in rule.accepts.all()} else "not_listed"
