"""The course evaluation: asked once of those who have completed a course, kept without a name (decision 24).

Two rows are written together and nothing joins them: answers without a person, and that this person has answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from accreditation.models import (
    CourseApproval,
    CourseEvaluation,
    CreditAward,
    EvaluationCount,
    EvaluationGiven,
    EvaluationQuestion,
)
from accreditation.rules.evaluating import favorable
from accreditation.services.approvals import approvals_for
from accreditation.signals import evaluation_given
from enrollments.models import Enrollment


class EvaluationRefused(Exception):
    """Nothing was kept; the message says why."""


NOT_YET = "The course is not completed yet."


def questions_for(enrollment: Enrollment) -> list[EvaluationQuestion]:
    """The school's own questions, and those of the boards whose approval counts for this completion."""
    bodies = {approval.provider_approval.body_id for approval in _approvals_of(enrollment)}
    return _questions(Q(body=None) | Q(body__in=bodies))


@transaction.atomic
def give_evaluation(*, enrollment: Enrollment, answers: Mapping[int, Any], at: datetime | None = None) -> bool:
    """Keep the answers (question id -> rating or words) without a name. False: this learner has answered before.

    Somebody who declined may still answer. The counters of boards grow in the same transaction; because nothing says
    whose answers are whose, they cannot be counted anew afterwards.
    """
    if enrollment.completed_on is None:
        raise EvaluationRefused(NOT_YET)
    now = at or timezone.now()
    if not _first_answer(enrollment, timezone.localdate(now)):
        return False
    approvals = _approvals_of(enrollment)
    kept = [
        {"question": one.pk, "text": one.text, "kind": one.kind, "answer": answers[one.pk]}
        for one in questions_for(enrollment)
        if answers.get(one.pk) not in (None, "")
    ]
    CourseEvaluation.objects.create(
        course_id=enrollment.course_id,
        edition_id=enrollment.edition_id,
        month=timezone.localdate(now).replace(day=1),
        answers=kept,
    )
    for approval in approvals:
        EvaluationCount.objects.get_or_create(course_approval=approval)
        EvaluationCount.objects.filter(course_approval=approval).update(
            answered=F("answered") + 1, favorable=F("favorable") + int(favorable(kept))
        )
    evaluation_given.send(sender=Enrollment, enrollment=enrollment)
    return True


@transaction.atomic
def decline(*, enrollment: Enrollment, at: datetime | None = None) -> bool:
    """The learner chooses not to answer. False: there is an answer, or the choice was made before."""
    if enrollment.completed_on is None:
        raise EvaluationRefused(NOT_YET)
    on = timezone.localdate(at)
    _, made = EvaluationGiven.objects.get_or_create(enrollment=enrollment, defaults={"declined": True, "on": on})
    return made


def evaluation_missing(enrollment: Enrollment, approval: CourseApproval) -> bool:
    """Whether this board's certificate still waits for the evaluation; to have declined is not to have answered.

    Where there is nothing to ask, nothing is waited for.
    """
    body = approval.provider_approval.body
    if not body.evaluation_gates:
        return False
    if EvaluationGiven.objects.filter(enrollment=enrollment, declined=False).exists():
        return False
    return bool(_questions(Q(body=None) | Q(body=body)))


def boards_waiting(enrollment: Enrollment) -> list[str]:
    """Names of the boards whose certificate waits for this evaluation."""
    waiting = [one for one in _approvals_of(enrollment) if evaluation_missing(enrollment, one)]
    return sorted({str(one.provider_approval.body) for one in waiting})


def _first_answer(enrollment: Enrollment, on: date) -> bool:
    """The constraint lets one answer in; a refusal to answer is turned into one by whoever comes first."""
    _, made = EvaluationGiven.objects.get_or_create(enrollment=enrollment, defaults={"on": on})
    if made:
        return True
    taken_back = EvaluationGiven.objects.filter(enrollment=enrollment, declined=True)
    return bool(taken_back.update(declined=False, on=on))


def _approvals_of(enrollment: Enrollment) -> list[CourseApproval]:
    """Those that held for the edition on the day of completion, and those that gave credit."""
    on = enrollment.completed_on
    held = {one.pk: one for one in approvals_for(enrollment.edition, on=on)} if on else {}
    awards = CreditAward.objects.standing().filter(enrollment=enrollment)
    gave = CourseApproval.objects.filter(awards__in=awards).select_related("provider_approval__body").distinct()
    return list({**{one.pk: one for one in gave}, **held}.values())


def _questions(which: Q) -> list[EvaluationQuestion]:
    return list(EvaluationQuestion.objects.filter(which, is_active=True))
