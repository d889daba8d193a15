"""One object at Stripe as one reading found it, reduced to what the rules look at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Kind = Literal["attempt", "session", "payment_intent", "charge", "refund", "dispute", "invoice", "subscription"]
PAID = frozenset({"paid", "no_payment_required"})
"""The payment states of a session that let somebody in."""
GIVEN_BACK = frozenset({"pending", "succeeded", "requires_action"})
"""A refund on its way counts as given back; one that failed or was canceled does not."""


@dataclass(frozen=True)
class Fact:
    """An attempt of ours, or a session, payment, charge, refund, dispute, invoice or subscription at Stripe."""

    kind: Kind
    id: str
    status: str
    amount: int = 0
    currency: str = ""
    payment_status: str = ""
    """Of a session: paid, unpaid or no_payment_required."""
    subtotal: int | None = None
    reference: str = ""
    """Of a session: the order that it was made for, as Stripe kept it."""
    payment_intent: str = ""
    """What a session, charge, refund or dispute belongs to."""
    subscription: str = ""
    """Of a session or invoice: the monthly payments that it began or belongs to; empty where it is paid at once."""
    created: datetime | None = None
    expires_at: datetime | None = None
    due_at: datetime | None = None
    """Of a dispute: when evidence must be in."""


@dataclass(frozen=True)
class Sale:
    """What our order says, to be compared with what Stripe charged."""

    reference: str
    currency: str
    subtotal: int
    """What one session asks for: the whole, or the first of the monthly payments."""


def payments_in(facts: Iterable[Fact]) -> list[Fact]:
    """What came in, oldest first: sessions that were paid at once, and the paid invoices of monthly payments."""
    found = [fact for fact in facts if _is_session_paid_at_once(fact) or _is_paid_instalment(fact)]
    return sorted(found, key=lambda fact: (fact.created is not None and fact.created.timestamp(), fact.id))


def refunds_in(facts: Iterable[Fact]) -> list[Fact]:
    """What went back, or is on its way."""
    return [fact for fact in facts if fact.kind == "refund" and fact.status in GIVEN_BACK]


def _is_session_paid_at_once(fact: Fact) -> bool:
    done = fact.kind == "session" and fact.status == "complete" and fact.payment_status in PAID
    return done and not fact.subscription


def _is_paid_instalment(fact: Fact) -> bool:
    return fact.kind == "invoice" and bool(fact.subscription) and fact.status == "paid"
