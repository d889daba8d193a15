"""The gradebook of a course: learners by quizzes, read in a constant number of queries for a page of any size."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from courses.models import CoursePage
from enrollments.models import Enrollment, UnitCompletion
from quizzes.models import Attempt, QuizPage, QuizVersion
from quizzes.models.quiz import LATER_TERMS
from quizzes.rules.counting import counted_percent
from quizzes.rules.standing import has_passed

PASSED, NOT_YET, GRADING = "passed", "not_yet", "grading"
STATES = {PASSED: "Passed", NOT_YET: "Not yet", GRADING: "Being graded"}
NONE, OPEN = "", "open"
WORDS = {**STATES, NONE: "No try", OPEN: "Under way"}
BATCH = 500


@dataclass(frozen=True)
class Cell:
    """One learner in one quiz: what counts, how many tries, and when the last of them was handed in."""

    state: str = NONE
    percent: int | None = None
    tries: int = 0
    at: datetime | None = None
    attempts: tuple[Attempt, ...] = ()

    @property
    def word(self) -> str:
        """The state as one says it."""
        return WORDS[self.state]


@dataclass(frozen=True)
class Row:
    """One learner."""

    enrollment: Enrollment
    required: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Gradebook:
    """A course's quizzes, with the terms by which they count."""

    course: CoursePage
    quizzes: list[QuizPage]
    terms: dict[int, dict[str, Any]] = field(default_factory=dict)

    def rows(self, enrollments: Iterable[Enrollment]) -> list[Row]:
        """These learners with their results: three queries, however many."""
        found = list(enrollments)
        tries = self._attempts(found)
        done: dict[int, set[str]] = defaultdict(set)
        keys = {quiz.unit_key for quiz in self.quizzes}
        completions = UnitCompletion.objects.filter(enrollment__in=found, unit_key__in=keys)
        for enrollment_id, key in completions.values_list("enrollment", "unit_key"):
            done[enrollment_id].add(str(key))
        required: dict[int, int] = {}
        return [
            Row(
                one,
                required.setdefault(one.edition_id, len(one.edition.required_keys())),
                tuple(
                    self._cell(quiz, tries[one.pk, quiz.pk], completed=str(quiz.unit_key) in done[one.pk])
                    for quiz in self.quizzes
                ),
            )
            for one in found
        ]

    def in_batches(self, enrollments: QuerySet[Enrollment]) -> Iterator[Row]:
        """All of them, for a file."""
        ids = list(enrollments.values_list("pk", flat=True))
        for start in range(0, len(ids), BATCH):
            batch = enrollments.filter(pk__in=ids[start : start + BATCH])
            yield from self.rows(batch)

    def _attempts(self, enrollments: list[Enrollment]) -> dict[tuple[int, int], list[Attempt]]:
        found: dict[tuple[int, int], list[Attempt]] = defaultdict(list)
        attempts = Attempt.objects.filter(enrollment__in=enrollments, quiz__in=[quiz.pk for quiz in self.quizzes])
        for attempt in attempts.exclude(state=Attempt.State.VOIDED).defer("seed", "accommodation").order_by("number"):
            found[attempt.enrollment_id, attempt.quiz_id].append(attempt)
        return found

    def _cell(self, quiz: QuizPage, attempts: list[Attempt], *, completed: bool) -> Cell:
        terms = self.terms[quiz.pk]
        finished = [attempt for attempt in attempts if attempt.state in Attempt.FINISHED]
        graded = [attempt.as_try for attempt in finished if attempt.state == Attempt.State.GRADED]
        passed = completed or has_passed(graded, method=terms["method"], pass_mark=terms["pass_mark"])
        if passed:
            state = PASSED
        elif len(graded) < len(finished):
            state = GRADING
        elif finished:
            state = NOT_YET
        else:
            state = OPEN if any(attempt.is_open for attempt in attempts) else NONE
        return Cell(
            state=state,
            percent=counted_percent(graded, method=terms["method"]),
            tries=len(attempts),
            at=max((attempt.submitted_at for attempt in finished if attempt.submitted_at), default=None),
            attempts=tuple(attempts),
        )


def gradebook_of(course: CoursePage, *, quizzes: list[QuizPage]) -> Gradebook:
    """These quizzes of a course, each with the terms by which it counts now."""
    newest: dict[int, dict[str, Any]] = {}
    for quiz_id, settings in (
        QuizVersion.objects.filter(quiz__in=[quiz.pk for quiz in quizzes])
        .order_by("quiz", "number")
        .values_list("quiz", "settings")
    ):
        newest[quiz_id] = {**LATER_TERMS, **settings}
    return Gradebook(course, quizzes, {quiz.pk: newest.get(quiz.pk) or quiz.frozen_settings() for quiz in quizzes})


def quizzes_of(course: CoursePage) -> list[QuizPage]:
    """The quizzes of a course in the order of its outline: live ones, and those that somebody has taken."""
    taken = Attempt.objects.filter(quiz=OuterRef("pk"))
    below = QuizPage.objects.descendant_of(course).annotate(taken=Exists(taken))
    return list(below.filter(Q(live=True) | Q(taken=True)).order_by("path"))


def learners(course: CoursePage, quizzes: list[QuizPage], *, search: str = "", state: str = "") -> QuerySet[Enrollment]:
    """Who is in a course, by name; narrowed to those whose name or address holds this, and to one state.

    Passed: in every one of these quizzes. Being graded: something of theirs waits for a person. Not yet: neither.
    """
    found = Enrollment.objects.filter(course=course, closed_at=None).select_related("user", "edition")
    if search:
        found = found.filter(Q(user__legal_name__icontains=search) | Q(user__email__icontains=search))
    if state in STATES:
        ids = [quiz.pk for quiz in quizzes]
        keys = [quiz.unit_key for quiz in quizzes]
        waiting = Attempt.objects.filter(enrollment=OuterRef("pk"), quiz__in=ids, state=Attempt.State.AWAITING_HUMAN)
        completed = Count("completions", filter=Q(completions__unit_key__in=keys))
        found = found.annotate(waits=Exists(waiting), quizzes_done=completed)
        everything = Q(quizzes_done__gte=max(1, len(keys)))
        found = found.filter(
            {PASSED: everything, GRADING: Q(waits=True) & ~everything, NOT_YET: ~everything & Q(waits=False)}[state]
        )
    return found.order_by("user__legal_name", "user__email", "pk")
