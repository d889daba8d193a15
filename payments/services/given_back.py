"""What of an order was paid and given back, as Stripe last told it."""

from payments.models import Order, PaymentFact, RefundRequest
from payments.rules.derive import GIVEN_BACK, PAID
from payments.rules.reading import Raw


def refunded_items(*, order: Order) -> set[int]:
    """The parts of an order whose own refund stands at Stripe. A refund that failed later is none."""
    _, refunds = ledger_of_order(order)
    standing = [refund["id"] for refund in refunds]
    asked = RefundRequest.objects.filter(order=order, stripe_id__in=standing)
    return set(asked.exclude(items=None).values_list("items", flat=True))


def ledger_of_order(order: Order) -> tuple[list[Raw], list[Raw]]:
    """The paid sessions and the refunds that stand, as Stripe last told them."""
    facts = PaymentFact.objects.filter(order=order, kind__in=[PaymentFact.Kind.SESSION, PaymentFact.Kind.REFUND])
    raws = list(facts.values_list("kind", "raw"))
    sessions = [raw for kind, raw in raws if kind == PaymentFact.Kind.SESSION and raw.get("payment_status") in PAID]
    refunds = [raw for kind, raw in raws if kind == PaymentFact.Kind.REFUND and raw["status"] in GIVEN_BACK]
    return sessions, refunds
