"""Orders in the back office: looked at, not edited; what a person may do about one."""

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import partial
from typing import Any, ClassVar

import django_filters
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum, TextField
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.viewsets.model import ModelViewSet

from core import money
from core.records import RecordIndexView, RecordInspectView
from courses.models import CoursePage
from payments.admin import refunds
from payments.models import Order, PaymentFact, RefundRequest
from payments.rules.states import State
from payments.services import StripeDownError, StripeRefusedError, settle_review, sync_order
from payments.services.ledger import MOVED
from payments.services.receipts import receipt_of
from payments.services.review import add_note
from payments.services.story import story_of

CHANGE = "payments.change_order"
LABELS = {
    "user": "Buyer",
    "title": "What",
    "created_at": "Ordered",
    "paid_at": "Paid",
    "refunded_at": "Refunded",
    "read_at": "Read at Stripe",
}
BOOKED_IN = KT("raw__balance_transaction__currency")
"""Of fee and net: the school's currency, where the buyer paid in another one."""
REFUNDS = {
    RefundRequest.State.REQUESTED: "asked for",
    RefundRequest.State.ASKED: "on its way",
    RefundRequest.State.DONE: "given back",
    RefundRequest.State.REFUSED: "refused",
    RefundRequest.State.FAILED: "did not work",
}
Act = Callable[[HttpRequest, Order], None]


def currencies() -> list[tuple[str, str]]:
    """Those of the orders."""
    used = Order.objects.order_by("currency").values_list("currency", flat=True).distinct()
    return [(code, code.upper()) for code in used]


class OrderFilters(WagtailFilterSet):
    """State, course, date, price as people write it, and whether a person must look."""

    review = django_filters.ChoiceFilter(
        label="Review", choices=[("needed", "A person must look")], method="needing_review", empty_label="All"
    )
    state = django_filters.MultipleChoiceFilter(label="State", choices=State.choices())
    course = django_filters.ModelChoiceFilter(
        label="Course", field_name="items__course", queryset=CoursePage.objects.order_by("title")
    )
    created_at = django_filters.DateFromToRangeFilter(label="Ordered", widget=DateRangePickerWidget)
    currency = django_filters.ChoiceFilter(label="Currency", choices=currencies, empty_label="All")
    price_from = django_filters.NumberFilter(label="Price from", method="at_least", max_digits=15)
    price_to = django_filters.NumberFilter(label="Price to", method="at_most", max_digits=15)

    class Meta:
        model = Order
        fields: ClassVar[list[str]] = []

    def needing_review(self, queryset: QuerySet[Order], name: str, value: str) -> QuerySet[Order]:
        """The review queue."""
        return queryset & Order.objects.needing_review() if value else queryset

    def at_least(self, queryset: QuerySet[Order], name: str, value: Decimal) -> QuerySet[Order]:
        """48.50 is 4850 cents and 49 yen: each currency counts in its own smallest unit."""
        return queryset.filter(_price("gte", value, ROUND_CEILING))

    def at_most(self, queryset: QuerySet[Order], name: str, value: Decimal) -> QuerySet[Order]:
        """The same from above."""
        return queryset.filter(_price("lte", value, ROUND_FLOOR))

    def filter_queryset(self, queryset: QuerySet[Order]) -> QuerySet[Order]:
        """An order with two courses is one row."""
        found: Any = super().filter_queryset(queryset)
        return found.distinct()


def _price(than: str, value: Decimal, rounding: str) -> Q:
    found = Q(pk__in=[])
    for code, _ in currencies():
        amount = int(value.scaleb(money.exponent(code)).to_integral_value(rounding))
        found |= Q(**{"currency": code, f"subtotal__{than}": amount})
    return found


class OrderIndexView(RecordIndexView):
    """Orders with their buyers."""

    export_headings: ClassVar[dict[str, str]] = {
        "created_at": "Ordered (UTC)",
        "paid_at": "Paid (UTC)",
        "refunded_at": "Refunded (UTC)",
        "user.email": "E-mail address",
        "user.legal_name": "Name",
        "title": "What",
        "courses": "Courses",
        "quantity": "Seats",
        "state": "State",
        "subtotal": "Price",
        "came": "Paid",
        "went": "Given back",
        "refund": "Refund",
        "review_reason": "Why a person must look",
        "livemode": "Real money",
    }

    def get_base_queryset(self) -> Any:
        """The buyer, and how far the newest request for a refund is, in the same query."""
        asked = RefundRequest.objects.filter(order=OuterRef("pk")).order_by("-n")
        found = super().get_base_queryset().select_related("user")
        found = found.annotate(refund=Subquery(asked.values("state")[:1]))
        if not self.is_export:
            return found
        charge, refund = PaymentFact.Kind.CHARGE, PaymentFact.Kind.REFUND
        return found.annotate(came=_moved(charge), went=_moved(refund)).prefetch_related("items__course")

    def to_row_dict(self, item: Order) -> dict[str, Any]:
        """Amounts as a spreadsheet adds them up, in the order's currency; states in words."""
        vars(item)["courses"] = ", ".join(dict.fromkeys(one.course.title for one in item.items.all()))
        row: dict[str, Any] = super().to_row_dict(item)
        for name in ("subtotal", "came", "went"):
            row[name] = money.as_decimal(row[name] or 0, item.currency)
        row["currency"] = item.currency.upper()
        row["state"] = item.get_state_display()
        row["refund"] = REFUNDS.get(row["refund"], "")
        row["livemode"] = {True: "yes", False: "test", None: ""}[item.livemode]
        return row


def _moved(kind: PaymentFact.Kind) -> Subquery:
    """What came or went of an order, as Stripe says."""
    facts = PaymentFact.objects.filter(order=OuterRef("pk"), kind=kind, status__in=MOVED[kind]).order_by()
    return Subquery(facts.values("order").annotate(sum=Sum("amount")).values("sum"))


class OrderInspectView(RecordInspectView):
    """One order: what was sold, what happened, and what a person may do about it."""

    labels = LABELS

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The receipt, what Stripe says, and the story."""
        order = self.object
        return super().get_context_data(**kwargs) | {
            "receipt": receipt_of(order),
            "items": order.items.select_related("course", "enrollment"),
            "facts": order.facts.defer("raw").annotate(
                booked=Coalesce(BOOKED_IN, "currency", output_field=TextField())
            ),
            "story": story_of(order),
            "disputed": order.facts.filter(kind=PaymentFact.Kind.DISPUTE).exists(),
            "may_act": self.request.user.has_perm(CHANGE),
            "may_refund": self.request.user.has_perm(refunds.MAY_REFUND),
            "asks": order.refund_requests.select_related("requested_by", "decided_by"),
        }


class OrderViewSet(ModelViewSet):
    """What was bought."""

    model = Order
    icon = "list-ul"
    menu_label = "Orders"
    name = "orders"
    url_prefix = "sales/orders"
    index_view_class = OrderIndexView
    inspect_view_class = OrderInspectView
    inspect_view_enabled = True
    inspect_template_name = "payments/admin/inspect_order.html"
    inspect_view_fields: ClassVar[list[str]] = [
        "number",
        "user",
        "title",
        "created_at",
        "paid_at",
        "refunded_at",
        "read_at",
    ]
    copy_view_enabled = False
    exclude_form_fields = ()
    list_display: ClassVar[list[Any]] = [
        "number",
        Column("user", label="Buyer", sort_key="user__email"),
        Column("title", label="What", sort_key="title"),
        DateColumn("created_at", label="Ordered", sort_key="created_at"),
        Column("quantity", label="Seats", sort_key="quantity"),
        Column("asked", label="Price", sort_key="subtotal"),
        Column("state", label="State", accessor="get_state_display", sort_key="state"),
        Column("refund", label="Refund", accessor=lambda order: REFUNDS.get(order.refund, "")),
        Column("review", label="Review", accessor=lambda order: "a person must look" if order.needs_review else ""),
    ]
    list_filter = None
    filterset_class = OrderFilters
    list_export: ClassVar[list[str]] = [
        *("number", "created_at", "state", "user.email", "user.legal_name", "title", "courses", "quantity"),
        *("currency", "subtotal", "came", "went", "paid_at", "refunded_at", "refund", "review_reason", "livemode"),
    ]
    export_filename = "orders"
    search_fields: ClassVar[list[str]] = ["number", "user__email", "user__legal_name", "title", "facts__stripe_id"]
    search_backend_name = None
    add_to_reference_index = False

    def get_urlpatterns(self) -> list[URLPattern]:
        """Wagtail's, and what a person may do."""
        return [
            *super().get_urlpatterns(),
            path("read/<int:pk>/", partial(act_on_order, act=read_again, viewset=self), name="read"),
            *refunds.urlpatterns,
            path("settle/<int:pk>/", partial(act_on_order, act=settle, viewset=self), name="settle"),
            path("note/<int:pk>/", partial(act_on_order, act=note, viewset=self), name="note"),
        ]


@require_POST
def act_on_order(request: HttpRequest, pk: int, *, act: Act, viewset: OrderViewSet) -> HttpResponse:
    """Do one thing, and show the order as it stands then."""
    if not request.user.has_perm(CHANGE):
        raise PermissionDenied
    act(request, get_object_or_404(Order.objects.select_related("offer"), pk=pk))
    return HttpResponseRedirect(reverse(viewset.get_url_name("inspect"), args=[pk]), status=303)


def read_again(request: HttpRequest, order: Order) -> None:
    """Ask Stripe how the order stands."""
    try:
        fresh = sync_order(order=order)
    except (StripeDownError, StripeRefusedError) as error:
        messages.error(request, f"Stripe could not be read ({error}). Nothing was changed.")
        return
    messages.success(request, f"Read. The order is: {fresh.status.label.lower()}.")


def settle(request: HttpRequest, order: Order) -> None:
    """The reasons as they stand are dealt with."""
    user: Any = request.user
    settle_review(order=order, by=user, note=_written(request))
    messages.success(request, "Marked as dealt with.")


def note(request: HttpRequest, order: Order) -> None:
    """What colleagues should know."""
    user: Any = request.user
    if text := _written(request):
        add_note(order=order, by=user, text=text)
        messages.success(request, "Noted.")
    else:
        messages.warning(request, "Write something first.")


def _written(request: HttpRequest) -> str:
    return request.POST.get("note", "")[:2000].strip()
