"""Orders in the back office: looked at, not edited; what a person may do about one."""

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.viewsets.model import ModelViewSet

from core.records import RecordIndexView, RecordInspectView
from payments.admin import refunds
from payments.forms import OrderFilters
from payments.models import Order, PaymentFact, RefundRequest
from payments.services import StripeDownError, StripeRefusedError, settle_review, sync_order
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
REFUNDS = {
    RefundRequest.State.REQUESTED: "asked for",
    RefundRequest.State.ASKED: "on its way",
    RefundRequest.State.DONE: "given back",
    RefundRequest.State.REFUSED: "refused",
    RefundRequest.State.FAILED: "did not work",
}
Act = Callable[[HttpRequest, Order], None]


class OrderIndexView(RecordIndexView):
    """Orders with their buyers."""

    def get_base_queryset(self) -> Any:
        """The buyer, and how far the newest request for a refund is, in the same query."""
        asked = RefundRequest.objects.filter(order=OuterRef("pk")).order_by("-n")
        found = super().get_base_queryset().select_related("user")
        return found.annotate(refund=Subquery(asked.values("state")[:1]))


class OrderInspectView(RecordInspectView):
    """One order: what was sold, what happened, and what a person may do about it."""

    labels = LABELS

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The receipt, what Stripe says, and the story."""
        order = self.object
        return super().get_context_data(**kwargs) | {
            "receipt": receipt_of(order),
            "items": order.items.select_related("course", "enrollment"),
            "facts": order.facts.defer("raw"),
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
        *("number", "user.email", "title", "state", "quantity", "currency", "subtotal"),
        *("created_at", "paid_at", "refunded_at", "refund", "review_reason"),
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
