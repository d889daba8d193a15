"""The back office of money: orders and what Stripe said of them (looked at, not edited), offers, webhooks."""

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet, ModelViewSetGroup

from core.records import RecordIndexView, RecordInspectView
from courses.services import rebuild_catalogue
from enrollments.models import AccessHold
from notifications.models import Mail
from payments.forms import OrderFilters
from payments.models import Offer, Order, StripeEvent
from payments.services import StripeDownError, StripeRefusedError, settle_review, sync_order, tell_catalogue
from payments.services.receipts import receipt_of

CHANGE = "payments.change_order"
LABELS = {
    "user": "Buyer",
    "title": "What",
    "created_at": "Ordered",
    "paid_at": "Paid",
    "refunded_at": "Refunded",
    "read_at": "Read at Stripe",
}
Act = Callable[[HttpRequest, Order], None]


class OrderIndexView(RecordIndexView):
    """Orders with their buyers."""

    def get_base_queryset(self) -> Any:
        """The buyer in the same query."""
        return super().get_base_queryset().select_related("user")


class OrderInspectView(RecordInspectView):
    """One order: what was sold, what happened, and what a person may do about it."""

    labels = LABELS

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The timeline: attempts, facts, events, mails and holds."""
        order = self.object
        given = [item.enrollment_id for item in order.items.all() if item.enrollment_id]
        return super().get_context_data(**kwargs) | {
            "receipt": receipt_of(order),
            "items": order.items.select_related("course", "enrollment"),
            "attempts": order.attempts.all(),
            "facts": order.facts.defer("raw"),
            "events": order.events.all(),
            "mails": Mail.objects.filter(key__contains=str(order.uuid)),
            "holds": AccessHold.objects.filter(enrollment__in=given).order_by("opened_at"),
            "may_act": self.request.user.has_perm(CHANGE),
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
        Column("asked", label="Price", sort_key="subtotal"),
        Column("state", label="State", accessor="get_state_display", sort_key="state"),
        Column("review", label="Review", accessor=lambda order: "a person must look" if order.needs_review else ""),
    ]
    list_filter = None
    filterset_class = OrderFilters
    list_export: ClassVar[list[str]] = [
        *("number", "user.email", "title", "state", "currency", "subtotal"),
        *("created_at", "paid_at", "refunded_at", "review_reason"),
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
            path("settle/<int:pk>/", partial(act_on_order, act=settle, viewset=self), name="settle"),
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
    settle_review(order=order, by=user)
    messages.success(request, "Marked as dealt with.")


class OfferCreateView(generic.CreateView):
    """A new offer shows in the catalogue at once."""

    def save_instance(self) -> Any:
        """Then tell the catalogue."""
        offer = super().save_instance()
        tell_catalogue(offer=offer)
        return offer


class OfferEditView(generic.EditView):
    """So does a changed one."""

    def save_instance(self) -> Any:
        """Then tell the catalogue."""
        offer = super().save_instance()
        tell_catalogue(offer=offer)
        return offer


class OfferDeleteView(generic.DeleteView):
    """An offer that nobody ordered may go; the catalogue forgets its price."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """What was ordered stays on record."""
        if self.object.is_ordered():
            messages.error(request, "This offer has been ordered, so it stays on record. Close it instead.")
            return HttpResponseRedirect(reverse(self.index_url_name), status=303)
        answer: HttpResponse = super().dispatch(request, *args, **kwargs)
        return answer

    def delete_action(self) -> None:
        """Then tell the catalogue."""
        courses = [item.course for item in self.object.items.select_related("course")]
        super().delete_action()
        for course in courses:
            rebuild_catalogue(course=course)


class OfferViewSet(ModelViewSet):
    """What is on sale."""

    model = Offer
    icon = "tag"
    menu_label = "Offers"
    name = "offers"
    url_prefix = "sales/offers"
    add_view_class = OfferCreateView
    edit_view_class = OfferEditView
    delete_view_class = OfferDeleteView
    copy_view_enabled = False
    exclude_form_fields = ()
    list_display: ClassVar[list[str]] = ["name", "price", "opens_at", "closes_at", "refund_days"]
    list_filter: ClassVar[list[str]] = ["items__course", "currency"]
    search_fields: ClassVar[list[str]] = ["name"]
    search_backend_name = None


class EventViewSet(ModelViewSet):
    """What Stripe sent."""

    model = StripeEvent
    icon = "history"
    menu_label = "Webhooks"
    name = "stripe_events"
    url_prefix = "sales/webhooks"
    index_view_class = RecordIndexView
    inspect_view_enabled = True
    copy_view_enabled = False
    exclude_form_fields = ()
    list_display: ClassVar[list[str]] = ["type", "last_seen_at", "count", "outcome", "order", "error"]
    list_filter: ClassVar[list[str]] = ["type", "outcome"]
    search_fields: ClassVar[list[str]] = ["id", "object_id", "order__number"]
    search_backend_name = None
    add_to_reference_index = False


class SalesGroup(ModelViewSetGroup):
    """The sales menu."""

    menu_label = "Sales"
    menu_icon = "tag"
    menu_order = 350
    items = (OrderViewSet(), OfferViewSet(), EventViewSet())
