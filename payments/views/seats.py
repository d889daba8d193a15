"""Seats bought for others: the buyer passes them on, whoever has the link takes one."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import OwnRequest
from core.limits import limited
from payments.forms import SeatForm
from payments.models import Order
from payments.services import ClaimRefused, find_seat, renew_link, send_seat, take_seat
from payments.services.claims import NO_SUCH_LINK
from payments.views.answers import see_other

TRIES_PER_MINUTE = 20


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
@limited("claim", per_minute=TRIES_PER_MINUTE)
def claim(request: OwnRequest, token: str) -> HttpResponse:
    """What the link gives, and the button that takes it."""
    if request.method == "POST":
        try:
            enrollments = take_seat(token=token, user=request.user)
        except ClaimRefused as refusal:
            return render(request, "payments/claim.html", {"refusal": str(refusal)}, status=409)
        messages.success(request, "The seat is yours.")
        return see_other(enrollments[0].course.get_url(request) or "/my/")
    item = find_seat(token)
    if item is None:
        return render(request, "payments/claim.html", {"refusal": NO_SUCH_LINK}, status=404)
    courses = [one.course for one in item.order.items.filter(seat=item.seat).select_related("course")]
    context = {"item": item, "courses": courses, "giver": item.order.buyer.get("name") or item.order.buyer["email"]}
    return render(request, "payments/claim.html", context)


@login_required
@require_POST
@limited("claim", per_minute=TRIES_PER_MINUTE)
def seat(request: OwnRequest, uuid: UUID, number: int) -> HttpResponse:
    """The buyer mails a seat's link, or makes it anew."""
    order = Order.objects.filter(uuid=uuid, user=request.user).first()
    if order is None:
        raise Http404
    form = SeatForm(request.POST)
    try:
        if "renew" in request.POST:
            renew_link(order=order, number=number, by=request.user)
            messages.success(request, f"Seat {number} has a new link. The old one opens nothing any more.")
        elif form.is_valid():
            send_seat(order=order, number=number, email=form.cleaned_data["email"], by=request.user)
            messages.success(request, f"The link to seat {number} is on its way.")
        else:
            messages.error(request, "Nothing was sent: please write a full e-mail address.")
    except ClaimRefused as refusal:
        messages.error(request, str(refusal))
    return see_other(f"{order.get_absolute_url()}#seats")
