"""What staff filter orders by."""

from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet

from courses.models import CoursePage
from payments.models import Order
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
