"""Asking for money back: what the terms say, how much, why; staff decide."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accounts.requests import OwnRequest
from core import money
from core.limits import limited
from payments.forms import RefundForm
from payments.models import Order, RefundRequest
from payments.services import RefundRefused, ask_refund, refundable
from payments.services.refunds import Refundable
from payments.views.answers import see_other

ASKS_PER_MINUTE = 10


@login_required
@require_http_methods(["GET", "POST"])
@limited("refund", per_minute=ASKS_PER_MINUTE)
def refund(request: OwnRequest, uuid: UUID) -> HttpResponse:
    """The buyer's own order only; anybody else's is unknown."""
    order = Order.objects.filter(uuid=uuid, user=request.user).select_related("user", "offer").first()
    if order is None or not order.status.was_paid:
        raise Http404
    can = refundable(order=order)
    waiting = order.refund_requests.filter(state__in=RefundRequest.OPEN).first()
    form = RefundForm(request.POST or None, parts=_parts(order, can))
    if request.method == "POST" and not waiting and form.is_valid():
        try:
            ask_refund(order=order, by=request.user, reason=form.cleaned_data["reason"], items=form.chosen(order))
        except RefundRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Your request is with the school. We write to you when it is decided.")
            return see_other(order.get_absolute_url())
    context = {
        "order": order,
        "can": can,
        "left": money.display(can.left, order.currency),
        "waiting": waiting,
        "form": form,
    }
    return render(request, "payments/refund.html", context, status=422 if form.errors else 200)


def _parts(order: Order, can: Refundable) -> list[tuple[str, str]]:
    """The parts of a purchase of several, each with its share."""
    items = list(order.items.select_related("course"))
    if len(items) < 2:
        return []
    return [
        (str(item.pk), f"{item.label}: {money.display(can.by_item[item.pk], order.currency)}")
        for item in items
        if can.by_item.get(item.pk)
    ]
