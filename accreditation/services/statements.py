"""The sentences with which boards let a course be announced: from their rows, filled in from approvals that hold.

Nothing is kept: an approval that lapses takes its sentence from every page at once (DOMAIN.md 2.6, 7).
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from django.conf import settings
from django.utils.translation import get_language

from accreditation.models import Approval, CourseApproval, CreditStatement


class Announced(NamedTuple):
    """What a page may say about one approval today."""

    approval: CourseApproval
    hours: str
    """As the body wants them printed."""
    statement: str
    pending: bool
    sample: bool
    last: date


def statement_for(approval: CourseApproval, *, on: date) -> str:
    """The sentence that may stand on a page on this day; empty: none may."""
    return statements_of([approval], on=on).get(approval.pk, "")


def statements_of(approvals: Iterable[CourseApproval], *, on: date) -> dict[int, str]:
    """The same for many, by approval, in one query; those about which nothing may be said are left out."""
    uses = {one: use for one in approvals if (use := _use(one, on))}
    rows = _rows({one.provider_approval.body_id for one in uses})
    found = {one.pk: _statement(one, use, rows) for one, use in uses.items()}
    return {pk: text for pk, text in found.items() if text}


def announced(approvals: Sequence[CourseApproval], *, on: date) -> list[Announced]:
    """Approvals with their sentences, those that hold first; those about which nothing may be said are left out."""
    statements = statements_of(approvals, on=on)
    said = [
        Announced(
            approval=one,
            hours=hours_of(one),
            statement=statements[one.pk],
            pending=one.status not in Approval.GIVES_CREDIT,
            sample=is_sample(one),
            last=min(one.valid_to, one.provider_approval.valid_to),
        )
        for one in approvals
        if one.pk in statements
    ]
    return sorted(said, key=lambda one: one.pending)


def is_sample(approval: CourseApproval) -> bool:
    """It, the school's approval or the board is an example."""
    provider = approval.provider_approval
    return approval.is_sample or provider.is_sample or provider.body.is_sample


def _use(approval: CourseApproval, on: date) -> str:
    """Announced while both approvals hold; a body may allow a sentence while a course is applied for."""
    if is_sample(approval) and not settings.SAMPLES:
        return ""
    if not approval.provider_approval.holds_on(on):
        return ""
    if approval.holds_on(on):
        return CreditStatement.Use.ACTIVE
    return CreditStatement.Use.PENDING if approval.status == Approval.Status.SUBMITTED else ""


def _rows(bodies: set[int]) -> dict[tuple[int, str, str], CreditStatement]:
    found = CreditStatement.objects.filter(body__in=bodies) if bodies else ()
    return {(row.body_id, row.use, row.language): row for row in found}


def _statement(approval: CourseApproval, use: str, rows: dict[tuple[int, str, str], CreditStatement]) -> str:
    """In the reader's language, else in English, else plainly; of what is only applied for the board must allow it."""
    provider = approval.provider_approval
    own = rows.get((provider.body_id, use, get_language() or "en")) or rows.get((provider.body_id, use, "en"))
    if own:
        return own.filled(approval)
    if use == CreditStatement.Use.PENDING:
        return ""
    numbers = f"Course no. {approval.number}, provider no. {provider.number}."
    return f"Approved by {provider.body} for {hours_of(approval)}. {numbers}"


def hours_of(approval: CourseApproval) -> str:
    """6 CE hours: as the body wants them printed."""
    return f"{approval.hours.normalize():f} {approval.provider_approval.body.hour_label}"
