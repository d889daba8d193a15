"""Disputes: which payments a bank questions, and until when the school must answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from core import money
from payments.models import PaymentFact
from payments.rules.derive import INQUIRY, OPEN_DISPUTE
from payments.rules.reading import moment

WORDS = {
    "needs_response": "Answer it",
    "under_review": "The bank decides",
    "appeal_needs_response": "Answer the appeal",
    "appeal_under_review": "The appeal is decided",
    "warning_needs_response": "The bank asks; answer it",
    "warning_under_review": "The bank looks at the answer",
    "warning_closed": "Question closed; nothing was taken",
    "won": "Won",
    "lost": "Lost",
    "prevented": "Settled before it was opened",
}
TO_ANSWER = ("needs_response", "appeal_needs_response", "warning_needs_response")


@dataclass(frozen=True)
class Dispute:
    """A dispute as staff read it."""

    fact: PaymentFact
    state: str
    to_answer: bool
    amount: str
    reason: str
    due_at: datetime | None
    handed_in: int
    """How often evidence was handed in."""

    def is_late(self, now: datetime) -> bool:
        """The day to answer is over and no answer was given."""
        return self.to_answer and self.due_at is not None and self.due_at < now


def disputes() -> QuerySet[PaymentFact]:
    """All of them: those to answer first, by their day; then those that the bank decides; the closed last."""
    rank = Case(
        When(status__in=TO_ANSWER, then=Value(0)),
        When(status__in=[*OPEN_DISPUTE, *INQUIRY], then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    found = PaymentFact.objects.filter(kind=PaymentFact.Kind.DISPUTE).select_related("order__user")
    due = Cast(KT("raw__evidence_details__due_by"), IntegerField())
    return found.annotate(rank=rank, due=due).order_by("rank", "due", "-happened_at", "pk")


def read_dispute(fact: PaymentFact) -> Dispute:
    """From what Stripe last told."""
    details = fact.raw.get("evidence_details") or {}
    return Dispute(
        fact=fact,
        state=WORDS.get(fact.status, fact.status),
        to_answer=fact.status in TO_ANSWER,
        amount=money.display(fact.amount or 0, fact.currency),
        reason=str(fact.raw.get("reason") or "").replace("_", " "),
        due_at=moment(details.get("due_by")),
        handed_in=details.get("submission_count") or 0,
    )
