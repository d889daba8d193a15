"""Payouts: what Stripe sent to the school's bank, and the payments, refunds, disputes and fees that each is made of.

Read at Stripe when somebody looks; nothing of it is kept. Amounts are in the smallest unit of the account's currency.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice

from payments.models import PaymentFact
from payments.rules.reading import Raw
from payments.services import stripe_api
from payments.services.ledger import Period

MOST = 400
"""How many payouts are looked through at once: a year of daily ones, and four requests."""
STATES = {
    "paid": "Paid",
    "pending": "Not sent yet",
    "in_transit": "On its way",
    "canceled": "Canceled",
    "failed": "Came back",
}
OF_CHARGES = ("charge", "charge_failure")
OF_REFUNDS = ("refund", "refund_failure", "partial_capture_reversal")
OF_DISPUTES = ("dispute", "dispute_reversal")
OF_FEES = ("fee", "network_cost", "tax")
OF_PAYOUTS = ("payout", "payout_reversal", "payout_failure")
"""Stripe's reporting categories (docs.stripe.com/reports/reporting-categories). Whatever else there is, is "other"."""

WORDS = (
    (OF_CHARGES, "Payment"),
    (OF_REFUNDS, "Refund"),
    (OF_DISPUTES, "Dispute"),
    (OF_FEES, "Fee"),
    (OF_PAYOUTS, "Payout that came back"),
)
COLUMNS = {"Payment": "payments", "Refund": "refunds", "Dispute": "disputes"}


@dataclass(frozen=True)
class Booking:
    """One line of a payout: what moved the balance, and the order that it belongs to (none: not sold here)."""

    at: datetime
    category: str
    gross: int
    fee: int
    net: int
    source: str
    order_id: int | None = None
    number: str = ""
    title: str = ""

    @property
    def what(self) -> str:
        """In the words of the ledger."""
        return next((word for categories, word in WORDS if self.category in categories), "Other")


@dataclass(frozen=True)
class Payout:
    """One transfer to the school's bank."""

    stripe_id: str
    arrives: date
    state: str
    currency: str
    amount: int
    automatic: bool
    failure: str = ""
    bookings: list[Booking] = field(default_factory=list)

    @property
    def said(self) -> str:
        """Its state, in words."""
        word = STATES.get(self.state, self.state)
        return f"{word}: {self.failure}" if self.failure else word

    @property
    def orders(self) -> dict[int, str]:
        """Order -> its number, each once."""
        return {one.order_id: one.number for one in self.bookings if one.order_id is not None}

    @property
    def unexplained(self) -> int:
        """What the bookings do not add up to; 0 where Stripe does not list them."""
        return self.amount - sum(one.net for one in self.bookings) if self.bookings else 0


@dataclass
class Sum:
    """Payouts of one currency, or one payout, taken apart. Net is payments + refunds + disputes + other - fees."""

    currency: str
    count: int = 0
    payments: int = 0
    refunds: int = 0
    disputes: int = 0
    other: int = 0
    fees: int = 0
    net: int = 0

    def add(self, payout: Payout) -> Sum:
        """One more. A payout that came back brought nothing."""
        self.count += 1
        self.net += payout.amount
        for one in payout.bookings:
            self.fees += one.fee
            if one.what == "Fee":
                self.fees -= one.gross
            else:
                name = COLUMNS.get(one.what, "other")
                setattr(self, name, getattr(self, name) + one.gross)
        return self


def payouts_of(period: Period) -> list[Payout]:
    """Payouts that arrive in these days, newest first, without what is in them; at most `MOST`.

    Raises StripeDownError, StripeRefusedError. Stripe's day of arrival is a day of its own, at midnight UTC.
    """
    begin = datetime.combine(period.first, time.min, tzinfo=UTC)
    end = datetime.combine(period.last + timedelta(days=1), time.min, tzinfo=UTC)
    return [_payout(raw) for raw in islice(stripe_api.payouts_since(begin, end), MOST)]


def _payout(raw: Raw) -> Payout:
    return Payout(
        stripe_id=raw["id"],
        arrives=datetime.fromtimestamp(raw["arrival_date"], UTC).date(),
        state=raw["status"],
        currency=raw["currency"],
        amount=raw["amount"],
        automatic=bool(raw.get("automatic", True)),
        failure=raw.get("failure_message") or "",
    )


def opened(payouts: Iterable[Payout]) -> list[Payout]:
    """The same with what each is made of: one question to Stripe for each, one of ours for all.

    Stripe lists the bookings of automatic payouts only: what a person drew by hand belongs to no payment.
    """
    found = [(payout, list(_raw_bookings(payout)) if payout.automatic else []) for payout in payouts]
    orders = _orders_of(raw for _, bookings in found for raw in bookings)
    return [
        Payout(**(vars(payout) | {"bookings": [_booking(raw, orders) for raw in bookings]}))
        for payout, bookings in found
    ]


def _raw_bookings(payout: Payout) -> Iterator[Raw]:
    """Without the payout's own line, which takes all of it from the balance. What came back is in the next one."""
    for raw in stripe_api.balance_of_payout(payout.stripe_id):
        if raw["reporting_category"] != "payout" or payout.stripe_id not in _names(raw):
            yield raw


def _orders_of(bookings: Iterable[Raw]) -> dict[str, tuple[int, str, str]]:
    """Number of a charge, refund or dispute at Stripe -> its order."""
    wanted = {name for raw in bookings for name in _names(raw)}
    facts = PaymentFact.objects.filter(stripe_id__in=wanted).order_by()
    rows = facts.values_list("stripe_id", "order_id", "order__number", "order__title")
    return {stripe_id: (order, number, title) for stripe_id, order, number, title in rows}


def _names(raw: Raw) -> list[str]:
    """By which we may know what a booking is about: the object itself, and the payment behind it."""
    source = raw.get("source")
    if not isinstance(source, dict):
        return [source] if source else []
    named = (source["id"], source.get("charge"), source.get("payment_intent"))
    return [name for name in named if isinstance(name, str)]


def _booking(raw: Raw, orders: dict[str, tuple[int, str, str]]) -> Booking:
    names = _names(raw)
    known = next((orders[name] for name in names if name in orders), (None, "", ""))
    return Booking(
        datetime.fromtimestamp(raw["created"], UTC),
        raw["reporting_category"],
        raw["amount"],
        raw["fee"],
        raw["net"],
        names[0] if names else "",
        *known,
    )


def sums_of(payouts: Iterable[Payout]) -> list[Sum]:
    """One line per currency. What was canceled or came back is no money."""
    sums: dict[str, Sum] = {}
    for payout in payouts:
        if payout.state not in ("canceled", "failed"):
            sums.setdefault(payout.currency, Sum(payout.currency)).add(payout)
    return [sums[currency] for currency in sorted(sums)]
