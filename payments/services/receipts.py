"""What a receipt says: who bought what, what was asked, taken off, paid and given back, from the ledger."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime

from core import money
from courses.models import SchoolSettings
from payments.models import Order, PaymentFact
from payments.rendering import render_receipt
from payments.rules.declines import Decline, decline_of
from payments.rules.facts import GIVEN_BACK, PAID
from payments.rules.reading import subscription_of
from payments.services.billing import buyer_lines, terms_on_receipt
from payments.services.instalments import parts_of

Raw = dict[str, Any]
PART_STATES = {"due": "Due", "paid": "Paid", "missed": "Not paid yet", "waived": "Not asked for any more"}


@dataclass(frozen=True)
class Receipt:
    """Amounts as people read them."""

    buyer: list[str]
    lines: list[tuple[str, str]]
    total_label: str
    total: str
    paid: bool
    terms: list[tuple[str, str]]
    decline: Decline | None
    """Why the last card was refused, while no other was tried."""
    statement: str
    invoice_url: str


@dataclass(frozen=True)
class Takings:
    """What came in, over all payments: by session where it is paid at once, by invoice where it is paid in parts."""

    paid: int
    discount: int
    tax: int


def receipt_of(order: Order) -> Receipt:
    """Reads `order.items` and `order.facts`, which lists prefetch."""
    facts = list(order.facts.all())
    raws = {kind: [fact.raw for fact in facts if fact.kind == kind] for kind in PaymentFact.Kind.values}
    takings = _takings(raws)
    statement = next((raw["calculated_statement_descriptor"] or "" for raw in raws["charge"] if raw["paid"]), "")
    refunds = [raw["amount"] for raw in raws["refund"] if raw["status"] in GIVEN_BACK]
    lines = [(item.course.title, _say(item.amount, order)) for item in order.items.all()]
    errors = [raw["last_payment_error"] for raw in raws["payment_intent"] if raw.get("last_payment_error")]
    return Receipt(
        buyer=buyer_lines(order, facts),
        lines=lines + (_further_lines(order, takings, refunds) if takings else []),
        total_label=("Paid, less refunds" if refunds else "Total paid") if takings else "Asked",
        total=_say(takings.paid - sum(refunds) if takings else order.subtotal, order),
        paid=takings is not None,
        terms=terms_on_receipt(order, statement),
        decline=decline_of(errors[-1]) if errors and takings is None else None,
        statement=statement,
        invoice_url=next((raw.get("hosted_invoice_url") or "" for raw in raws["invoice"]), ""),
    )


def _takings(raws: dict[str, list[Raw]]) -> Takings | None:
    """None before anything was paid."""
    sessions = [raw for raw in raws["session"] if raw.get("payment_status") in PAID and not subscription_of(raw)]
    monthly = [raw for raw in raws["invoice"] if subscription_of(raw) and raw["status"] == "paid"]
    if not sessions and not monthly:
        return None
    totals = [raw.get("total_details") or {} for raw in sessions]
    return Takings(
        paid=sum(raw["amount_total"] for raw in sessions) + sum(raw["amount_paid"] for raw in monthly),
        discount=sum(one.get("amount_discount") or 0 for one in totals) + _sum(monthly, "total_discount_amounts"),
        tax=sum(one.get("amount_tax") or 0 for one in totals) + _sum(monthly, "total_taxes"),
    )


def _sum(invoices: list[Raw], name: str) -> int:
    return sum(part["amount"] for raw in invoices for part in raw.get(name) or [])


def _further_lines(order: Order, takings: Takings, refunds: list[int]) -> list[tuple[str, str]]:
    """So that the lines add up to the total."""
    monthly = order.instalment_count > 1
    missing = order.subtotal - takings.discount + takings.tax - takings.paid if monthly else 0
    lines = [("Code", f"-{_say(takings.discount, order)}")] if takings.discount else []
    lines += [("Tax", _say(takings.tax, order))] if takings.tax else []
    lines += [("Not paid yet", f"-{_say(missing, order)}")] if missing > 0 else []
    return lines + [("Refunded", f"-{_say(amount, order)}") for amount in refunds]


@dataclass(frozen=True)
class PartLine:
    """A monthly payment as the receipt shows it."""

    which: str
    amount: str
    state: str
    pay_url: str


def part_lines(order: Order) -> list[PartLine]:
    """The monthly payments of an order; none where it was paid at once."""
    parts = parts_of(order)
    return [
        PartLine(
            which=f"Payment {part.n} of {len(parts)}, due {_day(part.due_at)}",
            amount=part.amount,
            state=PART_STATES[part.state] + (f" {_day(part.paid_at)}" if part.paid_at else ""),
            pay_url=part.pay_url,
        )
        for part in parts
    ]


def receipt_pdf(*, order: Order, school: SchoolSettings, at: datetime) -> bytes:
    """The receipt on paper, as it stands now."""
    receipt = receipt_of(order)
    days: list[tuple[str, datetime | None]] = [
        ("Ordered", order.created_at), ("Paid", order.paid_at), ("Refunded", order.refunded_at)
    ]  # fmt: skip
    return render_receipt(
        {
            "number": order.number,
            "school": school.name,
            "address": school.address.splitlines(),
            "email": school.email,
            "test": order.livemode is False,
            "facts": [
                ("State", order.status.label),
                *((name, _day(day)) for name, day in days if day),
            ],
            "buyer": receipt.buyer,
            "title": order.title + (f", {order.quantity} seats" if order.quantity > 1 else ""),
            "lines": receipt.lines,
            "total_label": receipt.total_label,
            "total": receipt.total,
            "parts": [(part.which, part.amount, part.state) for part in part_lines(order)],
            "terms": receipt.terms,
            "refund_text": order.terms.get("refund_text") or "",
        },
        at=at,
    )


def _day(moment: datetime) -> str:
    return str(date_format(localtime(moment), "M j, Y"))


def _say(amount: int, order: Order) -> str:
    return money.display(amount, order.currency)
