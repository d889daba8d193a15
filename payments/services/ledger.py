"""The ledger: every movement of money that Stripe tells of, as payments, refunds and disputes, and their sums.

Amounts are in the smallest unit of their currency. Stripe books in the school's currency: where that is another one,
gross stands in the buyer's and fee and net in the school's. Nothing is converted here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import F, QuerySet
from django.db.models.fields.json import KT
from django.utils import timezone

from payments.models import PaymentFact
from payments.rules.derive import INQUIRY
from payments.rules.facts import GIVEN_BACK
from payments.rules.reading import Raw
from payments.services import stripe_api

Kind = PaymentFact.Kind
WORDS = {Kind.CHARGE: "Payment", Kind.REFUND: "Refund", Kind.DISPUTE: "Dispute"}
MOVED = {Kind.CHARGE: ["succeeded"], Kind.REFUND: sorted(GIVEN_BACK)}
TOOK_NOTHING = sorted({*INQUIRY, "warning_closed", "prevented"})


@dataclass(frozen=True)
class Movement:
    """Money that came or went. `fee` and `net` are None while Stripe has not booked it."""

    at: datetime
    kind: str
    order_id: int
    number: str
    title: str
    stripe_id: str
    currency: str
    gross: int
    booked_currency: str
    fee: int | None
    net: int | None

    @property
    def what(self) -> str:
        """Payment, refund or dispute."""
        return WORDS[Kind(self.kind)]

    @property
    def month(self) -> date:
        """The first day of its month, as the school's clock has it."""
        return timezone.localdate(self.at, timezone.get_default_timezone()).replace(day=1)


@dataclass
class Total:
    """The sums of one currency."""

    currency: str
    payments: int = 0
    refunds: int = 0
    disputes: int = 0
    fee: int = 0
    net: int = 0
    unbooked: int = 0
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def gross(self) -> int:
        """What came less what went."""
        return self.payments + self.refunds + self.disputes


@dataclass(frozen=True)
class Period:
    """Days of the school's clock, both included."""

    first: date
    last: date

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        """From the first instant up to, and without, the first one after it."""
        zone = timezone.get_default_timezone()
        begin = datetime.combine(self.first, time.min, tzinfo=zone)
        return begin, datetime.combine(self.last + timedelta(days=1), time.min, tzinfo=zone)


def last_months(number: int, *, today: date) -> Period:
    """This month and those before it."""
    months = today.year * 12 + today.month - number
    return Period(date(months // 12, months % 12 + 1, 1), today)


def facts_of(period: Period) -> QuerySet[PaymentFact]:
    """What may hold a movement of that time, in the mode (test or live) of our key; raw is not read.

    A dispute moves money when it opens and again when it is won: it may be older than the period.
    """
    begin, end = period.bounds
    facts = PaymentFact.objects.filter(order__livemode=stripe_api.live_mode(), happened_at__lt=end)
    settled = [facts.filter(kind=kind, status__in=states, happened_at__gte=begin) for kind, states in MOVED.items()]
    disputes = facts.filter(kind=Kind.DISPUTE).exclude(status__in=TOOK_NOTHING)
    return settled[0] | settled[1] | disputes


def movements(*, period: Period, currency: str = "", kind: str = "") -> list[Movement]:
    """The movements of a period, newest first, in one query."""
    begin, end = period.bounds
    rows = facts_of(period).values_list(
        *("happened_at", "kind", "order_id", "order__number", "order__title", "stripe_id", "currency", "amount"),
        *(KT("raw__balance_transaction__currency"), "fee", "net", F("raw__balance_transactions")),
    )
    found = [movement for row in rows for movement in _movements_of(*row) if begin <= movement.at < end]
    wanted = [one for one in found if currency in ("", one.currency) and kind in ("", one.kind)]
    return sorted(wanted, key=lambda one: (one.at, one.stripe_id, -one.gross), reverse=True)


def _movements_of(
    at: datetime,
    kind: str,
    order_id: int,
    number: str,
    title: str,
    stripe_id: str,
    currency: str,
    amount: int | None,
    booked: str | None,
    fee: int | None,
    net: int | None,
    moves: list[Raw] | None,
) -> list[Movement]:
    of_order = (kind, order_id, number, title, stripe_id)
    if kind != Kind.DISPUTE:
        gross = (amount or 0) * (1 if kind == Kind.CHARGE else -1)
        return [Movement(at, *of_order, currency, gross, booked or currency, fee, net)]
    if not moves:
        return [Movement(at, *of_order, currency, -(amount or 0), currency, None, None)]
    return [
        Movement(
            datetime.fromtimestamp(move["created"], UTC),
            *of_order,
            move["currency"],
            move["amount"],
            move["currency"],
            move["fee"],
            move["net"],
        )
        for move in moves
    ]


def totals(found: Iterable[Movement]) -> list[Total]:
    """One line per currency, by its code."""
    sums: dict[str, Total] = {}
    for one in found:
        here = sums.setdefault(one.currency, Total(one.currency))
        name = {Kind.CHARGE: "payments", Kind.REFUND: "refunds", Kind.DISPUTE: "disputes"}[Kind(one.kind)]
        setattr(here, name, getattr(here, name) + one.gross)
        here.counts[name] = here.counts.get(name, 0) + 1
        booked = sums.setdefault(one.booked_currency, Total(one.booked_currency))
        if one.fee is None or one.net is None:
            here.unbooked += 1
        else:
            booked.fee += one.fee
            booked.net += one.net
    return [sums[currency] for currency in sorted(sums)]


def by_month(found: Iterable[Movement]) -> list[tuple[date, Total]]:
    """The same per month and currency, newest month first."""
    months: dict[date, list[Movement]] = {}
    for one in found:
        months.setdefault(one.month, []).append(one)
    return [(month, total) for month in sorted(months, reverse=True) for total in totals(months[month])]
