"""Where a learner stands with a quiz: tries made, tries left, whether another may start, and when."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from enrollments.models import Enrollment
from quizzes.models import Accommodation, Attempt, QuizPage, QuizVersion
from quizzes.rules.review import AFTER_CLOSE, AFTER_ITEM, AFTER_PASS_OR_LAST, AFTER_SUBMIT
from quizzes.rules.standing import has_passed
from quizzes.rules.timing import Allowance, closing, deadline, extra_time, next_try_at


@dataclass(frozen=True)
class QuizStanding:
    """The terms as they are for this learner, the attempts so far, and what may happen next."""

    settings: dict[str, Any]
    question_count: int
    allowance: Allowance
    attempts: list[Attempt]
    passed: bool
    tries_left: int | None
    next_at: datetime | None
    closes_at: datetime | None
    closed: bool

    @property
    def open_attempt(self) -> Attempt | None:
        """The one attempt under way."""
        return next((attempt for attempt in self.attempts if attempt.is_open), None)

    @property
    def finished(self) -> list[Attempt]:
        """What counts towards passing, oldest first."""
        return [attempt for attempt in self.attempts if attempt.state in Attempt.FINISHED]

    @property
    def minutes(self) -> int:
        """The learner's own time limit; 0 for none."""
        limit = self.settings["time_limit_minutes"]
        if self.allowance.untimed or not limit:
            return 0
        return int(limit + extra_time(limit, self.allowance).total_seconds() // 60)

    def may_start(self, at: datetime) -> bool:
        """Whether a new attempt may begin now."""
        return (
            not self.closed
            and self.tries_left != 0
            and (self.next_at is None or self.next_at <= at)
            and self.open_attempt is None
        )

    def deadline(self, at: datetime) -> datetime | None:
        """When an attempt that begins now would end."""
        return deadline_for(self.settings, self.allowance, at)


def moments(standing: QuizStanding) -> list[str]:
    """The moments that have come for somebody who has handed in."""
    reached = [AFTER_ITEM, AFTER_SUBMIT]
    if standing.passed or (standing.tries_left == 0 and standing.open_attempt is None):
        reached.append(AFTER_PASS_OR_LAST)
    if standing.closed and standing.open_attempt is None:  # untimed, or opened again: it goes on after the closing
        reached.append(AFTER_CLOSE)
    return reached


def deadline_for(terms: dict[str, Any], allowance: Allowance, start: datetime) -> datetime | None:
    """When an attempt under these terms ends for somebody who is granted this."""
    return deadline(start, minutes=terms["time_limit_minutes"], allowance=allowance, closes_at=closes(terms))


def closes(terms: dict[str, Any]) -> datetime | None:
    """When the quiz closes by these terms, for everybody without a grant."""
    return datetime.fromisoformat(terms["closes_at"]) if terms["closes_at"] else None


def quiz_standing(
    *, quiz: QuizPage, version: QuizVersion, enrollment: Enrollment, at: datetime, starting: bool = True
) -> QuizStanding:
    """Read once: the attempts of this enrollment and what this learner is granted.

    Once nothing is to be started any more, grants matter only where tries are counted.
    """
    attempts = list(Attempt.objects.filter(enrollment=enrollment, quiz=quiz).order_by("number"))
    terms = version.terms
    allowance = Allowance()
    if starting or terms["attempts_allowed"] or terms["closes_at"]:
        allowance = Accommodation.objects.allowance(learner_id=enrollment.user_id, quiz_id=quiz.pk, on=at.date())
    finished = [attempt for attempt in attempts if attempt.state in Attempt.FINISHED]
    counted = [attempt for attempt in attempts if attempt.state != Attempt.State.VOIDED]
    allowed = terms["attempts_allowed"]
    closes_at = closing(closes(terms), minutes=terms["time_limit_minutes"], allowance=allowance)
    return QuizStanding(
        settings=terms,
        question_count=version.question_count,
        allowance=allowance,
        attempts=attempts,
        passed=has_passed(
            [attempt.as_try for attempt in finished], method=terms["method"], pass_mark=terms["pass_mark"]
        ),
        tries_left=max(0, allowed + allowance.extra_attempts - len(counted)) if allowed else None,
        next_at=_next_at(counted, terms["cooldown_minutes"]),
        closes_at=closes_at,
        closed=closes_at is not None and at >= closes_at,
    )


def _next_at(attempts: list[Attempt], cooldown_minutes: int) -> datetime | None:
    """The wait counts from handing in; for a try that was abandoned, from the end of its time."""
    ends = [(attempt.submitted_at or attempt.deadline_at, attempt) for attempt in attempts if not attempt.is_open]
    waits = [next_try_at(end, attempt.deadline_at, cooldown_minutes) for end, attempt in ends if end]
    return max(waits, default=None) if cooldown_minutes else None
