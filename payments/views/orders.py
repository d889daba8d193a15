"""What somebody bought: the landing from Stripe, the receipt, the list."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import OperationalError
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.views.decorators.http import require_safe

from accounts.requests import OwnRequest
from core.access import allowed_or_404
from core.validation import page_number
from enrollments.standing import forget_standing
from payments.models import Order
from payments.rules.states import State
from payments.services import StripeDownError, StripeRefusedError, seats_of, sync_order
from payments.services.receipts import part_lines, receipt_of

ORDERS_PER_PAGE = 20
LOOKS_AGAIN_SECONDS = "10"


@require_safe
@login_required
def order(request: OwnRequest, uuid: UUID) -> HttpResponse:
    """The receipt: price and terms as they were sold."""
    found = (
        Order.objects.filter(uuid=uuid)
        .select_related("user", "offer")
        .prefetch_related("items__course", "facts")
        .first()
    )
    allowed_or_404(request.user, "view", found)
    assert found is not None  # noqa: S101 - for the type checker: None is a 404 above
    context = {
        "order": found,
        "receipt": receipt_of(found),
        "refund_requests": found.refund_requests.all(),
        "seats": seats_of(found) if found.quantity > 1 and found.user_id == request.user.pk else [],
        "parts": part_lines(found),
    }
    return render(request, "payments/receipt.html", context)


@require_safe
@login_required
def order_return(request: OwnRequest, uuid: UUID) -> HttpResponse:
    """Back from Stripe, which is asked once while the order is unfinished; later this page only tells how it stands."""
    found = Order.objects.filter(uuid=uuid, user=request.user).select_related("offer").first()
    session = request.GET.get("session_id", "")
    if found is None or (session and session not in found.attempts.values_list("session_id", flat=True)):
        raise Http404
    asked = True
    if found.state in State.unfinished():
        try:
            found = sync_order(order=found)
        except (StripeDownError, StripeRefusedError, OperationalError):  # or the database is locked for too long
            asked = False
        forget_standing(request.user)
    item = found.items.select_related("course", "enrollment").first()
    assert item is not None  # noqa: S101 - an order is written together with its items
    context = {
        "order": found,
        "course": item.course,
        "enrollment": item.enrollment,
        "receipt": receipt_of(found),
        "on_its_way": not asked or found.status == State.PENDING,
        "asked": asked,
        "looks_again": "still" not in request.GET,
        "chosen": {} if found.status.was_paid else _chosen(found),
    }
    response = render(request, "payments/return.html", context)
    if context["on_its_way"] and context["looks_again"]:
        response["Refresh"] = LOOKS_AGAIN_SECONDS  # without scripts; the page says how to stop it (WCAG 2.2.1)
    return response


def _chosen(order: Order) -> dict[str, str | int]:
    """What the buyer had chosen, for the button that tries again."""
    chosen: dict[str, str | int] = {"pay_in": order.currency} if order.currency != order.offer.currency else {}
    if order.quantity > 1:
        chosen["seats"] = order.quantity
    if order.instalment_count > 1:
        chosen["monthly"] = 1
    if order.offer.items.count() > 1:
        chosen["offer"] = order.offer_id
    return chosen


@require_safe
@login_required
def my_orders(request: OwnRequest) -> HttpResponse:
    """Own orders, newest first."""
    mine = Order.objects.filter(user=request.user).prefetch_related("items__course", "facts")
    page = Paginator(mine, ORDERS_PER_PAGE).get_page(page_number(request.GET.get("page")))
    rows = [
        (one, receipt_of(one), [one.number, date_format(localtime(one.created_at), "F j, Y")])
        for one in page.object_list
    ]
    return render(request, "payments/my_orders.html", {"page": page, "rows": rows})
