"""The review queue in the back office: what waits for a person, and what solves it with one press."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import OwnRequest
from core.validation import page_number
from payments.admin.refunds import MAY_REFUND, SENT_LATER
from payments.models import Order
from payments.rules.review import Solution
from payments.services import (
    RefundRefused,
    StripeDownError,
    StripeRefusedError,
    WaiverRefused,
    settle_review,
    sync_order,
    waive_rest,
)
from payments.services.queue import waiting, waiting_orders
from payments.services.review import ReviewRefused, give_access, refund_extra, refund_for

PER_PAGE = 20
MAY_SEE, MAY_CHANGE = "payments.view_order", "payments.change_order"
GONE = "This reason is no longer there. Nothing was done."
Act = Callable[[OwnRequest, Order, str], str]


@require_safe
def review_page(request: HttpRequest) -> HttpResponse:
    """Orders that a person must look at, oldest first."""
    if not request.user.has_perm(MAY_SEE):
        raise PermissionDenied
    page = Paginator(waiting_orders(), PER_PAGE).get_page(page_number(request.GET.get("p")))
    context = {
        "page": page,
        "waiting": [waiting(order) for order in page],
        "may_change": request.user.has_perm(MAY_CHANGE),
        "may_refund": request.user.has_perm(MAY_REFUND),
    }
    return render(request, "payments/admin/review.html", context)


@require_POST
def solve(request: OwnRequest, pk: int, solution: str) -> HttpResponse:
    """Do one of the things that were offered, for the reason that was shown; then back to the queue."""
    if solution not in ACTS:
        raise PermissionDenied
    act, right = ACTS[Solution(solution)]
    if not request.user.has_perm(right):
        raise PermissionDenied
    order = get_object_or_404(Order.objects.select_related("user", "offer"), pk=pk)
    reason = request.POST.get("reason", "")
    if not order.needs_review or reason not in order.review_reason.splitlines():
        messages.warning(request, GONE)
        return _back(request)
    try:
        messages.success(request, f"{order.number}: {act(request, order, reason)}")
    except (ReviewRefused, RefundRefused, WaiverRefused) as refusal:
        messages.error(request, f"{order.number}: {refusal}")
    except StripeDownError:
        messages.warning(request, SENT_LATER if right == MAY_REFUND else "Stripe did not answer. Nothing was changed.")
    except StripeRefusedError as refusal:
        messages.error(request, f"Stripe said no ({refusal}). Nothing was changed.")
    return _back(request)


def _refund_extra(request: OwnRequest, order: Order, reason: str) -> str:
    refund_extra(order=order, by=request.user, amount=_amount(request))
    return "the second payment is on its way back."


def _refund(request: OwnRequest, order: Order, reason: str) -> str:
    refund_for(order=order, by=request.user, reason=reason, amount=_amount(request))
    return "the money is on its way back."


def _give_access(request: OwnRequest, order: Order, reason: str) -> str:
    give_access(order=order, by=request.user, reason=request.POST.get("note", "")[:2000])
    return "access is given."


def _waive(request: OwnRequest, order: Order, reason: str) -> str:
    waived = waive_rest(order=order, by=request.user, reason=request.POST.get("note", "")[:2000])
    sync_order(order=order)
    return f"{waived} payments are waived."


def _read(request: OwnRequest, order: Order, reason: str) -> str:
    fresh = sync_order(order=order)
    still = " A person must still look." if fresh.needs_review else ""
    return f"read. It is: {fresh.status.label.lower()}.{still}"


def _settle(request: OwnRequest, order: Order, reason: str) -> str:
    note = request.POST.get("note", "")[:2000].strip()
    if not note:
        raise ReviewRefused("Please write what was done.")
    settle_review(order=order, by=request.user, note=note)
    return "marked as dealt with."


ACTS: dict[Solution, tuple[Act, str]] = {
    Solution.REFUND_EXTRA: (_refund_extra, MAY_REFUND),
    Solution.REFUND: (_refund, MAY_REFUND),
    Solution.GIVE_ACCESS: (_give_access, MAY_CHANGE),
    Solution.WAIVE: (_waive, MAY_REFUND),
    Solution.READ: (_read, MAY_CHANGE),
    Solution.SETTLE: (_settle, MAY_CHANGE),
}


def _amount(request: HttpRequest) -> int:
    """The amount that stood on the button: not what goes back, but what must still be right."""
    written: Any = request.POST.get("amount", "")
    return int(written) if written.isascii() and written.isdigit() and len(written) < 16 else 0


def _back(request: HttpRequest) -> HttpResponse:
    page = page_number(request.POST.get("p"))
    return HttpResponseRedirect(f"{reverse('sales:review')}{f'?p={page}' if page > 1 else ''}", status=303)


urlpatterns: list[URLPattern] = [
    path("review/", review_page, name="review"),
    path("review/<int:pk>/<slug:solution>/", solve, name="solve"),
]
