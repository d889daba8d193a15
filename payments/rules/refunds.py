"""What may be given back, and whether the buyer has a right to it by the terms as sold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any


@dataclass(frozen=True)
class RefundRight:
    """Whether the terms promise the money back today, and why or why not, in words for buyer and staff."""

    by_right: bool
    why: str


def refund_right(*, terms: dict[str, Any], paid_at: datetime | None, seen_percent: int, now: datetime) -> RefundRight:
    """The refund rule of an order as it was sold: so many days, and not more than so much of the course seen.

    Without a right one may still ask: staff decide.
    """
    days, limit = terms.get("refund_days") or 0, terms.get("refund_seen_percent")
    if paid_at is None:
        return RefundRight(False, "Nothing was paid.")
    if not days:
        return RefundRight(False, "This course was sold without a time for refunds.")
    until = paid_at + timedelta(days=days)
    if now > until:
        return RefundRight(False, f"The {days} days for refunds ended on {until:%B} {until.day}.")
    if limit is not None and seen_percent > limit:
        return RefundRight(False, f"{seen_percent}% of the course was seen; the refund rule ends at {limit}%.")
    return RefundRight(True, f"Within the {days} days for refunds.")


def shares(total: int, amounts: Sequence[int], step: int = 1) -> list[int]:
    """A total parted as the amounts are, to the last cent: the largest remainders get what is left over.

    A promotion code or tax changes what was paid; each part of an order bears its share of that. Where only multiples
    of a `step` can be charged (`core.money.step`), each part is one, if the total is.
    """
    if step > 1 and total % step == 0:
        return [part * step for part in shares(total // step, amounts)]
    whole = sum(amounts)
    if not whole:
        return [0] * len(amounts)
    parts = [divmod(total * amount, whole) for amount in amounts]
    left = total - sum(part for part, _ in parts)
    by_remainder = sorted(range(len(parts)), key=lambda place: (-parts[place][1], place))
    extra = set(by_remainder[:left])
    return [part + (place in extra) for place, (part, _) in enumerate(parts)]
