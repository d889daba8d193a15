"""What an offer costs now, for this buyer: early prices, currencies, several seats, courses that one has already."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from core import money
from payments.rules.refunds import shares


@dataclass(frozen=True)
class Price:
    """So much in this currency, until then (None: the standing price)."""

    currency: str
    amount: int
    until: datetime | None = None


@dataclass(frozen=True)
class Quote:
    """What would be ordered: per seat and course its part, and the sum that is asked."""

    price: Price
    quantity: int
    lines: tuple[tuple[int, int, int], ...]
    """(seat, course, amount); a single purchase has seat 0, seats for others count from 1."""

    @property
    def subtotal(self) -> int:
        """What is asked, before codes and tax."""
        return sum(amount for _, _, amount in self.lines)


def price_now(prices: Sequence[Price], *, currency: str, now: datetime) -> Price | None:
    """The early price that ends soonest, else the standing one; None where it is not sold in this currency."""
    ours = [price for price in prices if price.currency == currency]
    early = [(price.until, price.amount, price) for price in ours if price.until and price.until > now]
    if early:
        return min(early, key=lambda one: one[:2])[2]
    return next((price for price in ours if price.until is None), None)


def quote(*, price: Price, courses: Sequence[int], owned: Collection[int], quantity: int) -> Quote:
    """Part the price on the courses; what the buyer has already is left out and not paid for.

    Seats for others cost the full price each, whatever the buyer owns.
    """
    parts = list(zip(courses, shares(price.amount, [1] * len(courses), money.step(price.currency)), strict=True))
    if quantity == 1:
        return Quote(price, 1, tuple((0, course, amount) for course, amount in parts if course not in owned))
    lines = [(seat, course, amount) for seat in range(1, quantity + 1) for course, amount in parts]
    return Quote(price, quantity, tuple(lines))
