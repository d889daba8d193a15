"""The review queue: orders that a person must look at, oldest first, each reason with what solves it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from core import money
from payments.models import Order, OrderItem, PaymentFact, RefundRequest
from payments.rules.derive import too_much
from payments.rules.facts import payments_in, refunds_in
from payments.rules.reading import fact_of
from payments.rules.refunds import shares
from payments.rules.review import Solution, solutions
from payments.services.given_back import MONEY, plan_of
from payments.services.review import items_of_reason


@dataclass(frozen=True)
class Offered:
    """One way to solve a reason. `amount` is what would go back, in the smallest unit; 0 where nothing does."""

    solution: Solution
    amount: int = 0
    amount_shown: str = ""


@dataclass(frozen=True)
class Reason:
    """Why a person must look, and what fits."""

    text: str
    ways: list[Offered]


@dataclass(frozen=True)
class Waiting:
    """One order of the queue."""

    order: Order
    reasons: list[Reason]
    refund_asked: bool
    """A request for its money is open: it is decided on the order's own page, and no second one is begun."""


def waiting_orders() -> QuerySet[Order]:
    """The queue, with all that a page of it shows; the first-come stands first."""
    facts = PaymentFact.objects.filter(kind__in=MONEY)
    requests = RefundRequest.objects.prefetch_related("items")
    return (
        Order.objects.needing_review()
        .select_related("user")
        .prefetch_related(
            Prefetch("items", OrderItem.objects.select_related("course")),
            Prefetch("facts", facts),
            Prefetch("refund_requests", requests),
        )
        .order_by("created_at", "pk")
    )


def waiting(order: Order) -> Waiting:
    """An order as the queue shows it; from `waiting_orders`, without a query of its own."""
    asked = any(request.state in RefundRequest.OPEN for request in order.refund_requests.all())
    money_of = _Money(order)
    return Waiting(order, [_reason(order, text, money_of) for text in order.review_reason.splitlines()], asked)


def _reason(order: Order, text: str, money_of: _Money) -> Reason:
    ways = []
    for solution in solutions(text):
        if solution not in (Solution.REFUND, Solution.REFUND_EXTRA):
            ways.append(Offered(solution))
            continue
        extra = solution == Solution.REFUND_EXTRA
        amount = too_much(money_of.payments, money_of.refunds, plan_of(order)) if extra else money_of.of_reason(text)
        if amount:  # what went back already is not offered again
            ways.append(Offered(solution, amount, money.display(amount, order.currency)))
    return Reason(text, ways)


class _Money:
    """What was paid and given back, from what was prefetched; the services count anew before they act."""

    def __init__(self, order: Order) -> None:
        facts = [fact_of(fact.raw) for fact in order.facts.all()]
        self.currency = order.currency
        self.items = list(order.items.all())
        self.requests = list(order.refund_requests.all())
        self.payments, self.refunds = payments_in(facts), refunds_in(facts)

    def of_reason(self, text: str) -> int:
        """As `services.review.refund_for` counts it: the part that the reason names, else all that is left."""
        paid = sum(payment.amount for payment in self.payments)
        left = max(0, paid - sum(refund.amount for refund in self.refunds))
        named = {item.pk for item in items_of_reason(self.items, text)}
        if not named:
            return left
        standing = {refund.id for refund in self.refunds}
        gone = {item.pk for one in self.requests if one.stripe_id in standing for item in one.items.all()}
        parts = zip(
            self.items, shares(paid, [item.amount for item in self.items], money.step(self.currency)), strict=True
        )
        return sum(min(part, left) for item, part in parts if item.pk in named - gone)
