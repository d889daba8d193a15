"""Saving answers while an attempt runs. No text of a learner is lost: stale, refused and late answers become events."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from core.freeze import digest
from enrollments.models import Enrollment
from quizzes.models import Attempt, AttemptEvent, AttemptItem
from quizzes.models.quiz import PRACTICE
from quizzes.questions import question_type
from quizzes.questions.base import AnswerError, Json
from quizzes.questions.freezing import in_language

Kind = AttemptEvent.Kind
FINAL = "You have asked for the feedback: this answer is final."
LONGEST_KEPT = 60_000
"""Characters of one field in the log: more than any kind of question accepts."""


@dataclass(frozen=True)
class SentItem:
    """One question as a page sent it: the form's fields, and the token that the page was given with the answer.

    A plain form sends every question, touched or not; a script sends the one that was just touched.
    """

    fields: Mapping[str, Sequence[str]]
    token: str
    flagged: bool | None = None
    touched: bool = False
    certainty: int | None = None


@dataclass(frozen=True)
class ItemOutcome:
    """What became of one sent answer: saved, unchanged, stale or refused."""

    item: AttemptItem
    result: str
    sent: Json = None
    message: str = ""


@dataclass
class SaveReport:
    """What became of a save. `ended`: nothing was stored, the attempt is over or its time is."""

    outcomes: list[ItemOutcome] = field(default_factory=list)
    ended: bool = False

    def by_result(self, result: str) -> list[ItemOutcome]:
        """The outcomes of one sort."""
        return [outcome for outcome in self.outcomes if outcome.result == result]


def token_of(item: AttemptItem) -> str:
    """What a page carries back with an answer: the answer's revision, and a fingerprint of what was shown."""
    return f"{item.answer_rev}.{digest(item.answer)[:12]}"


@transaction.atomic
def save_answers(
    *,
    attempt_uuid: uuid.UUID,
    user: Any,
    sent: Mapping[int, SentItem],
    at: datetime | None = None,
    request_id: str = "",
) -> SaveReport | None:
    """Store what this learner sent for these positions; None when there is no such attempt of theirs to write to.

    Counts while the deadline and its network grace last. The attempt's row is changed first: a submission and a save
    never pass each other, and the row's revision numbers the events. `request_id` names the page that sent it: a page
    whose answer arrived while the reply was lost goes on from its own answer instead of meeting itself as a conflict.
    """
    now = at or timezone.now()
    mine = Attempt.objects.filter(uuid=attempt_uuid, enrollment__in=Enrollment.objects.active(now).filter(user=user))
    if not mine.filter(still_running(now)).update(rev=F("rev") + max(1, len(sent))):
        return too_late(mine, sent, now, request_id)
    return take_answers(attempt_uuid=attempt_uuid, sent=sent, at=now, request_id=request_id)


def still_running(at: datetime) -> Q:
    """Attempts in which an answer that arrives at this moment counts."""
    return Q(state=Attempt.State.IN_PROGRESS) & (Q(grace_until=None) | Q(grace_until__gte=at))


def take_answers(*, attempt_uuid: uuid.UUID, sent: Mapping[int, SentItem], at: datetime, request_id: str) -> SaveReport:
    """Decide about each answer and store those that stand. The caller has changed the attempt's row for as many
    events."""
    items = AttemptItem.objects.filter(attempt__uuid=attempt_uuid, position__in=sent)
    rows = items.select_related("attempt__quiz_version", "version").defer("version__key")
    report = SaveReport([_apply(item, sent[item.position], at, request_id) for item in rows])
    changed = [outcome.item for outcome in report.outcomes if outcome.result == "saved"]
    if changed:
        AttemptItem.objects.bulk_update(changed, ["answer", "answer_rev", "saved_at", "flagged", "certainty"])
    _record(report.outcomes, at, request_id)
    return report


def asks_certainty(terms: Mapping[str, Any]) -> bool:
    """Whether answers carry how sure one was: in practice only, where the quiz asks it."""
    return bool(terms["certainty"]) and terms["mode"] == PRACTICE


def _apply(item: AttemptItem, sent: SentItem, now: datetime, page: str) -> ItemOutcome:
    """Decide about one answer; a changed item is changed in memory only."""
    kept = question_type(item.version.kind)
    try:
        answer = kept.clean(
            in_language(item.version.public, settings.LANGUAGE_CODE), kept.answer_from_form(sent.fields)
        )
    except AnswerError as refusal:
        return ItemOutcome(item, "refused", sent=_bounded(sent.fields), message=str(refusal))
    revision, _, shown = sent.token.partition(".")
    # Nothing new, or an older page that sends back only what it was shown.
    same = answer == item.answer or (shown == digest(answer)[:12] and not sent.touched)
    if item.locked_at is not None:
        return ItemOutcome(item, "unchanged" if same else "refused", sent=answer, message="" if same else FINAL)
    if not same and not kept.may_follow(item.answer, answer):
        return ItemOutcome(item, "refused", sent=answer, message="A step that was taken cannot be taken back.")
    beside = _take_beside(item, sent)
    if same:
        return ItemOutcome(item, "saved" if beside else "unchanged", sent=answer)
    # A longer path through a dialogue keeps what stands, so it meets nothing. Comparing would show where it leads.
    goes_on = not kept.may_follow(answer, item.answer)
    if not goes_on and revision != str(item.answer_rev) and not (page and page == _last_page(item)):
        return ItemOutcome(item, "stale", sent=answer)
    item.answer, item.answer_rev, item.saved_at = answer, item.answer_rev + 1, now
    return ItemOutcome(item, "saved", sent=answer)


def _take_beside(item: AttemptItem, sent: SentItem) -> bool:
    """The flag, and how sure one is: neither is an answer, so neither has a revision. Whether one changed."""
    before = (item.flagged, item.certainty)
    if sent.flagged is not None:
        item.flagged = sent.flagged
    if sent.certainty is not None and asks_certainty(item.attempt.quiz_version.terms):
        item.certainty = sent.certainty
    return before != (item.flagged, item.certainty)


def _last_page(item: AttemptItem) -> str:
    """The page that wrote the answer that stands."""
    saved = AttemptEvent.objects.filter(item=item, kind=Kind.SAVED).order_by("-seq")
    return saved.values_list("request_id", flat=True).first() or ""


def _record(outcomes: list[ItemOutcome], now: datetime, request_id: str) -> None:
    kinds = {"saved": Kind.SAVED, "stale": Kind.STALE, "refused": Kind.REFUSED}
    told = [outcome for outcome in outcomes if outcome.result in kinds]
    AttemptEvent.objects.bulk_create(
        AttemptEvent(
            attempt=outcome.item.attempt,
            seq=outcome.item.attempt.rev - number,
            at=now,
            kind=kinds[outcome.result],
            item=outcome.item,
            payload=_payload(outcome),
            request_id=request_id,
        )
        for number, outcome in enumerate(told)
    )


def _payload(outcome: ItemOutcome) -> dict[str, Any]:
    item = outcome.item
    beside = {} if item.certainty is None else {"certainty": item.certainty}
    return {"answer": outcome.sent, "rev": item.answer_rev, "flagged": item.flagged, **beside}


def too_late(mine: Any, sent: Mapping[int, SentItem], now: datetime, request_id: str) -> SaveReport | None:
    """Refused, and kept word for word: what arrives late can be read by staff."""
    if not mine.update(rev=F("rev") + max(1, len(sent))):
        return None
    attempt = mine.get()
    AttemptEvent.objects.bulk_create(
        AttemptEvent(
            attempt=attempt,
            seq=attempt.rev - number,
            at=now,
            kind=Kind.LATE,
            item=item,
            payload={"fields": _bounded(sent[item.position].fields)},
            request_id=request_id,
        )
        for number, item in enumerate(attempt.items.filter(position__in=sent))
    )
    return SaveReport(ended=True)


def _bounded(fields: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """What was sent, within the size that a log row may have. The longest answer that a question takes fits."""
    return {
        name[:80]: [value[:LONGEST_KEPT].replace("\x00", "") for value in values[:100]]
        for name, values in list(fields.items())[:100]
    }
