"""Monthly payments: kept as rows that people read, ended at Stripe in time, waived by staff."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from core import money
from core.months import months_later
from payments.models import Instalment, Order, OrderNote, PaymentFact
from payments.rules.derive import LIVE
from payments.rules.facts import Fact
from payments.rules.instalments import parts_of as parts_as_told
from payments.rules.reading import moment
from payments.rules.states import State
from payments.services import stripe_api
from payments.services.given_back import plan_of
from payments.services.instalment_mails import write_instalment_due, write_instalment_mails

Standing = Instalment.State
SOON = timedelta(days=3)
"""So long before a payment its mail goes out."""


class WaiverRefused(Exception):
    """Nothing is waived; the message says why."""


@dataclass(frozen=True)
class Part:
    """One monthly payment as its buyer reads it."""

    n: int
    amount: str
    due_at: datetime
    state: str
    paid_at: datetime | None
    pay_url: str
    """Where a missed payment is made up for; empty where none is."""


def parts_of(order: Order) -> list[Part]:
    """The payments of an order that is paid in parts; empty for any other. Pages prefetch `order.facts`."""
    addresses = {fact.stripe_id: fact.raw.get("hosted_invoice_url") or "" for fact in order.facts.all()}
    return [
        Part(
            row.n,
            money.display(row.amount, order.currency),
            row.due_at,
            row.state,
            row.paid_at,
            addresses.get(row.invoice_id or "", "") if row.state == Standing.MISSED else "",
        )
        for row in order.instalments.all()
    ]


def keep_instalments(*, order: Order, facts: list[Fact], at: datetime) -> None:
    """The rows as Stripe tells them. Within the transaction that writes the order down."""
    plan = plan_of(order)
    paid_at = _paid_at(order) if plan.in_parts else {}
    for part in parts_as_told(plan, facts, at):
        Instalment.objects.update_or_create(
            order=order,
            n=part.n,
            defaults={
                "amount": order.subtotal // plan.payments,
                "due_at": part.due_at,
                "state": part.state.value,
                "invoice_id": part.invoice or None,
                "paid_at": paid_at.get(part.invoice),
            },
        )
    if plan.in_parts:
        write_instalment_mails(order=order)


def _paid_at(order: Order) -> dict[str, datetime | None]:
    invoices = PaymentFact.objects.filter(order=order, kind=PaymentFact.Kind.INVOICE, status="paid")
    return {fact.stripe_id: moment((fact.raw.get("status_transitions") or {}).get("paid_at")) for fact in invoices}


def end_in_time(*, order: Order) -> None:
    """Stripe asks for as many payments as were sold, and for none once the money went back or the rest was waived.

    Raises StripeDownError; whoever read the order then reads it again.
    """
    plan = plan_of(order)
    if not plan.in_parts:
        return
    rows = list(order.instalments.all())
    settled = bool(rows) and all(row.state in (Standing.PAID, Standing.WAIVED) for row in rows)
    over = settled or order.status in (State.REFUNDED, State.DISPUTE_LOST)
    for fact in order.facts.filter(kind=PaymentFact.Kind.SUBSCRIPTION, status__in=sorted(LIVE)):
        began = moment(fact.raw.get("billing_cycle_anchor"))
        if over:
            stripe_api.cancel_subscription(fact.stripe_id)
        elif began and not fact.raw.get("cancel_at"):
            stripe_api.end_subscription(fact.stripe_id, at=months_later(began, plan.payments))


@transaction.atomic
def waive_rest(*, order: Order, by: User, reason: str, at: datetime | None = None) -> int:
    """The school does not ask for what is missing any more; how many payments that were. Raises WaiverRefused.

    Access and certificate follow when the order is read again (`sync_order`), which the caller does.
    """
    if not reason.strip():
        message = "Please write why the rest is waived."
        raise WaiverRefused(message)
    now = at or timezone.now()
    Order.objects.select_for_update(of=("self",)).get(pk=order.pk)
    open_rows = Instalment.objects.filter(order=order, waived_by=None).exclude(
        state__in=[Standing.PAID, Standing.WAIVED]
    )
    waived = open_rows.update(waived_by=by, state=Standing.WAIVED)
    if not waived:
        message = "No payment of this order is missing."
        raise WaiverRefused(message)
    OrderNote.objects.create(order=order, at=now, by=by, what=OrderNote.What.WAIVED, text=reason.strip())
    return waived


def remind_of_instalments(*, limit: int = 200, at: datetime | None = None) -> int:
    """Mails about payments that are due in the next days, for `sweep`; each is written once. How many were written."""
    now = at or timezone.now()
    due = Instalment.objects.filter(state=Standing.DUE, due_at__gt=now, due_at__lte=now + SOON, n__gt=1)
    running = due.filter(order__state__in=[State.PAYING, State.OVERDUE], reminded_at=None)
    written = 0
    for row in running.select_related("order__user")[:limit]:
        with transaction.atomic():
            if Instalment.objects.filter(pk=row.pk, reminded_at=None).update(reminded_at=now):
                write_instalment_due(row=row)
                written += 1
    return written
