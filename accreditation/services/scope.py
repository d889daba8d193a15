"""What a lesson's techniques need, by jurisdiction: told on the lesson, and what must stay closed is closed.

Closed is the technique card alone. Reading about a technique is lawful everywhere; doing it is what a license limits
(docs/decisions/0025).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from accreditation.models import ProfessionalLicense, TechniqueScopeRule
from accreditation.services.rules_of import is_verified, trusted_months
from courses.models import LessonPage


@dataclass(frozen=True, slots=True)
class ScopeLine:
    """One rule about one technique of a lesson. `mine`: the reader holds a license there that it is about."""

    technique: str
    jurisdiction: str
    profession: str
    requirement: str
    source_url: str
    source_as_of: str
    checked_on: date | None
    is_verified: bool
    is_sample: bool
    mine: bool
    is_open: bool
    """The reader's license holds the endorsement that the rule names."""
    closed: bool
    """The technique cards of the lesson are not shown to this reader."""


def scope_of(lesson: LessonPage, user: Any) -> list[ScopeLine]:
    """The rules about the lesson's techniques, the reader's own jurisdictions first."""
    return scope_of_techniques([one.pk for one in lesson.techniques.all()], user)


def scope_of_techniques(techniques: Sequence[int], user: Any) -> list[ScopeLine]:
    """The same where the lesson's techniques are known: most name none, and cost no query."""
    rules = list(_rules().filter(technique__in=techniques)) if techniques else []
    if not rules:
        return []
    held = _licenses_of(user)
    today, months = timezone.localdate(), trusted_months()
    lines = [_line(rule, held, today, months) for rule in rules]
    return sorted(lines, key=lambda line: not line.mine)


def _rules() -> QuerySet[TechniqueScopeRule]:
    rules = TechniqueScopeRule.objects.select_related("technique", "jurisdiction", "profession")
    return rules if settings.SAMPLES else rules.filter(is_sample=False)


def _licenses_of(user: Any) -> list[ProfessionalLicense]:
    """Also those that staff could not confirm: they close like any other, and open nothing."""
    if not user.is_authenticated:
        return []
    return list(ProfessionalLicense.objects.of(user).prefetch_related("endorsements"))


def _line(rule: TechniqueScopeRule, held: list[ProfessionalLicense], today: date, months: int) -> ScopeLine:
    about = [one for one in held if _is_about(rule, one)]
    is_open = any(_opens(rule, one, today) for one in about)
    return ScopeLine(
        technique=str(rule.technique),
        jurisdiction=str(rule.jurisdiction),
        profession=str(rule.profession or ""),
        requirement=rule.requirement,
        source_url=rule.source_url,
        source_as_of=rule.source_as_of,
        checked_on=rule.verified_on,
        is_verified=is_verified(rule, today, within_months=months),
        is_sample=rule.is_sample,
        mine=bool(about),
        is_open=is_open,
        closed=rule.effect == TechniqueScopeRule.Effect.BLOCK and bool(about) and not is_open,
    )


def _is_about(rule: TechniqueScopeRule, held: ProfessionalLicense) -> bool:
    return rule.jurisdiction_id == held.jurisdiction_id and rule.profession_id in (None, held.profession_id)


def _opens(rule: TechniqueScopeRule, held: ProfessionalLicense, today: date) -> bool:
    """An endorsement is an addition to a license, and ends with it."""
    if held.expired(today) or held.status == ProfessionalLicense.Status.REJECTED:
        return False
    return bool(rule.endorsement) and any(one.kind == rule.endorsement for one in held.endorsements.all())
