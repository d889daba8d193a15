"""What the buyer is told about monthly payments: soon due, made, not gone through, access suspended. Each once."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from core import money
from notifications.services import record_mail
from payments.models import Instalment, Order, PaymentFact
from payments.rules.states import State
from payments.services.mails import school_words


def write_instalment_due(*, row: Instalment) -> None:
    """A few days before the card is charged again."""
    _write(row, "due", until=row.due_at)


def write_instalment_mails(*, order: Order) -> None:
    """What follows from the rows as they stand now."""
    grace = timedelta(days=order.terms.get("grace_days") or 0)
    rows = list(Instalment.objects.filter(order=order).select_related("order__user"))
    settled = all(row.state in (Instalment.State.PAID, Instalment.State.WAIVED) for row in rows)
    for row in rows:
        if row.state == Instalment.State.PAID and row.n > 1:
            _write(row, "last" if settled and row.n == len(rows) else "paid")
        if row.state == Instalment.State.MISSED:
            _write(row, "suspended" if order.status == State.OVERDUE else "missed", until=row.due_at + grace)


def _write(row: Instalment, what: str, *, until: datetime | None = None) -> None:
    order = row.order
    invoice = PaymentFact.objects.filter(stripe_id=row.invoice_id).first() if row.invoice_id else None
    pay_url = (invoice.raw.get("hosted_invoice_url") or "") if invoice else ""
    to_pay = what in ("missed", "suspended") and pay_url
    context: dict[str, Any] = {
        "what": what,
        "order": order,
        "n": row.n,
        "payments": order.terms.get("instalments"),
        "amount": money.display(row.amount, order.currency),
        "day": timezone.localtime(until).date() if until else None,
        "button_url": pay_url if to_pay else settings.SITE_URL + order.get_absolute_url(),
        "button_label": "Pay now" if to_pay else "See the order",
        **school_words(),
    }
    key = f"instalment-{what}-{order.uuid}-{row.n}"
    record_mail(key=key, user=order.user, template="instalment", context=context)
