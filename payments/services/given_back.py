"""What of an order was paid and given back, as Stripe last told it."""

from datetime import timedelta

from payments.models import Instalment, Order, PaymentFact, RefundRequest
from payments.rules.facts import Fact, payments_in, refunds_in
from payments.rules.instalments import AT_ONCE, Plan
from payments.rules.reading import fact_of

MONEY = (PaymentFact.Kind.SESSION, PaymentFact.Kind.INVOICE, PaymentFact.Kind.REFUND)
"""The facts that show what came in and what went back."""


def refunded_items(*, order: Order) -> set[int]:
    """The parts of an order whose own refund stands at Stripe. A refund that failed later is none."""
    _, refunds = ledger_of_order(order)
    standing = [refund.id for refund in refunds]
    asked = RefundRequest.objects.filter(order=order, stripe_id__in=standing)
    return set(asked.exclude(items=None).values_list("items", flat=True))


def ledger_of_order(order: Order) -> tuple[list[Fact], list[Fact]]:
    """The payments, oldest first, and the refunds that stand, as Stripe last told them."""
    raws = PaymentFact.objects.filter(order=order, kind__in=MONEY).values_list("raw", flat=True)
    facts = [fact_of(raw) for raw in raws]
    return payments_in(facts), refunds_in(facts)


def plan_of(order: Order) -> Plan:
    """How the order is paid: at once, or in so many months."""
    if order.instalment_count == 1:
        return AT_ONCE
    waived = Instalment.objects.filter(order=order).exclude(waived_by=None).values_list("n", flat=True)
    grace = timedelta(days=order.terms.get("grace_days") or 0)
    return Plan(payments=order.instalment_count, grace=grace, waived=frozenset(waived))
