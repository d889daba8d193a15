"""From the facts to the state: the one function that decides what an order is.

Level-triggered: it looks at what Stripe says now, never at what an event said, and neither the order of the facts nor
their repetition matters.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from payments.rules.facts import Fact, Sale
from payments.rules.states import State

OPEN_DISPUTE = frozenset({"needs_response", "under_review", "appeal_needs_response", "appeal_under_review"})
INQUIRY = frozenset({"warning_needs_response", "warning_under_review"})
GIVEN_BACK = frozenset({"pending", "succeeded", "requires_action"})
"""A refund on its way counts as given back; one that failed or was canceled does not."""
PAID = frozenset({"paid", "no_payment_required"})


@dataclass(frozen=True)
class Derived:
    """What an order is, and why a person must look at it (empty: nobody must)."""

    state: State
    reason: str = ""


def is_stale(*, reading: int, applied: int) -> bool:
    """Whether a reading is older than the one that was written down last.

    Tickets are drawn before Stripe is read. Whatever changes after a reading causes an event whose reading draws a
    higher ticket; so the highest ticket has seen everything, in whatever order the readings arrive.
    """
    return reading < applied


def derive(facts: Iterable[Fact], now: datetime) -> Derived:
    """The state of an order, and why a person must look."""
    known: dict[tuple[str, str], Fact] = {(fact.kind, fact.id): fact for fact in facts}
    sessions = [fact for fact in known.values() if fact.kind == "session"]
    paid = [fact for fact in sessions if fact.payment_status in PAID and fact.status == "complete"]
    if paid:
        return _after_payment(paid, known)
    return Derived(_before_payment(sessions, known, now))


def _before_payment(sessions: list[Fact], known: dict[tuple[str, str], Fact], now: datetime) -> State:
    """The most alive attempt decides: waiting for the bank, open, waiting for an answer, failed, expired."""
    standing = {_standing(session, known) for session in sessions}
    for state in (State.PENDING, State.OPEN):
        if state in standing:
            return state
    attempts = [fact for fact in known.values() if fact.kind == "attempt"]
    if any(fact.expires_at is None or fact.expires_at > now for fact in attempts):
        return State.NEW
    if State.FAILED in standing:
        return State.FAILED
    return State.EXPIRED if standing or attempts else State.NEW


def _standing(session: Fact, known: dict[tuple[str, str], Fact]) -> State:
    if session.status == "open":
        return State.OPEN
    if session.status == "expired":
        return State.EXPIRED
    # Complete, and not paid: a delayed method. The bank has not answered yet, or it has refused.
    intent = known.get(("payment_intent", session.payment_intent))
    if intent and intent.status in ("requires_payment_method", "canceled"):
        return State.FAILED
    return State.PENDING


def _after_payment(paid: list[Fact], known: dict[tuple[str, str], Fact]) -> Derived:
    disputes = sorted((fact for fact in known.values() if fact.kind == "dispute"), key=lambda fact: fact.id)
    refunds = sorted((fact for fact in known.values() if fact.kind == "refund"), key=lambda fact: fact.id)
    reasons = [*_paid_twice(paid, refunds), *_dispute_reasons(disputes), *_refund_reasons(refunds)]
    return Derived(_money_left(paid, refunds, disputes), "\n".join(reasons))


def _money_left(paid: list[Fact], refunds: list[Fact], disputes: list[Fact]) -> State:
    total = sum(session.amount for session in paid)
    given_back = _given_back(refunds)
    if any(dispute.status == "lost" for dispute in disputes):
        return State.DISPUTE_LOST
    if given_back and given_back >= total:
        return State.REFUNDED
    if any(dispute.status in OPEN_DISPUTE for dispute in disputes):
        return State.DISPUTED
    return State.PARTIALLY_REFUNDED if given_back else State.PAID


def _given_back(refunds: list[Fact]) -> int:
    return sum(refund.amount for refund in refunds if refund.status in GIVEN_BACK)


def _paid_twice(paid: list[Fact], refunds: list[Fact]) -> list[str]:
    amounts = [session.amount for session in paid]
    if sum(amounts) - _given_back(refunds) <= max(amounts):
        return []
    return [f"Paid {len(amounts)} times. Refund all but one payment."]


def _dispute_reasons(disputes: list[Fact]) -> list[str]:
    reasons = []
    for dispute in disputes:
        due = f" Answer by {dispute.due_at:%B} {dispute.due_at.day}, {dispute.due_at.year}." if dispute.due_at else ""
        if dispute.status in OPEN_DISPUTE:
            reasons.append(f"The payment is disputed ({dispute.id}).{due}")
        elif dispute.status in INQUIRY:
            reasons.append(f"The bank asks about the payment ({dispute.id}). Access stays.{due}")
        elif dispute.status == "lost":
            reasons.append(f"The dispute {dispute.id} is lost. Look at the certificate, if one was issued.")
    return reasons


def _refund_reasons(refunds: list[Fact]) -> list[str]:
    return [
        f"The refund {refund.id} did not reach the buyer. The money is back with the school, and access is as before."
        for refund in refunds
        if refund.status == "failed"
    ]


def objections(facts: Iterable[Fact], sale: Sale) -> list[str]:
    """Why what Stripe was paid for is not what we sold: such a payment gives no access, a person decides."""
    found = set()
    for session in facts:
        if session.kind != "session" or session.payment_status not in PAID:
            continue
        if session.reference != sale.reference:
            found.add(f"Session {session.id} was made for another order.")
        if session.currency != sale.currency:
            found.add(f"Session {session.id} was paid in {session.currency}, the order is in {sale.currency}.")
        if session.subtotal != sale.subtotal:
            found.add(f"Session {session.id} asked for {session.subtotal}, the order for {sale.subtotal}.")
    return sorted(found)
