"""What each course brought in, month by month: what buyers paid, less refunds and disputes, before Stripe's fees."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from payments.models import OrderItem, PaymentFact, RefundRequest
from payments.rules.refunds import shares
from payments.services.ledger import Movement, Period, facts_of, movements


@dataclass(frozen=True)
class Part:
    """One course in an order."""

    item: int
    course: str
    amount: int


@dataclass(frozen=True)
class Revenue:
    """One currency: course -> month -> amount in the smallest unit."""

    currency: str
    months: list[date]
    courses: dict[str, dict[date, int]]

    def of_month(self, month: date) -> int:
        """All courses together."""
        return sum(amounts.get(month, 0) for amounts in self.courses.values())

    @property
    def total(self) -> int:
        """The whole period."""
        return sum(sum(amounts.values()) for amounts in self.courses.values())


def revenue(*, period: Period, currency: str = "") -> list[Revenue]:
    """One table per currency. A bundle's money is parted as its price was; a refund of a part falls on that part."""
    orders = facts_of(period).values("order_id").order_by()
    parts = _parts(orders)
    named = _named_by_refunds(orders)
    sums: dict[str, dict[str, dict[date, int]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
    for movement in movements(period=period, currency=currency):
        for course, amount in _parted(movement, parts.get(movement.order_id, []), named):
            sums[movement.currency][course][movement.month] += amount
    months = _months(period)
    return [
        Revenue(code, months, {title: dict(sums[code][title]) for title in sorted(sums[code])}) for code in sorted(sums)
    ]


def _parts(orders: QuerySet[Any]) -> dict[int, list[Part]]:
    found: dict[int, list[Part]] = defaultdict(list)
    items = OrderItem.objects.filter(order__in=orders).order_by("pk")
    for order, item, title, amount in items.values_list("order_id", "pk", "course__title", "amount"):
        found[order].append(Part(item, title, amount))
    return found


def _named_by_refunds(orders: QuerySet[Any]) -> dict[str, set[int]]:
    """Refund at Stripe -> the parts that it was for; none: for the whole."""
    found: dict[str, set[int]] = defaultdict(set)
    asked = RefundRequest.objects.filter(order__in=orders).exclude(stripe_id=None).exclude(items=None)
    for stripe_id, item in asked.values_list("stripe_id", "items"):
        found[str(stripe_id)].add(item)
    return found


def _parted(movement: Movement, parts: list[Part], named: dict[str, set[int]]) -> list[tuple[str, int]]:
    only = named.get(movement.stripe_id) if movement.kind == PaymentFact.Kind.REFUND else None
    bearing = [part for part in parts if not only or part.item in only]
    if not any(part.amount for part in bearing):  # nothing tells how to part it
        return [(bearing[0].course if bearing else movement.title, movement.gross)]
    amounts = shares(movement.gross, [part.amount for part in bearing])
    return [(part.course, amount) for part, amount in zip(bearing, amounts, strict=True)]


def _months(period: Period) -> list[date]:
    first, last = (day.year * 12 + day.month - 1 for day in (period.first, period.last))
    return [date(month // 12, month % 12 + 1, 1) for month in range(first, last + 1)]
