"""Asking for the feedback on one answer while the attempt runs: the answer is final first, then something is shown."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from quizzes.models import Attempt, AttemptEvent, AttemptItem
from quizzes.rules.review import AFTER_ITEM, shown
from quizzes.services.answers import SaveReport, SentItem, save_answers, still_running

BY_PEOPLE = "essay"


def shown_per_item(terms: Mapping[str, Any]) -> frozenset[str]:
    """What may be seen of one question before the paper is handed in; empty where nothing can be asked for."""
    return shown(terms["review_policy"], [AFTER_ITEM])


def can_be_checked(item: AttemptItem) -> bool:
    """An answer that is there and that no person has to read."""
    return item.version.kind != BY_PEOPLE and item.answer is not None


@transaction.atomic
def check_answer(
    *,
    attempt_uuid: uuid.UUID,
    user: Any,
    position: int,
    sent: Mapping[int, SentItem],
    at: datetime | None = None,
    request_id: str = "",
) -> SaveReport | None:
    """Save what was sent, and make the answer at this position final; the report says what became of the save.

    Nothing is locked when that answer was stale or refused, when there is none, or where the quiz shows nothing after a
    question. Locking twice is once: the item's row is changed by compare-and-swap, and the attempt's row first, so that
    no save passes between the two.
    """
    now = at or timezone.now()
    report = save_answers(attempt_uuid=attempt_uuid, user=user, sent=sent, at=now, request_id=request_id)
    if report is None or report.ended:
        return report
    if any(one.item.position == position and one.result in ("stale", "refused") for one in report.outcomes):
        return report
    item = (
        AttemptItem.objects.filter(attempt__uuid=attempt_uuid, position=position, locked_at=None)
        .select_related("attempt__quiz_version", "version")
        .defer("version__key")
        .first()
    )
    if item and can_be_checked(item) and shown_per_item(item.attempt.quiz_version.terms):
        _lock(item, now, request_id)
    return report


def _lock(item: AttemptItem, now: datetime, request_id: str) -> None:
    running = Attempt.objects.filter(still_running(now), pk=item.attempt_id)
    if not running.update(rev=F("rev") + 1):
        return
    if AttemptItem.objects.filter(pk=item.pk, locked_at=None).update(locked_at=now):
        item.attempt.refresh_from_db(fields=["rev"])
        AttemptEvent.objects.create(
            attempt=item.attempt,
            seq=item.attempt.rev,
            at=now,
            kind=AttemptEvent.Kind.CHECKED,
            item=item,
            payload={"answer": item.answer, "rev": item.answer_rev},
            request_id=request_id,
        )
