"""Orders: what one person bought, at the price and on the terms of that moment."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from core import money
from core.serials import SYMBOLS
from courses.models import CoursePage
from enrollments.models import Enrollment
from payments.models.offers import Offer
from payments.rules.states import State


def new_order_number() -> str:
    """The number that people read to each other: eight symbols that are not misread."""
    return "SP-" + "".join(secrets.choice(SYMBOLS) for _ in range(8))


class OrderQuerySet(models.QuerySet["Order"]):
    """Orders in the trade's words."""

    def unfinished(self) -> OrderQuerySet:
        """The buyer or the bank may still act: at most one per person and offer."""
        return self.filter(state__in=State.unfinished())

    def holding_seats(self) -> OrderQuerySet:
        """Orders whose seats nobody else can have."""
        ended = [state for state in State if state.ended_unpaid]
        return self.exclude(state__in=[*ended, State.REFUNDED, State.DISPUTE_LOST])

    def needing_review(self) -> OrderQuerySet:
        """A person must look, and has not."""
        return self.exclude(review_reason="").exclude(review_reason=F("review_settled"))

    def not_read_since(self, moment: datetime) -> OrderQuerySet:
        """Longest unread first."""
        return self.filter(Q(read_at=None) | Q(read_at__lte=moment)).order_by(F("read_at").asc(nulls_first=True), "pk")


class Order(models.Model):
    """One purchase. Its state follows from what Stripe says; only `sync_order` writes it."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    number = models.CharField(max_length=20, unique=True, default=new_order_number, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="orders")
    buyer = models.JSONField(default=dict, help_text="Name and e-mail address when it was ordered.")
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="orders")
    title = models.CharField(max_length=200, help_text="The offer's name when it was ordered.")
    quantity = models.PositiveIntegerField(default=1)
    currency = models.CharField(max_length=3)
    subtotal = models.PositiveBigIntegerField(help_text="What was asked, in the smallest unit, before codes and tax.")
    terms = models.JSONField(default=dict, help_text="Access, refund rule, instalments and policies as sold.")
    billing = models.JSONField(default=dict, help_text="Name, address and license number for receipt and invoice.")
    state = models.CharField(max_length=20, choices=State.choices(), default=State.NEW.value)
    review_reason = models.TextField(blank=True, help_text="Why a person must look.")
    review_settled = models.TextField(blank=True, help_text="The reason that a person has dealt with.")
    livemode = models.BooleanField(null=True, help_text="Real money; unknown until Stripe was asked.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    paid_at = models.DateTimeField(null=True, blank=True)
    refunded_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True, help_text="Ended without payment.")
    readings_begun = models.PositiveIntegerField(default=0, help_text="Tickets drawn by readers of Stripe's state.")
    reading_applied = models.PositiveIntegerField(default=0, help_text="The newest reading that was written down.")
    read_at = models.DateTimeField(null=True, blank=True)

    objects = OrderQuerySet.as_manager()
    wagtail_reference_index_ignore = True

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at", "-pk"]
        permissions = (("refund_order", "Can refund orders"),)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["user", "offer"],
                condition=Q(state__in=[state.value for state in State.unfinished()]),
                name="payments_one_unfinished_order",
            ),
            models.CheckConstraint(condition=Q(subtotal__gte=0), name="payments_subtotal_not_negative"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="payments_at_least_one"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["state", "read_at"], name="payments_order_by_state"),
            models.Index(fields=["user", "-created_at"], name="payments_order_by_user"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """The receipt."""
        return reverse("order", args=[self.uuid])

    @property
    def status(self) -> State:
        """The state, as the rules name it."""
        return State(self.state)

    @property
    def asked(self) -> str:
        """The price that was asked, as people read it."""
        return money.display(self.subtotal, self.currency)

    @property
    def instalment_count(self) -> int:
        """In how many equal payments it is paid."""
        return int(self.terms.get("instalments") or 1)

    @property
    def needs_review(self) -> bool:
        """A person must look, and has not."""
        return bool(self.review_reason) and self.review_reason != self.review_settled

    @property
    def refund_until(self) -> datetime | None:
        """The end of the refund window as sold; None where there is none."""
        days = self.terms.get("refund_days") or 0
        return self.paid_at + timedelta(days=days) if self.paid_at and days else None


class OrderItem(models.Model):
    """One course of an order, or one bought seat in it."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="items")
    course = models.ForeignKey(CoursePage, on_delete=models.PROTECT, related_name="order_items")
    amount = models.PositiveBigIntegerField(help_text="This item's part of the subtotal.")
    enrollment = models.ForeignKey(
        Enrollment, null=True, blank=True, on_delete=models.PROTECT, related_name="order_items"
    )
    seat = models.PositiveSmallIntegerField(default=0, help_text="0: for the buyer; else the seat that is passed on.")
    claim_nonce = models.CharField(
        max_length=20, blank=True, help_text="Makes the seat's link; changed, the old is void."
    )
    claim_token_hash = models.CharField(max_length=64, null=True, blank=True, unique=True)
    seat_email = models.EmailField(blank=True, help_text="Whom the buyer gave this seat to, before it was taken.")
    claimed_at = models.DateTimeField(null=True, blank=True)
    passed_to = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="taken_over",
        help_text="The later purchase that took over the enrollment which this one gave.",
    )

    wagtail_reference_index_ignore = True

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["enrollment"], condition=Q(enrollment__isnull=False), name="payments_enrollment_given_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.course} in {self.order}"

    @property
    def label(self) -> str:
        """Which part of the order it is, as people read it."""
        if not self.seat:
            return str(self.course.title)
        return f"Seat {self.seat}, {self.course.title}" + (" (taken)" if self.enrollment_id else "")


class Instalment(models.Model):
    """One monthly payment of an order that is paid in parts. Its state follows from what Stripe says."""

    class State(models.TextChoices):
        DUE = "due", "Due"
        PAID = "paid", "Paid"
        MISSED = "missed", "Missed"
        WAIVED = "waived", "Waived"

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="instalments")
    n = models.PositiveSmallIntegerField()
    amount = models.PositiveBigIntegerField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.DUE)
    paid_at = models.DateTimeField(null=True, blank=True)
    invoice_id = models.CharField(max_length=255, null=True, blank=True, unique=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    waived_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    wagtail_reference_index_ignore = True

    class Meta:
        ordering: ClassVar[list[str]] = ["order", "n"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["order", "n"], name="payments_instalment_number_once")
        ]

    def __str__(self) -> str:
        return f"Payment {self.n} of order {self.order_id}"


class OrderNote(models.Model):
    """What a person decided or wrote about an order. Added, never changed."""

    class What(models.TextChoices):
        NOTE = "note", "Note"
        SETTLED = "settled", "Review settled"
        REFUND_APPROVED = "refund_approved", "Refund approved"
        REFUND_REFUSED = "refund_refused", "Refund refused"
        SEAT_MOVED = "seat_moved", "Seat given to somebody else"
        ACCESS_GIVEN = "access_given", "Access given by hand"
        EVIDENCE = "evidence", "Evidence pack made"
        WAIVED = "waived", "Rest of the payments waived"

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="notes")
    at = models.DateTimeField(default=timezone.now, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=20, choices=What.choices)
    text = models.TextField(blank=True)

    wagtail_reference_index_ignore = True

    class Meta:
        ordering: ClassVar[list[str]] = ["order", "at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_what_display()} ({self.order_id})"


class CheckoutAttempt(models.Model):
    """One way to Stripe's page. The row and its key exist before Stripe is asked."""

    class State(models.TextChoices):
        ASKED = "asked", "Asked"
        OPEN = "open", "Open"
        COMPLETE = "complete", "Complete"
        EXPIRED = "expired", "Expired"
        FAILED = "failed", "Refused by Stripe"

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="attempts")
    n = models.PositiveIntegerField()
    idempotency_key = models.CharField(max_length=255, unique=True)
    session_id = models.CharField(max_length=255, null=True, blank=True, unique=True)
    url = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)

    wagtail_reference_index_ignore = True

    class Meta:
        ordering: ClassVar[list[str]] = ["order", "n"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["order", "n"], name="payments_attempt_number_once")
        ]

    def __str__(self) -> str:
        return self.idempotency_key
