"""What staff filter orders by, and what a buyer writes who wants money back."""

from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import QuerySet
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet

from courses.models import CoursePage
from payments.models import Order, OrderItem
from payments.rules.states import State


class OrderFilters(WagtailFilterSet):
    """State, course, date, price, and whether a person must look."""

    review = django_filters.ChoiceFilter(
        label="Review", choices=[("needed", "A person must look")], method="needing_review", empty_label="All"
    )
    state = django_filters.MultipleChoiceFilter(label="State", choices=State.choices())
    course = django_filters.ModelChoiceFilter(
        label="Course", field_name="items__course", queryset=CoursePage.objects.all()
    )
    created_at = django_filters.DateFromToRangeFilter(label="Ordered", widget=DateRangePickerWidget)
    price_from = django_filters.NumberFilter(label="Price from (cents)", field_name="subtotal", lookup_expr="gte")
    price_to = django_filters.NumberFilter(label="Price to (cents)", field_name="subtotal", lookup_expr="lte")

    class Meta:
        model = Order
        fields: ClassVar[list[str]] = []

    def needing_review(self, queryset: QuerySet[Order], name: str, value: str) -> QuerySet[Order]:
        """The review queue."""
        return queryset & Order.objects.needing_review() if value else queryset

    def filter_queryset(self, queryset: QuerySet[Order]) -> QuerySet[Order]:
        """An order with two courses is one row."""
        found: Any = super().filter_queryset(queryset)
        return found.distinct()


class RefundForm(forms.Form):
    """Why, and of a purchase of several which parts."""

    parts = forms.MultipleChoiceField(
        label="Which part?", required=False, widget=forms.CheckboxSelectMultiple, help_text="None chosen: all of it."
    )
    reason = forms.CharField(
        label="Why do you want your money back?",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
        help_text="A sentence is enough. The school reads it.",
    )

    def __init__(self, *args: Any, parts: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not parts:
            del self.fields["parts"]
        else:
            choices: Any = self.fields["parts"]
            choices.choices = parts

    def chosen(self, order: Order) -> list[OrderItem]:
        """The parts as rows of this order."""
        return list(order.items.filter(pk__in=self.cleaned_data.get("parts") or []))


class SeatForm(forms.Form):
    """Whom a seat's link goes to."""

    email = forms.EmailField(max_length=254)


class PurchaseForm(forms.Form):
    """How many seats, and of which offer. The price is never read from a form."""

    seats = forms.IntegerField(min_value=1, max_value=200, required=False)
    offer = forms.IntegerField(min_value=1, max_value=2**31, required=False)
    pay_in = forms.RegexField(r"^[a-z]{3}\Z", required=False)
