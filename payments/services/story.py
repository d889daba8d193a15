"""What happened to an order, from every table that knows of it, in one list by time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import Q, TextField
from django.db.models.functions import Cast

from core import money
from enrollments.models import AccessHold
from notifications.models import Mail
from payments.models import Instalment, Order, PaymentFact, ReconcileRun


@dataclass(frozen=True)
class Moment:
    """One line of the story."""

    at: datetime
    kind: str
    what: str
    state: str = ""


def story_of(order: Order) -> list[Moment]:
    """Attempts, what Stripe says and sent, repairs, monthly payments, access, requests, decisions, mails: oldest first.

    Stripe tells whole seconds. Within one second what causes stands before what follows, as the sources stand here.
    """
    sources = (_attempts, _facts, _events, _repairs, _instalments, _access, _requests, _notes, _mails)
    return sorted((one for source in sources for one in source(order)), key=lambda one: one.at.replace(microsecond=0))


def _attempts(order: Order) -> Iterator[Moment]:
    yield Moment(order.created_at, "Order", "Ordered")
    for attempt in order.attempts.all():
        state = attempt.get_state_display()
        yield Moment(attempt.created_at, "Checkout", f"Checkout, attempt {attempt.n}", state)


def _facts(order: Order) -> Iterator[Moment]:
    for fact in order.facts.all():
        if fact.happened_at and fact.kind != PaymentFact.Kind.SESSION:
            known = fact.amount is not None and fact.currency
            amount = f" of {money.display(fact.amount or 0, fact.currency)}" if known else ""
            yield Moment(fact.happened_at, "Stripe", f"{fact.get_kind_display()}{amount}", fact.status)


def _events(order: Order) -> Iterator[Moment]:
    for event in order.events.all():
        times = f", {event.count} times" if event.count > 1 else ""
        error = f": {event.error}" if event.error else ""
        state = f"{event.get_outcome_display()}{error}"
        yield Moment(event.last_seen_at, "Webhook", f"Webhook {event.type}{times}", state)


def _repairs(order: Order) -> Iterator[Moment]:
    """What a comparison with Stripe found and put right: its lines name orders by their numbers."""
    runs = ReconcileRun.objects.filter(started_at__gte=order.created_at)
    for run in runs.annotate(lines=Cast("differences", TextField())).filter(lines__contains=order.number):
        for line in run.differences:
            if order.number in line:
                yield Moment(run.ended_at or run.started_at, "Reconciliation", line, "repaired")


def _instalments(order: Order) -> Iterator[Moment]:
    """Monthly payments that were made, missed or waived; what is still to come has not happened."""
    rows = list(order.instalments.all())
    for row in rows:
        if row.state != Instalment.State.DUE:
            what = f"Payment {row.n} of {len(rows)}, {money.display(row.amount, order.currency)}"
            yield Moment(row.paid_at or row.due_at, "Monthly", what, row.get_state_display())


def _requests(order: Order) -> Iterator[Moment]:
    for asked in order.refund_requests.select_related("requested_by", "decided_by"):
        amount = money.display(asked.amount, order.currency)
        failure = f": {asked.failure}" if asked.failure else ""
        what = f"Refund of {amount} asked by {asked.requested_by}: {asked.reason}"
        yield Moment(asked.created_at, "Refund", what, f"{asked.get_state_display()}{failure}")


def _notes(order: Order) -> Iterator[Moment]:
    for note in order.notes.select_related("by"):
        text = f": {note.text}" if note.text else ""
        yield Moment(note.at, "Staff", f"{note.get_what_display()}{text}", str(note.by))


def _mails(order: Order) -> Iterator[Moment]:
    seats = [Q(key__startswith=f"seat-{item.pk}-") for item in order.items.all() if item.claim_nonce]
    for mail in Mail.objects.filter(reduce(or_, seats, Q(key__contains=str(order.uuid)))):
        tried = f", tried {mail.tries} times" if mail.tries else ""
        what = f"Mail to {mail.to}: {mail.subject}"
        yield Moment(mail.created_at, "Mail", what, "sent" if mail.sent_at else f"waiting{tried}")


def _access(order: Order) -> Iterator[Moment]:
    items = [item for item in order.items.select_related("enrollment", "course") if item.enrollment]
    for item in items:
        if item.enrollment:
            yield Moment(item.enrollment.enrolled_at, "Access", f"Enrolled in {item.course.title}")
    for hold in AccessHold.objects.filter(enrollment__in=[item.enrollment_id for item in items]):
        reason = hold.get_reason_display().lower()
        yield Moment(hold.opened_at, "Access", f"Access suspended: {reason}")
        if hold.closed_at:
            yield Moment(hold.closed_at, "Access", f"Access open again: {reason}")
