"""Monthly payments: when each is due, which are paid or missed, and when one is too late. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core.months import months_later
from payments.rules.facts import Fact

UNBILLED_FOR = timedelta(days=1)
"""Stripe writes the invoice on the day; a payment without one the day after was not even tried."""
REFUSED = frozenset({"requires_payment_method", "requires_action", "canceled"})
"""What a payment is when the bank has refused it, or asks its holder something."""


@dataclass(frozen=True)
class Plan:
    """As it was sold: so many equal payments, a month apart, and how long one may be late."""

    payments: int = 1
    grace: timedelta = timedelta(0)
    waived: frozenset[int] = frozenset()
    """Those that the school does not ask for any more."""

    @property
    def in_parts(self) -> bool:
        """More than one payment."""
        return self.payments > 1


AT_ONCE = Plan()


class PartState(StrEnum):
    """Where one payment stands."""

    DUE = "due"
    PAID = "paid"
    MISSED = "missed"
    WAIVED = "waived"


@dataclass(frozen=True)
class Part:
    """One of the monthly payments; `invoice` is Stripe's, once it has written one."""

    n: int
    due_at: datetime
    state: PartState
    invoice: str = ""


def parts_of(plan: Plan, facts: Iterable[Fact], now: datetime) -> list[Part]:
    """Every payment of the plan as it stands; none before the first was asked for."""
    known = list(facts)
    invoices = billed(known)
    if not plan.in_parts or not invoices or invoices[0].created is None:
        return []
    intents = {fact.id: fact.status for fact in known if fact.kind == "payment_intent"}
    found = []
    for n in range(1, plan.payments + 1):
        due_at = months_later(invoices[0].created, n - 1)
        invoice = invoices[n - 1] if n <= len(invoices) else None
        state = _state_of(invoice, intents, late=now > due_at + UNBILLED_FOR)
        if n in plan.waived and state != PartState.PAID:
            state = PartState.WAIVED
        found.append(Part(n, due_at, state, invoice.id if invoice else ""))
    return found


def billed(facts: Iterable[Fact]) -> list[Fact]:
    """The invoices of the monthly payments that were begun first, oldest first."""
    invoices = [fact for fact in facts if fact.kind == "invoice" and fact.subscription]
    invoices.sort(key=lambda fact: (fact.created is not None and fact.created.timestamp(), fact.id))
    return [fact for fact in invoices if fact.subscription == invoices[0].subscription]


def _state_of(invoice: Fact | None, intents: dict[str, str], *, late: bool) -> PartState:
    if invoice is None:
        return PartState.MISSED if late else PartState.DUE
    if invoice.status == "paid":
        return PartState.PAID
    if invoice.status == "void":  # staff gave it up at Stripe
        return PartState.WAIVED
    refused = invoice.status == "uncollectible" or intents.get(invoice.payment_intent) in REFUSED
    return PartState.MISSED if refused else PartState.DUE


def is_settled(parts: Iterable[Part]) -> bool:
    """Nothing is asked for any more."""
    return all(part.state in (PartState.PAID, PartState.WAIVED) for part in parts)


def is_overdue(plan: Plan, parts: Iterable[Part], now: datetime) -> bool:
    """A payment was missed longer ago than the terms allow."""
    return any(part.state == PartState.MISSED and now > part.due_at + plan.grace for part in parts)
