"""What a board's rule makes of a course: as frozen in an edition, or as its draft stands now. Nothing is stored.

CE hours are awarded as approved (DOMAIN.md 2.4); what is computed here only warns where an approval says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Q
from wagtail.models import Page, Revision

from accreditation.models import Approval, ApprovalBody, CourseApproval
from accreditation.rules.calculator import AgendaLine, Computation, HourRule, Work, calculate
from courses.models import CourseEdition, CoursePage, Unit
from courses.services import current_edition

IN_USE = (Approval.Status.DRAFT, Approval.Status.SUBMITTED, *Approval.GIVES_CREDIT)
"""Approvals worth comparing with: those that hold, and those that are applied for."""


@dataclass(frozen=True)
class Approved:
    """What a board has approved, and whether its rule makes something else of the work."""

    approval: CourseApproval
    hours: Decimal
    differs: bool


@dataclass(frozen=True)
class BoardCount:
    """One board's count of a piece of work, beside what it has approved for the course."""

    body: ApprovalBody
    computation: Computation
    approved: list[Approved]
    verified: bool

    @property
    def differing(self) -> list[Approved]:
        """Approvals whose hours are not what the rule makes of the work."""
        return [one for one in self.approved if one.differs]


def rule_of(body: ApprovalBody) -> HourRule:
    """What an hour is for this board, as its row says."""
    return HourRule(
        minutes_per_hour=body.minutes_per_hour,
        break_minutes=body.break_minutes,
        words_per_hour=body.words_per_hour,
        counts_assignments=body.counts_assignments,
        rounding=body.rounding,
    )


def computed_hours(edition: CourseEdition, body: ApprovalBody) -> Computation:
    """What this board's rule makes of the edition as frozen."""
    return calculate(rule_of(body), work_of(edition))


def approved_hours(approval: CourseApproval) -> Decimal:
    """The sum in the board's letter; the credit lines where the letter gives none."""
    return approval.hours if approval.hours_as_approved is None else approval.hours_as_approved


def difference_of(approval: CourseApproval) -> str:
    """How the approved hours differ from the board's own rule for the newest edition; empty where they do not."""
    edition = current_edition(approval.course)
    if edition is None:
        return ""
    computation = computed_hours(edition, approval.provider_approval.body)
    compared = _compared(approval, computation)
    if not compared.differs:
        return ""
    return f"By this board's rule, edition {edition.number} comes to {computation.hours} hours, not {compared.hours}."


def work_of(edition: CourseEdition) -> Work:
    """As frozen."""
    return Work(
        words=edition.words,
        media_seconds=edition.media_seconds,
        agenda=agenda_lines(edition.agenda),
        assignment_minutes=edition.assignment_minutes,
    )


def work_of_draft(course: CoursePage) -> Work:
    """As the course would be if everything in it were published now: the latest revision of the course and its units.

    A unit that was taken down counts too, until it is deleted or moved away.
    """
    return work_of_page(latest(course)) + work_of_units(course)


def work_of_units(course: Page, *, but: Page | None = None) -> Work:
    """The words and recordings of the latest revisions below a course, one unit left aside."""
    pages = Page.objects.descendant_of(course).order_by("path")
    units = [page for page in pages.specific() if isinstance(page, Unit) and (but is None or page.pk != but.pk)]
    drafts = Revision.objects.in_bulk({page.latest_revision_id for page in units if page.has_unpublished_changes})
    total = Work()
    for page in units:
        draft = drafts.get(page.latest_revision_id)
        unit = page.with_content_json(draft.content) if draft else page
        total += work_of_unit(unit)
    return total


def work_of_unit(unit: Unit) -> Work:
    """Its words and recordings; a quiz has none."""
    return Work(words=unit.words(), media_seconds=unit.media_seconds())


def work_of_page(course: CoursePage) -> Work:
    """What stands on the course page itself: agenda and assignments."""
    agenda = agenda_lines(block.value for block in course.agenda)
    return Work(agenda=agenda, assignment_minutes=course.assignment_minutes)


def latest(course: CoursePage) -> CoursePage:
    """The course as last saved, published or not."""
    page: CoursePage = course.get_latest_revision_as_object()
    return page


def agenda_lines(rows: Iterable[Mapping[str, Any]]) -> tuple[AgendaLine, ...]:
    """Lines as a page holds them (times) or as an edition froze them ("09:00"); a line without a time is none yet."""
    return tuple(
        AgendaLine(int(row.get("day") or 1), row["kind"], _time(row["starts"]), _time(row["ends"]))
        for row in rows
        if row.get("kind") and row.get("starts") and row.get("ends")
    )


def count_for_boards(
    work: Work, *, course: CoursePage | None, on: date, trusted_months: int, only_approving: bool = False
) -> list[BoardCount]:
    """The count of every board whose hour we know anything of, and of those that approve the course: these first.

    `only_approving` leaves the others out, where any board approves it.
    """
    approvals: dict[int, list[CourseApproval]] = {}
    for approval in _approvals_of(course):
        approvals.setdefault(approval.provider_approval.body_id, []).append(approval)
    known = Q(minutes_per_hour__isnull=False) | Q(words_per_hour__isnull=False)
    wanted = Q(pk__in=approvals) if only_approving and approvals else known | Q(pk__in=approvals)
    counts = []
    for body in ApprovalBody.objects.filter(wanted, **_real()):
        computation = calculate(rule_of(body), work)
        compared = [_compared(one, computation) for one in approvals.get(body.pk, [])]
        verified = body.verified(on=on, within_months=trusted_months)
        counts.append(BoardCount(body, computation, compared, verified))
    return sorted(counts, key=lambda one: (not one.approved, not one.computation.stands))


def boards_without_figures() -> list[str]:
    """Names of boards of whose hour we know nothing."""
    unknown = ApprovalBody.objects.filter(minutes_per_hour=None, words_per_hour=None, **_real())
    return [str(body) for body in unknown]


def _compared(approval: CourseApproval, computation: Computation) -> Approved:
    hours = approved_hours(approval)
    return Approved(approval, hours, differs=computation.stands and hours != computation.hours)


def _approvals_of(course: CoursePage | None) -> list[CourseApproval]:
    if course is None:
        return []
    found = CourseApproval.objects.filter(course=course, status__in=IN_USE, **_real())
    return list(found.select_related("provider_approval__body").prefetch_related("credit_lines").order_by("pk"))


def _real() -> dict[str, bool]:
    """A real site counts by no samples."""
    return {} if settings.SAMPLES else {"is_sample": False}


def _time(value: time | str) -> time:
    return time.fromisoformat(value) if isinstance(value, str) else value
