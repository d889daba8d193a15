"""Disputes in the back office: until when to answer, and the evidence pack."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import OwnRequest
from core.validation import page_number
from payments.admin.periods import may_see_money
from payments.models import Order, OrderNote
from payments.services.disputes import disputes, read_dispute
from payments.services.evidence import evidence_of, make_pack

PER_PAGE = 25
MAY_CHANGE = "payments.change_order"


@require_safe
def disputes_page(request: HttpRequest) -> HttpResponse:
    """Those to answer first."""
    may_see_money(request)
    page = Paginator(disputes(), PER_PAGE).get_page(page_number(request.GET.get("p")))
    context = {"page": page, "disputes": [read_dispute(fact) for fact in page], "now": timezone.now()}
    return render(request, "payments/admin/disputes.html", context)


@require_safe
def dispute_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One order's disputes, and everything that the school can show."""
    may_see_money(request)
    order = get_object_or_404(Order.objects.select_related("user", "offer"), pk=pk)
    found = [read_dispute(fact) for fact in disputes().filter(order=order)]
    now = timezone.now()
    context = {
        "order": order,
        "disputes": [(one, one.is_late(now)) for one in found],
        "evidence": evidence_of(order),
        "packs": order.notes.filter(what=OrderNote.What.EVIDENCE).select_related("by"),
        "may_make": request.user.has_perm(MAY_CHANGE),
    }
    return render(request, "payments/admin/dispute.html", context)


@require_POST
def evidence_pack(request: OwnRequest, pk: int) -> HttpResponse:
    """The pack as a PDF; that it was made stays on record."""
    if not request.user.has_perm(MAY_CHANGE):
        raise PermissionDenied
    order = get_object_or_404(Order.objects.select_related("user", "offer"), pk=pk)
    pdf = make_pack(order=order, by=request.user)
    name = f"evidence-{order.number}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store, private"}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)


urlpatterns: list[URLPattern] = [
    path("disputes/", disputes_page, name="disputes"),
    path("disputes/<int:pk>/", dispute_page, name="dispute"),
    path("disputes/<int:pk>/evidence/", evidence_pack, name="evidence"),
]
