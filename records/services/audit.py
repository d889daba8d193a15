"""What a board asks for in an audit: a course and a period, section by section (DOMAIN.md 2.7, 3).

A section is a list of rows and a way to write a batch of them as lines: a page reads one batch, a file reads one after
the other. Nothing is gathered, so a file costs the same memory for ten completions and for ten thousand.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from django.db.models import Q, QuerySet

from accreditation.models import Attendance, BoardReportRow, CourseApproval
from certificates.models import Certificate
from core.spreadsheets import Line
from courses.models import CourseEdition, CoursePage
from enrollments.models import Enrollment
from quizzes.models import Attempt

BATCH = 200
Rows = QuerySet[Any] | Sequence[Any]


@dataclass(frozen=True, slots=True)
class Audit:
    """A course, from a first to a last day of completion."""

    course: CoursePage
    first: date
    last: date

    @property
    def name(self) -> str:
        """Of files."""
        return f"audit-{self.course.slug}-{self.first}-{self.last}"

    def completions(self) -> QuerySet[Enrollment]:
        """Who completed the course in the period."""
        return Enrollment.objects.filter(course=self.course, completed_on__range=(self.first, self.last))

    def approvals(self) -> QuerySet[CourseApproval]:
        """Approvals whose term touches the period, and those that gave credit for these completions."""
        touches = Q(valid_from__lte=self.last, valid_to__gte=self.first)
        gave = Q(awards__enrollment__in=self.completions())
        found = CourseApproval.objects.filter(touches | gave, course=self.course).distinct()
        return (
            found.select_related("provider_approval__body", "document")
            .prefetch_related("credit_lines", "editions")
            .order_by("provider_approval__body__name", "valid_from", "pk")
        )

    def editions(self) -> QuerySet[CourseEdition]:
        """What these learners were sold, and what was published in the period."""
        used = Q(pk__in=self.completions().values("edition"))
        made = Q(made_at__date__range=(self.first, self.last))
        return CourseEdition.objects.filter(used | made, course=self.course).order_by("number")

    def roster(self) -> QuerySet[Enrollment]:
        """With what stands in each line."""
        return (
            self.completions()
            .select_related("user", "edition")
            .defer(*(f"edition__{name}" for name in ("outline", "objectives", "agenda", "as_sold")))
            .prefetch_related("license_claims__license__jurisdiction", "credit_awards")
            .order_by("completed_on", "pk")
        )

    def attendance(self) -> QuerySet[Attendance]:
        """Of these completions, and what was held in the period."""
        these = Q(enrollment__in=self.completions()) | Q(held_on__range=(self.first, self.last))
        found = Attendance.objects.filter(these, enrollment__course=self.course)
        return found.select_related("enrollment__user", "attested_by").order_by("held_on", "pk")

    def attempts(self) -> QuerySet[Attempt]:
        """Everything that these learners handed in, passed or not."""
        found = Attempt.objects.finished().filter(enrollment__in=self.completions())
        return found.select_related("enrollment__user", "quiz", "quiz_version").order_by("submitted_at", "pk")

    def certificates(self) -> QuerySet[Certificate]:
        """Issued for these completions, whatever became of them."""
        found = Certificate.objects.filter(enrollment__in=self.completions())
        return found.select_related("superseded_by").order_by("issued_at", "pk")

    def reports(self) -> QuerySet[BoardReportRow]:
        """What boards were told about these completions."""
        found = BoardReportRow.objects.filter(award__enrollment__in=self.completions())
        return found.select_related("report__body", "award").order_by("report__made_at", "pk")


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the audit: its rows, and how a batch of them is written."""

    code: str
    title: str
    headers: tuple[str, ...]
    rows: Callable[[Audit], Rows]
    write: Callable[[Sequence[Any]], list[Line]]

    def lines(self, audit: Audit) -> Iterator[Line]:
        """The whole section as a table, its head first; batch by batch."""
        yield list(self.headers)
        for batch in batches(self.rows(audit)):
            yield from self.write(batch)


def batches(rows: Rows) -> Iterator[list[Any]]:
    """Some at a time, each batch with what was prefetched for it."""
    each = rows.iterator(chunk_size=BATCH) if isinstance(rows, QuerySet) else iter(rows)
    while batch := list(islice(each, BATCH)):
        yield batch
