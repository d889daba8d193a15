"""The receipt on paper, and what the buyer wants to stand on it."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import OwnRequest
from core.access import allowed_or_404
from core.limits import limited
from courses.models import SchoolSettings
from payments.forms import BillingForm
from payments.models import Order
from payments.services.billing import billing_to_start_with, save_billing
from payments.services.receipts import receipt_pdf
from payments.views.answers import see_other

PAPERS_PER_MINUTE = 20


@require_safe
@login_required
@limited("receipt", per_minute=PAPERS_PER_MINUTE)
def order_pdf(request: OwnRequest, uuid: UUID) -> HttpResponse:
    """The receipt of an order that was paid, as it stands now."""
    found = Order.objects.filter(uuid=uuid).prefetch_related("items__course", "facts", "instalments").first()
    allowed_or_404(request.user, "view", found)
    assert found is not None  # noqa: S101 - for the type checker: None is a 404 above
    if not found.status.was_paid:
        raise Http404
    pdf = receipt_pdf(order=found, school=SchoolSettings.for_request(request), at=timezone.now())
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="receipt-{found.number}.pdf"'
    response["Content-Security-Policy"] = "default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def billing(request: OwnRequest, uuid: UUID) -> HttpResponse:
    """Name, address and license number for the receipt. The buyer alone writes it."""
    order = Order.objects.filter(uuid=uuid, user=request.user).first()
    if order is None:
        raise Http404
    form = BillingForm(request.POST or None, initial=billing_to_start_with(order))
    if request.method == "POST" and form.is_valid():
        save_billing(order=order, billing=form.cleaned_data)
        messages.success(request, "Saved. It stands on the receipt.")
        return see_other(order.get_absolute_url())
    return render(request, "payments/billing.html", {"order": order, "form": form}, status=422 if form.errors else 200)
