"""Missed safety questions come back: scheduled when a paper is marked, answered one by one, told by mail.

A safety question has a critical key or a tag that begins with safety/. What a person must read does not come back.

It is no exam, so one hears at once whether it was right. The explanation and the right answer are shown only where the
review of every quiz in which the learner has met the question would show them now: while another try may depend on it,
there is the topic and the lesson. While an attempt with the question is open, it is not asked.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from enrollments.models import Enrollment
from notifications.models import Mail
from notifications.services import record_mail
from quizzes import grading
from quizzes.models import Attempt, AttemptItem, Question, QuestionVersion, QuizPage, SafetyAnswer, SafetyReturn
from quizzes.models.safety import SafetyReturnQuerySet
from quizzes.questions import question_type
from quizzes.questions.base import CORRECT, NEEDS_HUMAN, AnswerError, Json
from quizzes.questions.freezing import in_language
from quizzes.rules.review import ASPECTS, shown
from quizzes.rules.spacing import after_answer, first_due
from quizzes.services.checking import BY_PEOPLE
from quizzes.services.grades import VOID
from quizzes.services.standing import moments, quiz_standing

TAG = "safety/"
A_DAY = timedelta(days=1)
MAIL = "safety-due"


class SafetyRefused(Exception):
    """The answer cannot be taken; the message says why."""


class SafetyUnfinished(Exception):
    """A conversation goes on: the answer so far is to be shown with its next step. Nothing is stored of it."""

    def __init__(self, answer: Json) -> None:
        super().__init__("The conversation goes on: choose your next reply.")
        self.answer = answer


def with_safety_tag(items: Any) -> Any:
    """Each item of a paper with whether its question has a tag of safety, in the query that reads the paper."""
    tags = Question.tags.through.objects.filter(question=OuterRef("version__question"), tag__slug__startswith=TAG)
    return items.annotate(safety_tag=Exists(tags))


def schedule_safety_returns(*, attempt: Attempt, items: list[Any], at: datetime) -> None:
    """Let the safety questions that were missed come back; `items` have their tags, versions and keys loaded.

    Missing one again begins anew. The constraint admits one open return per question, so doing it twice is once.
    """
    missed = {
        item.version.question_id: item
        for item in items
        if item.grade_state not in (CORRECT, NEEDS_HUMAN, VOID) and item.version.kind != BY_PEOPLE
    }
    chosen = {pk for pk, item in missed.items() if item.safety_tag or item.version.key.get("critical")}
    if not chosen:
        return
    missed_at = attempt.submitted_at or at
    due = {"missed_at": missed_at, "due_at": first_due(missed_at)}
    mine = SafetyReturn.objects.open().filter(enrollment=attempt.enrollment_id, question__in=chosen)
    mine.filter(missed_at__lt=missed_at).update(stage=0, **due)
    SafetyReturn.objects.bulk_create(
        [SafetyReturn(enrollment_id=attempt.enrollment_id, question_id=pk, **due) for pk in sorted(chosen)],
        ignore_conflicts=True,
    )


def returns_of(user: Any, at: datetime | None = None) -> SafetyReturnQuerySet:
    """What this person still has before them, where the course is open to them and no open attempt asks the same."""
    now = at or timezone.now()
    asked_now = AttemptItem.objects.filter(
        version__question=OuterRef("question"), attempt__enrollment__user=user, attempt__state__in=Attempt.OPEN
    )
    mine = Enrollment.objects.active(now).filter(user=user)
    return SafetyReturn.objects.open().filter(~Exists(asked_now), enrollment__in=mine, question__live=True)


def with_topics(returns: SafetyReturnQuerySet) -> SafetyReturnQuerySet:
    """Each with the topic of its question, which gives nothing away, and its course."""
    newest = QuestionVersion.objects.filter(question=OuterRef("question")).order_by("-number")
    return returns.annotate(topic=Subquery(newest.values("topic")[:1])).select_related("enrollment__course")


def version_to_ask(question_id: int) -> QuestionVersion:
    """The question as it is asked now."""
    return QuestionVersion.objects.filter(question=question_id).order_by("-number")[0]


def story_of(safety_return: SafetyReturn) -> list[AttemptItem]:
    """The case that the question was part of when the learner last met it: without it nobody can answer."""
    met = AttemptItem.objects.filter(
        attempt__enrollment=safety_return.enrollment_id, version__question=safety_return.question_id
    ).order_by("-attempt__started_at")
    last = met.first()
    if last is None or not last.case_group:
        return []
    before = AttemptItem.objects.filter(
        attempt=last.attempt_id, case_group=last.case_group, position__lt=last.position
    ).order_by("position")
    texts = before.select_related("version").defer("version__key")
    return [item for item in texts if not question_type(item.version.kind).asks]


@transaction.atomic
def answer_safety_return(
    *, safety_return: SafetyReturn, user: User, fields: Mapping[str, Sequence[str]], at: datetime | None = None
) -> SafetyAnswer:
    """Mark one answer and move the question on, or back to the beginning. It counts for no score.

    The row is changed by compare-and-swap, so sending it twice is one answer.
    """
    now = at or timezone.now()
    if not returns_of(user, now).due(now).filter(pk=safety_return.pk).exists():
        raise SafetyRefused("This question is not to be answered now.")
    version = version_to_ask(safety_return.question_id)
    public, kept = in_language(version.public, settings.LANGUAGE_CODE), question_type(version.kind)
    try:
        answer = kept.clean(public, kept.answer_from_form(fields))
    except AnswerError as refusal:
        raise SafetyRefused(str(refusal)) from refusal
    if answer is None:
        raise SafetyRefused("Choose or write an answer first.")
    if kept.shown(public, answer, ()).get("waiting"):
        raise SafetyUnfinished(answer)
    right = grading.grade(version.kind, public, version.key, answer, None).state == CORRECT
    stage, due_at = after_answer(safety_return.stage, now, right=right)
    as_it_was = SafetyReturn.objects.open().filter(
        pk=safety_return.pk, stage=safety_return.stage, due_at=safety_return.due_at
    )
    changes: dict[str, Any] = {"due_at": due_at} if due_at else {"done_at": now}
    if not as_it_was.update(stage=stage, **changes):
        raise SafetyRefused("This question has been answered in another window.")
    return SafetyAnswer.objects.create(
        safety_return=safety_return, version=version, stage=safety_return.stage, answer=answer, right=right, at=now
    )


def may_be_explained(*, safety_return: SafetyReturn, at: datetime | None = None) -> frozenset[str]:
    """What the reviews of all quizzes in which this learner met the question show now, in whichever course."""
    now = at or timezone.now()
    still = Enrollment.objects.filter(user=safety_return.enrollment.user_id, closed_at=None)  # a try may still begin
    met = Attempt.objects.filter(
        Q(enrollment__in=still) | Q(enrollment=safety_return.enrollment_id),
        items__version__question=safety_return.question_id,
    )
    places = set(met.order_by().values_list("quiz", "enrollment"))
    quizzes = QuizPage.objects.in_bulk({quiz for quiz, _ in places})
    enrollments = Enrollment.objects.in_bulk({enrollment for _, enrollment in places})
    found = frozenset(ASPECTS)
    for place, studied in sorted(places):
        quiz, enrollment = quizzes[place], enrollments[studied]
        version = quiz.versions.order_by("-number").first()
        if version is None:
            continue
        standing = quiz_standing(quiz=quiz, version=version, enrollment=enrollment, at=now, starting=False)
        found &= shown(version.terms["review_policy"], moments(standing))
    return found


def remind_of_safety(*, limit: int = 500, at: datetime | None = None) -> int:
    """Write to those for whom a question became due since we last wrote, at most once a day; for `sweep`."""
    now = at or timezone.now()
    last = (
        Mail.objects.filter(user=OuterRef("enrollment__user"), key__startswith=f"{MAIL}-")
        .order_by("-created_at")
        .values("created_at")[:1]
    )
    due = (
        SafetyReturn.objects.due(now)
        .filter(enrollment__in=Enrollment.objects.active(now), question__live=True)
        .order_by()
        .values("enrollment__user")
        .annotate(newest=Max("due_at"), told_at=Subquery(last))
    )
    waiting = [
        row["enrollment__user"]
        for row in due
        if row["told_at"] is None or (row["newest"] > row["told_at"] and row["told_at"] <= now - A_DAY)
    ]
    for user in User.objects.filter(pk__in=waiting[:limit], is_active=True):
        _remind(user, now)
    return len(waiting[:limit])


def _remind(user: User, now: datetime) -> None:
    with transaction.atomic():
        count = returns_of(user, now).due(now).count()
        if not count:
            return
        record_mail(
            key=f"{MAIL}-{user.pk}-{now.astimezone(user.zone).date().isoformat()}",
            user=user,
            template="safety_due",
            context={
                "count": count,
                "button_url": settings.SITE_URL + reverse("safety_returns"),
                "button_label": "Look at them again" if count > 1 else "Look at it again",
            },
        )
