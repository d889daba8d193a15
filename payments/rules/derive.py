"""From the facts to the state: the one function that decides what an order is.

Level-triggered: it looks at what Stripe says now, never at what an event said, and neither the order of the facts nor
their repetition matters.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from payments.rules.facts import PAID, Fact, Sale, payments_in, refunds_in
from payments.rules.instalments import AT_ONCE, Part, Plan, billed, is_overdue, is_settled, parts_of
from payments.rules.states import State

OPEN_DISPUTE = frozenset({"needs_response", "under_review", "appeal_needs_response", "appeal_under_review"})
INQUIRY = frozenset({"warning_needs_response", "warning_under_review"})
LIVE = frozenset({"trialing", "active", "past_due", "unpaid", "paused"})
"""A subscription that still asks for money."""


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


def derive(facts: Iterable[Fact], now: datetime, plan: Plan = AT_ONCE) -> Derived:
    """The state of an order, and why a person must look."""
    known: dict[tuple[str, str], Fact] = {(fact.kind, fact.id): fact for fact in facts}
    paid = payments_in(known.values())
    if paid:
        return _after_payment(paid, known, now, plan)
    sessions = [fact for fact in known.values() if fact.kind == "session"]
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
    invoices = [fact for fact in billed(known.values()) if fact.subscription == session.subscription]
    named = session.payment_intent or next((invoice.payment_intent for invoice in invoices), "")
    intent = known.get(("payment_intent", named))
    if intent and intent.status in ("requires_payment_method", "canceled"):
        return State.FAILED
    return State.PENDING


def _after_payment(paid: list[Fact], known: dict[tuple[str, str], Fact], now: datetime, plan: Plan) -> Derived:
    disputes = sorted((fact for fact in known.values() if fact.kind == "dispute"), key=lambda fact: fact.id)
    refunds = sorted((fact for fact in known.values() if fact.kind == "refund"), key=lambda fact: fact.id)
    parts = parts_of(plan, known.values(), now)
    state = _money_left(paid, refunds, disputes)
    if state in (State.PAID, State.PARTIALLY_REFUNDED) and not is_settled(parts):
        state = State.OVERDUE if is_overdue(plan, parts, now) else State.PAYING
    reasons = [
        *_paid_too_often(paid, refunds, plan),
        *_dispute_reasons(disputes),
        *_refund_reasons(refunds),
        *(_stopped(parts, known) if state in (State.PAYING, State.OVERDUE) else []),
    ]
    return Derived(state, "\n".join(reasons))


def _money_left(paid: list[Fact], refunds: list[Fact], disputes: list[Fact]) -> State:
    total = sum(payment.amount for payment in paid)
    given_back = sum(refund.amount for refund in refunds_in(refunds))
    if any(dispute.status == "lost" for dispute in disputes):
        return State.DISPUTE_LOST
    if given_back and given_back >= total:
        return State.REFUNDED
    if any(dispute.status in OPEN_DISPUTE for dispute in disputes):
        return State.DISPUTED
    return State.PARTIALLY_REFUNDED if given_back else State.PAID


def too_much(paid: list[Fact], refunds: list[Fact], plan: Plan) -> int:
    """What came in beyond the price, less what went back: all but the dearest payment, or but those of the plan."""
    if plan.in_parts:
        monthly = billed(paid)
        due = sum(payment.amount for payment in monthly[: plan.payments]) if monthly else 0
    else:
        due = max((payment.amount for payment in paid), default=0)
    extra = sum(payment.amount for payment in paid) - due
    return max(0, extra - sum(refund.amount for refund in refunds_in(refunds)))


def _paid_too_often(paid: list[Fact], refunds: list[Fact], plan: Plan) -> list[str]:
    if not too_much(paid, refunds, plan):
        return []
    if plan.in_parts:
        return [f"Paid {len(paid)} times, and {plan.payments} were due. Refund what is too much."]
    return [f"Paid {len(paid)} times. Refund all but one payment."]


def _stopped(parts: list[Part], known: dict[tuple[str, str], Fact]) -> list[str]:
    """The payments end before the last: nothing asks for the rest any more."""
    subscriptions = [fact for fact in known.values() if fact.kind == "subscription"]
    if not subscriptions or any(fact.status in LIVE for fact in subscriptions):
        return []
    done = sum(part.state == "paid" for part in parts)
    return [f"The monthly payments stopped after {done} of {len(parts)}. Write to the buyer, or waive the rest."]


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
