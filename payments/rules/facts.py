"""One object at Stripe as one reading found it, reduced to what the rules look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Kind = Literal["attempt", "session", "payment_intent", "charge", "refund", "dispute", "invoice"]


@dataclass(frozen=True)
class Fact:
    """An attempt of ours, or a session, payment, charge, refund, dispute or invoice at Stripe."""

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
    expires_at: datetime | None = None
    due_at: datetime | None = None
    """Of a dispute: when evidence must be in."""


@dataclass(frozen=True)
class Sale:
    """What our order says, to be compared with what Stripe charged."""

    reference: str
    currency: str
    subtotal: int
