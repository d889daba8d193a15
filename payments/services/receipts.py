"""What a receipt says: what was asked, taken off, paid and given back, from the ledger."""

from dataclasses import dataclass
from typing import Any

from core import money
from payments.models import Order, PaymentFact
from payments.rules.derive import GIVEN_BACK, PAID

Raw = dict[str, Any]


@dataclass(frozen=True)
class Receipt:
    """Amounts as people read them."""

    lines: list[tuple[str, str]]
    total_label: str
    total: str
    paid: bool
    declined: bool
    """The last card was refused, and no other was tried yet."""
    statement: str
    invoice_url: str


def receipt_of(order: Order) -> Receipt:
    """Reads `order.items` and `order.facts`, which lists prefetch."""
    facts = list(order.facts.all())
    raws = {kind: [fact.raw for fact in facts if fact.kind == kind] for kind in PaymentFact.Kind.values}
    sessions = [raw for raw in raws["session"] if raw.get("payment_status") in PAID]
    lines = [(item.course.title, _say(item.amount, order)) for item in order.items.all()]
    if not sessions:
        declined = any(raw.get("last_payment_error") for raw in raws["payment_intent"])
        return Receipt(lines, "Asked", _say(order.subtotal, order), False, declined, "", "")
    totals = [raw.get("total_details") or {} for raw in sessions]
    discount = sum(total.get("amount_discount") or 0 for total in totals)
    tax = sum(total.get("amount_tax") or 0 for total in totals)
    refunds = [raw for raw in raws["refund"] if raw["status"] in GIVEN_BACK]
    net = sum(raw["amount_total"] for raw in sessions) - sum(raw["amount"] for raw in refunds)
    lines += [("Code", f"-{_say(discount, order)}")] if discount else []
    lines += [("Tax", _say(tax, order))] if tax else []
    lines += [("Refunded", f"-{_say(raw['amount'], order)}") for raw in refunds]
    return Receipt(
        lines=lines,
        total_label="Paid, less refunds" if refunds else "Total paid",
        total=_say(net, order),
        paid=True,
        declined=False,
        statement=next((raw["calculated_statement_descriptor"] or "" for raw in raws["charge"] if raw["paid"]), ""),
        invoice_url=next((raw.get("hosted_invoice_url") or "" for raw in raws["invoice"]), ""),
    )


def _say(amount: int, order: Order) -> str:
    return money.display(amount, order.currency)
