"""What Stripe says (the ledger), what it sent (a diary), and what we ask it to give back."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from payments.models.orders import Order


class PaymentFact(models.Model):
    """The newest state of one object at Stripe. Upserted by `sync_order`; nothing else writes it."""

    class Kind(models.TextChoices):
        SESSION = "session", "Checkout session"
        PAYMENT_INTENT = "payment_intent", "Payment"
        CHARGE = "charge", "Charge"
        REFUND = "refund", "Refund"
        DISPUTE = "dispute", "Dispute"
        INVOICE = "invoice", "Invoice"
        SUBSCRIPTION = "subscription", "Monthly payments"

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="facts")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    stripe_id = models.CharField(max_length=255, unique=True)
    amount = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    status = models.CharField(max_length=60)
    presentment_amount = models.BigIntegerField(
        null=True, blank=True, help_text="What the buyer saw, in their own currency."
    )
    presentment_currency = models.CharField(max_length=3, blank=True)
    fee = models.BigIntegerField(null=True, blank=True)
    net = models.BigIntegerField(null=True, blank=True)
    happened_at = models.DateTimeField(null=True, blank=True, help_text="When Stripe made it.")
    observed_at = models.DateTimeField()
    raw = models.JSONField(default=dict)

    wagtail_reference_index_ignore = True

    class Meta:
        ordering: ClassVar[list[str]] = ["happened_at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.stripe_id}"


class StripeEvent(models.Model):
    """A diary of what Stripe sent. It gates nothing: a known event is handled again like a new one."""

    class Outcome(models.TextChoices):
        RECEIVED = "received", "Received"
        SYNCED = "synced", "Order read again"
        IGNORED = "ignored", "Nothing to do"
        FAILED = "failed", "Failed; Stripe sends it again"

    id = models.CharField(max_length=255, primary_key=True)
    type = models.CharField(max_length=100)
    api_version = models.CharField(max_length=40, blank=True)
    created = models.DateTimeField()
    livemode = models.BooleanField()
    object_id = models.CharField(max_length=255, blank=True)
    order = models.ForeignKey(Order, null=True, blank=True, on_delete=models.PROTECT, related_name="events")
    first_seen_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)
    count = models.PositiveIntegerField(default=0)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.RECEIVED)
    error = models.CharField(max_length=250, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True, help_text="When Stripe signed the newest delivery.")
    secret_number = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Which of STRIPE_WEBHOOK_SECRETS fitted, counted from 1."
    )

    wagtail_reference_index_ignore = True

    class Meta:
        ordering: ClassVar[list[str]] = ["-created", "-id"]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["-last_seen_at"], name="payments_event_by_time")]

    def __str__(self) -> str:
        return f"{self.type} {self.id}"


class RefundRequest(models.Model):
    """Money to give back, decided by a person. Stored, with its key, before Stripe is asked."""

    class State(models.TextChoices):
        REQUESTED = "requested", "Waiting for a decision"
        ASKED = "asked", "Sent to Stripe"
        DONE = "done", "Done"
        REFUSED = "refused", "Refused"
        FAILED = "failed", "Failed"

    OPEN: ClassVar[tuple[str, ...]] = (State.REQUESTED, State.ASKED)

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="refund_requests")
    n = models.PositiveIntegerField()
    idempotency_key = models.CharField(max_length=255, unique=True)
    amount = models.PositiveBigIntegerField()
    items = models.ManyToManyField(
        "payments.OrderItem", blank=True, related_name="refund_requests", help_text="Parts; none: of the whole."
    )
    reason = models.TextField()
    decision = models.TextField(blank=True, help_text="What staff wrote to the learner.")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    failure = models.CharField(max_length=250, blank=True, help_text="Stripe's code, where it said no.")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.REQUESTED)
    stripe_id = models.CharField(max_length=255, null=True, blank=True, unique=True)

    wagtail_reference_index_ignore = True

    class Meta:
        ordering: ClassVar[list[str]] = ["order", "n"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["order", "n"], name="payments_refund_number_once"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="payments_refund_of_something"),
            models.UniqueConstraint(
                fields=["order"],
                condition=models.Q(state="requested"),
                name="payments_one_undecided_refund_request",
            ),
        ]

    def __str__(self) -> str:
        return self.idempotency_key


class ReconcileRun(models.Model):
    """One comparison of our orders with Stripe: what was read, and each difference that was repaired."""

    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    whole = models.BooleanField(default=True, help_text="All orders; else one that somebody named.")
    orders_read = models.PositiveIntegerField(default=0)
    differences = models.JSONField(default=list)
    bookmark = models.CharField(max_length=255, blank=True, help_text="The newest event up to which all were replayed.")
    error = models.CharField(max_length=250, blank=True)

    wagtail_reference_index_ignore = True

    class Meta:
        ordering: ClassVar[list[str]] = ["-started_at", "-pk"]

    def __str__(self) -> str:
        return f"Reconciliation of {self.started_at:%Y-%m-%d %H:%M}"
