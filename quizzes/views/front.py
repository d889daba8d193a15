"""What a quiz's front page says before the start: the terms as they are for this learner, and what can be done now."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from core.access import can
from enrollments.standing import course_id_above, standing_of
from quizzes import grading
from quizzes.models import Attempt, Question, QuizPage, QuizVersion
from quizzes.models.quiz import PRACTICE
from quizzes.rules.review import SCORE, shown
from quizzes.rules.words import minutes_in_words, moment_in_words
from quizzes.services import QuizStanding, quiz_standing, settle
from quizzes.services.answers import asks_certainty
from quizzes.services.checking import BY_PEOPLE, shown_per_item
from quizzes.services.held import note_seen
from quizzes.services.standing import moments

PRACTICE_WORDS = (
    "This is practice, for learning. Handing it in completes it, whatever the score. "
    "It does not count for a certificate."
)


@dataclass(frozen=True)
class Front:
    """The terms in words, and what this learner can do now."""

    facts: list[tuple[str, str]]
    notices: list[tuple[str, str]]
    standing: QuizStanding | None
    practice: bool
    done: bool
    may_start: bool
    waiting: str
    attempts: list[dict[str, Any]]
    honor_statement: str


def front_of(user: Any, page: QuizPage, *, preview: bool) -> Front:
    """Read once. An attempt whose time is over is settled first."""
    now = timezone.now()
    version = _version(page, preview=preview)
    standing = _standing(user, page, version, now)
    terms = version.terms
    practice = terms["mode"] == PRACTICE
    return Front(
        facts=_facts(page, version, standing, user, now),
        notices=[("note", PRACTICE_WORDS)] if practice else [],
        standing=standing,
        practice=practice,
        done=standing is not None and (bool(standing.finished) if practice else standing.passed),
        may_start=standing is not None and standing.may_start(now) and can(user, "attempt", page),
        waiting=_waiting(standing, user, now),
        attempts=_rows(standing, now) if standing else [],
        honor_statement=terms["honor_statement"],
    )


def _version(page: QuizPage, *, preview: bool) -> QuizVersion:
    """What learners get now; in a preview, what publishing would make."""
    published = None if preview or page.pk is None else page.versions.order_by("-number").first()
    return published or QuizVersion(settings=page.frozen_settings(), slots=page.frozen_slots())


def _standing(user: Any, page: QuizPage, version: QuizVersion, now: datetime) -> QuizStanding | None:
    course_id = course_id_above(page) if page.pk else None
    enrollment = standing_of(user, course_id).enrollment if course_id else None
    if enrollment is None or version.pk is None:
        return None
    standing = quiz_standing(quiz=page, version=version, enrollment=enrollment, at=now)
    if standing.open_attempt and not settle(attempt=standing.open_attempt, at=now).is_open:
        return quiz_standing(quiz=page, version=version, enrollment=enrollment, at=now)
    return standing


def _facts(
    page: QuizPage, version: QuizVersion, standing: QuizStanding | None, user: Any, now: datetime
) -> list[tuple[str, str]]:
    terms = version.terms
    practice = terms["mode"] == PRACTICE
    exam = "Exam: it counts for the certificate" if page.required else "Exam"
    facts = [
        ("What it is", "Practice: it does not count for a certificate" if practice else exam),
        ("Questions", str(version.question_count)),
        *_time(terms, standing),
        ("To pass", "Hand it in: that completes it" if practice else f"{terms['pass_mark']}%"),
        *_tries(terms, standing),
    ]
    if standing and standing.closes_at:
        facts.append(("Open until", moment_in_words(standing.closes_at, now, user.zone)))
    if shown_per_item(terms):
        facts.append(("Feedback", "You can check each answer at once. A checked answer is final."))
    if asks_certainty(terms):
        sure = "Asked with each answer, for you to learn from. It never decides about passing."
        facts.append(("How sure you are", sure))
    if _read_by_people(version):
        facts.append(("Marking", "Written answers are read by people, who do not see your name."))
    return facts


def _read_by_people(version: QuizVersion) -> bool:
    """Whether a paper of this version may hold a question that a person marks."""
    asked = {slot["question"] for slot in version.slots if "question" in slot}
    drawn = {question for slot in version.slots for question in slot.get("pool", ())}
    return Question.objects.filter(pk__in=asked | drawn, kind=BY_PEOPLE).exists()


def _time(terms: dict[str, Any], standing: QuizStanding | None) -> list[tuple[str, str]]:
    """One's own limit where one was granted more, and what happens when it is over."""
    limit = terms["time_limit_minutes"]
    minutes = standing.minutes if standing else limit
    own = standing is not None and minutes != limit
    facts = [("Your time" if own else "Time", minutes_in_words(minutes) if minutes else "No limit")]
    if not minutes and not (standing and standing.closes_at and not standing.allowance.untimed):
        return facts
    late = terms["late_minutes"]
    words = (
        f"Your answers can no longer be changed. You have {minutes_in_words(late)} to hand them in; "
        "not handed in by then, the try is used up without a score."
        if late
        else "The quiz is handed in as it was saved; what you saved counts."
    )
    return [*facts, ("When time ends", words)]


def _tries(terms: dict[str, Any], standing: QuizStanding | None) -> list[tuple[str, str]]:
    allowed = terms["attempts_allowed"]
    extra = standing.allowance.extra_attempts if standing else 0
    wait = terms["cooldown_minutes"]
    label = "Your tries" if allowed and extra else "Tries"
    return [
        (label, str(allowed + extra) if allowed else "As many as you like"),
        ("Wait between tries", minutes_in_words(wait) if wait else "None"),
    ]


def _waiting(standing: QuizStanding | None, user: Any, now: datetime) -> str:
    """Why nothing can begin now, in one sentence."""
    if standing is None or standing.open_attempt:
        return ""
    if standing.closed:
        return "This quiz is closed."
    if standing.tries_left == 0:
        return "All tries are used. Write to your instructor if something went wrong."
    if standing.next_at and standing.next_at > now:
        return f"Your next try can begin {moment_in_words(standing.next_at, now, user.zone)}."
    return ""


def _rows(standing: QuizStanding, now: datetime) -> list[dict[str, Any]]:
    """The tries that ended, newest first; one that was abandoned or voided has no score.

    Who reads the result of the newest one here has seen it, as in its review. Earlier ones are final anyway.
    """
    if standing.attempts and standing.attempts[-1].state in Attempt.FINISHED:
        note_seen(attempt=standing.attempts[-1], at=now)
    ended = [attempt for attempt in standing.attempts if not attempt.is_open]
    practice = standing.settings["mode"] == PRACTICE
    scored = SCORE in shown(standing.settings["review_policy"], moments(standing))
    rows = [_row(attempt, practice=practice) for attempt in reversed(ended)]
    return rows if scored else [{**row, "score": ""} for row in rows]


def _row(attempt: Attempt, *, practice: bool) -> dict[str, Any]:
    row = {"attempt": attempt, "score": "", "kind": "note", "word": str(attempt.get_state_display())}
    if attempt.state not in Attempt.FINISHED or attempt.state == Attempt.State.AWAITING_HUMAN:
        return row
    score = f"{grading.percent(attempt.score_m or 0, attempt.max_m)}%"
    if practice:
        return {**row, "score": score, "word": "Done", "kind": "good"}
    return {
        **row,
        "score": score,
        "word": "Passed" if attempt.passed else "Not yet",
        "kind": "good" if attempt.passed else "care",
    }
