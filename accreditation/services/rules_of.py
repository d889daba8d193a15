"""Which rule holds for whom on a day, as the pure rules take it, and whether somebody has read its page lately."""

from datetime import date

from django.conf import settings
from django.db.models import F, QuerySet

from accreditation.models import CreditSettings, Jurisdiction, Profession, RenewalRule
from accreditation.models.sources import Sourced
from accreditation.rules.renewal import Bucket, Rule


def rules_in_force(on: date) -> QuerySet[RenewalRule]:
    """Rules that hold on a day, with all that is read of them; the newest of one license first; real ones on a real
    site.
    """
    found = (
        RenewalRule.objects.in_force(on)
        if settings.SAMPLES
        else RenewalRule.objects.in_force(on).filter(is_sample=False)
    )
    return (
        found.select_related("jurisdiction", "profession")
        .prefetch_related("buckets", "accepts")
        .order_by("jurisdiction__name", "profession__name", F("effective_from").desc(nulls_last=True), "pk")
    )


def rule_for(jurisdiction: Jurisdiction, profession: Profession, on: date) -> RenewalRule | None:
    """The rule of one license on a day: of those in force the one that began last."""
    return rules_in_force(on).filter(jurisdiction=jurisdiction, profession=profession).first()


def as_rule(row: RenewalRule) -> Rule:
    """The row as the pure rules read it."""
    fixed = None
    if row.cycle == RenewalRule.Cycle.FIXED_DATE and row.anchor_month and row.anchor_day:
        fixed = (row.anchor_month, row.anchor_day)
    return Rule(
        total_hours=row.total_hours,
        cycle_months=row.cycle_months,
        fixed=fixed,
        parity=row.anchor_parity,  # type: ignore[arg-type]
        first_cycle=row.first_cycle,  # type: ignore[arg-type]
        first_cycle_hours=row.first_cycle_hours,
        buckets=tuple(
            Bucket(
                name=bucket.name,
                subjects=frozenset(bucket.subjects),
                modes=frozenset(bucket.modes),
                hands_on=bucket.hands_on,
                min_hours=bucket.min_hours,
                max_hours=bucket.max_hours,
                overlaps=bucket.overlaps,
                once_only=bucket.once_only,
                in_first_cycle=bucket.in_first_cycle,
            )
            for bucket in row.buckets.all()
        ),
    )


def trusted_months() -> int:
    """How long the school trusts a reading of a board's page."""
    mine = CreditSettings.objects.filter(site__is_default_site=True).first()
    return (mine or CreditSettings()).trusted_months


def is_verified(row: Sourced, on: date, *, within_months: int | None = None) -> bool:
    """Somebody has read the live page of this row, lately enough. `within_months`: already known, for lists."""
    return row.verified(on=on, within_months=within_months or trusted_months())
