"""The log of an attempt in plain words: everything that happened, with every text that arrived.

Staff read it whole. The learner reads the same lines without marks, names and the notes of others: what the marking may
show is the review's to say.
"""

from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any

from django.conf import settings

from accounts.models import User
from quizzes.models import Attempt, AttemptEvent, AttemptItem
from quizzes.questions import question_type
from quizzes.questions.base import Json
from quizzes.questions.freezing import in_language
from quizzes.questions.numbers import plainly

Kind = AttemptEvent.Kind
BY_STAFF = (Kind.EXTENDED, Kind.REOPENED, Kind.VOIDED)

WORDS: dict[str, str] = {
    Kind.STARTED: "Started",
    Kind.RESUMED: "Opened again to go on",
    Kind.SAVED: "Answer saved",
    Kind.STALE: "An answer from an older window: not taken, kept here",
    Kind.REFUSED: "An answer that could not be taken, kept here",
    Kind.LATE: "An answer after the end of the time: not taken, kept here",
    Kind.SUBMITTED: "Handed in",
    Kind.SETTLED: "Time over: handed in as it was saved",
    Kind.OVERDUE: "Time over: nothing can be changed, it can still be handed in",
    Kind.ABANDONED: "Not handed in while that was possible",
    Kind.CHECKED: "Feedback asked for: this answer is final",
    Kind.HELD: "Arrived while logged out, applied after logging in",
    Kind.EXTENDED: "Time added by staff",
    Kind.REOPENED: "Opened again by staff",
    Kind.VOIDED: "Taken out of the count by staff",
    Kind.MARKED: "Marked by a person",
    Kind.REGRADED: "Marked again",
    Kind.SEEN: "Result looked at",
}


@dataclass(frozen=True)
class LogLine:
    """One event."""

    at: datetime
    what: str
    question: int | None = None
    answer: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    arrived: datetime | None = None
    until: datetime | None = None


def log_of(attempt: Attempt, *, for_staff: bool) -> list[LogLine]:
    """All events in their order, in four queries at most however long the log is."""
    events = list(attempt.events.order_by("seq"))
    items = {item.pk: item for item in attempt.items.select_related("version").defer("version__key")}
    numbers = _numbers(items)
    people = _people(events) if for_staff else {}
    return [
        LogLine(
            at=event.at,
            what=WORDS.get(event.kind, event.kind),
            question=numbers.get(event.item_id or 0),
            answer=_answer(items.get(event.item_id or 0), event),
            notes=_notes(event, people) if for_staff else _own_notes(event),
            arrived=_moment(event.payload.get("arrived")),
            until=_moment(event.payload.get("until")),
        )
        for event in events
    ]


def _numbers(items: dict[int, AttemptItem]) -> dict[int, int]:
    """The number that each question had on the paper."""
    asked = [pk for pk, item in items.items() if question_type(item.version.kind).asks]
    return {pk: number for number, pk in enumerate(asked, start=1)}


def _people(events: list[AttemptEvent]) -> dict[int, str]:
    named = {event.payload["by"] for event in events if isinstance(event.payload.get("by"), int)}
    return {user.pk: str(user) for user in User.objects.filter(pk__in=named)} if named else {}


def _answer(item: AttemptItem | None, event: AttemptEvent) -> list[str]:
    """What was sent, as the learner would read it; word for word where it cannot be read as an answer."""
    if item is None or not ({"answer", "fields"} & set(event.payload)):
        return []
    public, kept = in_language(item.version.public, settings.LANGUAGE_CODE), question_type(item.version.kind)
    if "fields" in event.payload:
        return _as_sent(event.payload["fields"])
    answer: Json = event.payload["answer"]
    if event.kind == Kind.REFUSED and isinstance(answer, dict) and all(isinstance(v, list) for v in answer.values()):
        return _as_sent(answer)
    try:
        return kept.in_words(public, kept.clean(public, answer)) or ["No answer"]
    except ValueError:
        return [str(answer)]


def _as_sent(fields: dict[str, Any]) -> list[str]:
    """The fields of the form but those that the page carries for itself."""
    return [
        str(value)
        for name, values in fields.items()
        if name not in ("rev", "flag", "keep")
        for value in (values if isinstance(values, list) else [values])
        if str(value).strip()
    ] or ["No answer"]


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _own_notes(event: AttemptEvent) -> list[str]:
    """For the learner: the reason that staff gave, and how sure one was."""
    payload = event.payload
    notes = [f"Reason: {payload['reason']}"] if payload.get("reason") and event.kind in BY_STAFF else []
    if payload.get("certainty"):
        notes.append(f"Certainty {payload['certainty']} of 3")
    return notes


def _notes(event: AttemptEvent, people: dict[int, str]) -> list[str]:
    """For staff: who, why, and what it came to."""
    payload = event.payload
    notes = _own_notes(event)
    if isinstance(payload.get("by"), int):
        notes.append(f"By {people.get(payload['by'], 'somebody')}")
    if payload.get("score_m") is not None:
        notes.append(f"{_points(payload['score_m'])} of {_points(payload.get('max_m', 0))} points")
    return notes


def _points(points_m: int) -> str:
    return plainly(Fraction(points_m, 1000))
