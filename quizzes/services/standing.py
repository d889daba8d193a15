"""Where a learner stands with a quiz: tries made, tries left, whether another may start, and when."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from enrollments.models import Enrollment
from quizzes.models import Accommodation, Attempt, QuizPage, QuizVersion
from quizzes.rules.standing import has_passed
from quizzes.rules.timing import Allowance, deadline, next_try_at


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
        if self.allowance.untimed or not self.settings["time_limit_minutes"]:
            return 0
        return int(
            self.settings["time_limit_minutes"] * self.allowance.time_percent // 100 + self.allowance.extra_minutes
        )

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
        minutes = self.settings["time_limit_minutes"]
        return deadline(at, minutes=minutes, allowance=self.allowance, closes_at=closing(self.settings))


def closing(settings: dict[str, Any]) -> datetime | None:
    """When the quiz closes by these terms."""
    return datetime.fromisoformat(settings["closes_at"]) if settings["closes_at"] else None


def quiz_standing(
    *, quiz: QuizPage, version: QuizVersion, enrollment: Enrollment, at: datetime, starting: bool = True
) -> QuizStanding:
    """Read once: the attempts of this enrollment and what this learner is granted.

    Once nothing is to be started any more, grants matter only where tries are counted.
    """
    attempts = list(Attempt.objects.filter(enrollment=enrollment, quiz=quiz).order_by("number"))
    terms = version.settings
    allowance = Allowance()
    if starting or terms["attempts_allowed"]:
        allowance = Accommodation.objects.allowance(learner_id=enrollment.user_id, quiz_id=quiz.pk, on=at.date())
    finished = [attempt for attempt in attempts if attempt.state in Attempt.FINISHED]
    counted = [attempt for attempt in attempts if attempt.state != Attempt.State.VOIDED]
    allowed = terms["attempts_allowed"]
    closes_at = closing(terms)
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
        closed=closes_at is not None and at >= closes_at,
    )


def _next_at(attempts: list[Attempt], cooldown_minutes: int) -> datetime | None:
    waits = [
        next_try_at(attempt.submitted_at, attempt.deadline_at, cooldown_minutes)
        for attempt in attempts
        if attempt.submitted_at
    ]
    return max(waits, default=None) if cooldown_minutes else None
