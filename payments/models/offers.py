"""Offers: what is sold, for how much, on which terms. Once ordered, the terms stand; a new price is a new offer."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Count, Q
from django.utils import timezone
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel

from core import money
from courses.models import CoursePage
from payments.page_forms import OfferForm
from payments.rules.pricing import Price, price_now

FROZEN = "This offer has been ordered, so its terms stand. Close it and make a new one."


class OfferQuerySet(models.QuerySet["Offer"]):
    """Offers in the trade's words."""

    def open(self, at: datetime | None = None) -> OfferQuerySet:
        """On sale now."""
        now = at or timezone.now()
        return self.filter(Q(opens_at=None) | Q(opens_at__lte=now)).filter(Q(closes_at=None) | Q(closes_at__gt=now))

    def of_course(self, course: CoursePage) -> OfferQuerySet:
        """Offers of this course alone, newest first; bundles are offers of their own."""
        return (
            self.filter(items__course_id=course.pk)
            .annotate(parts=Count("items__offer__items"))
            .filter(parts=1)
            .order_by("-pk")
        )


class Offer(ClusterableModel):
    """One course, a bundle, or free (0), at a price."""

    name = models.CharField(max_length=200, help_text="As it stands on the receipt.")
    currency = models.CharField(
        max_length=3,
        default="usd",
        validators=[RegexValidator(r"^[a-z]{3}$", "Three small letters: usd.")],
        help_text="ISO code in small letters: usd.",
    )
    unit_amount = models.PositiveBigIntegerField(
        "price in the smallest unit", help_text="In cents (or the currency's smallest unit): 4800 is $48.00. 0 is free."
    )
    seats = models.PositiveIntegerField(null=True, blank=True, help_text="How many can be sold. Empty: no limit.")
    opens_at = models.DateTimeField(null=True, blank=True, help_text="On sale from. Empty: at once.")
    closes_at = models.DateTimeField(null=True, blank=True, help_text="On sale until. Empty: until closed.")
    access_days = models.PositiveIntegerField(null=True, blank=True, help_text="How long access lasts. Empty: no end.")
    refund_days = models.PositiveSmallIntegerField(
        default=0, help_text="Days in which the money is given back. 0: none."
    )
    refund_seen_percent = models.PositiveSmallIntegerField(
        "no refund after this share of the course",
        null=True,
        blank=True,
        validators=[MaxValueValidator(100)],
        help_text="In percent of the lessons. Empty: only the days count.",
    )
    refund_text = models.TextField(blank=True, help_text="The refund rule in one or two plain sentences.")
    most_seats = models.PositiveSmallIntegerField(
        "seats in one order",
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(200)],
        help_text="More than 1: a clinic may buy several seats and pass them on by links.",
    )
    instalments = models.PositiveSmallIntegerField(
        "monthly payments",
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(24)],
        help_text="1: paid at once. More: so many equal payments, a month apart; the certificate waits for the last.",
    )
    grace_days = models.PositiveSmallIntegerField(
        default=7, help_text="Days that a monthly payment may be late before access is suspended."
    )
    stripe_product = models.CharField(max_length=255, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = OfferQuerySet.as_manager()
    terms: ClassVar[tuple[str, ...]] = (
        *("name", "currency", "unit_amount", "access_days", "refund_days", "refund_seen_percent", "refund_text"),
        *("instalments", "grace_days"),
    )
    base_form_class = OfferForm
    panels: ClassVar[list[Any]] = [
        FieldPanel("name"),
        InlinePanel("items", label="course", min_num=1),
        MultiFieldPanel([FieldPanel("unit_amount"), FieldPanel("currency")], heading="Price"),
        InlinePanel("prices", label="further price", heading="Early prices and other currencies"),
        MultiFieldPanel([FieldPanel("opens_at"), FieldPanel("closes_at"), FieldPanel("seats")], heading="On sale"),
        MultiFieldPanel(
            [FieldPanel("most_seats"), FieldPanel("instalments"), FieldPanel("grace_days")], heading="Ways to buy"
        ),
        MultiFieldPanel(
            [
                FieldPanel("access_days"),
                FieldPanel("refund_days"),
                FieldPanel("refund_seen_percent"),
                FieldPanel("refund_text"),
            ],
            heading="Terms",
        ),
    ]

    class Meta:
        ordering: ClassVar[list[str]] = ["-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(unit_amount__gt=0) | Q(seats=None),
                name="payments_free_has_no_seats",
                violation_error_message="A free offer cannot limit its seats.",
            ),
            models.CheckConstraint(
                condition=Q(opens_at=None) | Q(closes_at=None) | Q(closes_at__gt=models.F("opens_at")),
                name="payments_offer_closes_after_it_opens",
                violation_error_message="The offer closes before it opens.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Refuse what `clean` refuses, whoever saves."""
        if self._terms_changed() and self.is_ordered():
            raise ValidationError(FROZEN)
        super().save(*args, **kwargs)

    @property
    def price(self) -> str:
        """What a person reads now: $48.00, or Free."""
        now = self.price_at(timezone.now())
        amount = now.amount if now else self.unit_amount
        return money.display(amount, self.currency) if amount else "Free"

    @property
    def is_free(self) -> bool:
        """Nothing to pay: one is enrolled at once."""
        return self.unit_amount == 0

    def all_prices(self) -> list[Price]:
        """Its own price and those beside it."""
        further = [Price(one.currency, one.unit_amount, one.until) for one in self.prices.all()]
        return [*further, Price(self.currency, self.unit_amount)]

    def price_at(self, at: datetime, currency: str = "") -> Price | None:
        """What one seat costs then; None where it is not sold in that currency."""
        return price_now(self.all_prices(), currency=currency or self.currency, now=at)

    def is_open(self, at: datetime | None = None) -> bool:
        """On sale at this moment."""
        now = at or timezone.now()
        return (self.opens_at is None or self.opens_at <= now) and (self.closes_at is None or self.closes_at > now)

    def is_ordered(self) -> bool:
        """Whether an order holds these terms."""
        return self.pk is not None and self.orders.exists()

    def clean(self) -> None:
        """The terms of an ordered offer stand."""
        super().clean()
        if self._terms_changed() and self.is_ordered():
            raise ValidationError(FROZEN)

    def _terms_changed(self) -> bool:
        if self.pk is None:
            return False
        stored = Offer.objects.filter(pk=self.pk).values(*self.terms).first()
        return stored is not None and stored != {name: getattr(self, name) for name in self.terms}


class OfferPrice(models.Model):
    """A price beside the offer's own: until a day (early bird), or in another currency."""

    offer = ParentalKey(Offer, on_delete=models.CASCADE, related_name="prices")
    currency = models.CharField(max_length=3, validators=[RegexValidator(r"^[a-z]{3}$", "Three small letters: usd.")])
    unit_amount = models.PositiveBigIntegerField("price in the smallest unit")
    until = models.DateTimeField(null=True, blank=True, help_text="Empty: the standing price in this currency.")

    panels: ClassVar[list[Any]] = [FieldPanel("currency"), FieldPanel("unit_amount"), FieldPanel("until")]

    class Meta:
        ordering: ClassVar[list[str]] = ["offer", "currency", "until"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["offer", "currency", "until"], name="payments_price_once_per_day"),
            models.UniqueConstraint(
                fields=["offer", "currency"], condition=Q(until=None), name="payments_one_standing_price"
            ),
            models.CheckConstraint(condition=Q(unit_amount__gt=0), name="payments_further_price_above_zero"),
        ]

    def __str__(self) -> str:
        return money.display(self.unit_amount, self.currency)


class OfferItem(models.Model):
    """A course that an offer gives access to."""

    offer = ParentalKey(Offer, on_delete=models.CASCADE, related_name="items")
    course = models.ForeignKey(CoursePage, on_delete=models.PROTECT, related_name="offer_items")

    panels: ClassVar[list[Any]] = [FieldPanel("course", widget=forms.Select)]

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["offer", "course"], name="payments_course_once_per_offer")
        ]

    def __str__(self) -> str:
        return f"{self.course} in {self.offer}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Refuse what `clean` refuses, whoever saves."""
        self.clean()
        super().save(*args, **kwargs)

    def clean(self) -> None:
        """What was sold stays what it was."""
        if self._changed() and Offer.objects.filter(pk=self.offer_id, orders__isnull=False).exists():
            raise ValidationError(FROZEN)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        """A course that was sold stays in its offer."""
        if Offer.objects.filter(pk=self.offer_id, orders__isnull=False).exists():
            raise ValidationError(FROZEN)
        return super().delete(*args, **kwargs)

    def _changed(self) -> bool:
        return not (
            self.pk and OfferItem.objects.filter(pk=self.pk, course=self.course_id, offer=self.offer_id).exists()
        )
