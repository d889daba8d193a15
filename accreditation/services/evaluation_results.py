"""Results of course evaluations, as far as they name nobody: groups of five answers and more (decision 24)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accreditation.models import ApprovalBody, CourseApproval, CourseEvaluation, EvaluationGiven
from accreditation.rules.evaluating import (
    AGREEMENT,
    FEWEST,
    LIKERT,
    Figures,
    Period,
    SurveyRule,
    figures,
    missing_for,
    periods,
)
from courses.models import CoursePage
from enrollments.models import Enrollment


@dataclass(frozen=True)
class Counter:
    """How many answered for one board's approval. `favorable` is None while so few answered that it would tell."""

    approval: CourseApproval
    learners: int
    answered: int
    favorable: int | None
    missing: list[str]


@dataclass(frozen=True)
class Results:
    """One course's answers in the months that were asked for. `waiting`: answers that are too few to show."""

    periods: list[Period]
    chosen: Period | None
    shown: int
    waiting: int
    figures: list[Figures]


def with_counts(courses: QuerySet[CoursePage]) -> QuerySet[CoursePage]:
    """Each course with how many completed it, how many of them answered, and how many declined."""
    completed = Enrollment.objects.filter(course=OuterRef("pk")).exclude(completed_on=None)
    given = EvaluationGiven.objects.filter(enrollment__course=OuterRef("pk"))
    return courses.annotate(
        asked=_number(completed, "course"),
        answered=_number(given.filter(declined=False), "enrollment__course"),
        declined=_number(given.filter(declined=True), "enrollment__course"),
    )


def results_of(course: CoursePage, *, first_month: date | None = None) -> Results:
    """All that may be shown, or one period of it, named by its first month."""
    evaluations = CourseEvaluation.objects.filter(course=course)
    months = evaluations.order_by().values_list("month").annotate(n=Count("pk")).values_list("month", "n")
    found, waiting = periods(dict(months))
    chosen = next((one for one in found if one.first == first_month), None)
    if not found:
        return Results([], None, 0, waiting, [])
    first, last = (chosen.first, chosen.last) if chosen else (found[0].first, found[-1].last)
    answers = evaluations.filter(month__range=(first, last)).order_by("uuid").values_list("answers", flat=True)
    kept = list(answers)
    return Results(found, chosen, len(kept), waiting, figures(kept))


def counters_of(course: CoursePage) -> list[Counter]:
    """Board by board; a provisional approval also says what it waits for (FSMTB; DOMAIN.md 2.1)."""
    approvals = CourseApproval.objects.filter(course=course).select_related(
        "provider_approval__body", "evaluation_count"
    )
    completed = Enrollment.objects.filter(course=course).exclude(completed_on=None)
    days = [day for day in completed.values_list("completed_on", flat=True) if day]
    return [_counter(approval, days) for approval in approvals.order_by("pk")]


def lines_of(course: CoursePage, results: Results) -> Iterator[list[Any]]:
    """As a table: a line for each question, then one for each text."""
    yield ["Course", "Question", "Answers", "Mean", *(word for _, word in AGREEMENT)]
    for one in results.figures:
        if one.kind == LIKERT and one.enough:
            yield [course.title, one.text, one.answered, one.mean, *one.counts]
        elif not one.enough:
            yield [course.title, one.text, f"fewer than {FEWEST}"]
    for one in results.figures:
        for text in one.texts if one.enough else ():
            yield [course.title, one.text, text]


def _counter(approval: CourseApproval, days: list[date]) -> Counter:
    count = getattr(approval, "evaluation_count", None)
    answered, favorable = (count.answered, count.favorable) if count else (0, 0)
    learners = sum(approval.valid_from <= day <= approval.valid_to for day in days)
    enough = answered >= FEWEST
    rule = _survey_of(approval.provider_approval.body) if approval.status == CourseApproval.Status.PROVISIONAL else None
    liked = favorable if enough else None
    missing = missing_for(rule, learners=learners, answered=answered, favorable_answers=liked) if rule else []
    return Counter(approval, learners, answered, favorable if enough else None, missing)


def _survey_of(body: ApprovalBody) -> SurveyRule | None:
    """What the body's row asks of its survey (FSMTB: 10%, half of them and 50 favorable); None: nothing."""
    shares, count = (body.survey_percent, body.survey_favorable_percent), body.survey_favorable_count
    if None in shares or count is None:
        return None
    share, liked = (Fraction(one or 0, 100) for one in shares)
    return SurveyRule(share=share, favorable_share=liked, favorable=count)


def _number(rows: QuerySet[Any], by: str) -> Coalesce:
    counted = rows.order_by().values(by).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)
