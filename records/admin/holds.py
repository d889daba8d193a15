"""Legal holds: the list, and the page where one is opened or closed, each with a reason."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import OwnRequest
from core.validation import page_number
from enrollments.models import Enrollment
from records.forms import HoldForm
from records.models import LegalHold
from records.services.holds import close_hold, open_hold
from records.services.retention import clocks

SEE, OPEN, CLOSE = "records.view_legalhold", "records.add_legalhold", "records.change_legalhold"
PER_PAGE = 25


def _must(request: HttpRequest, right: str) -> None:
    if not request.user.has_perm(right):
        raise PermissionDenied


@require_safe
def holds_page(request: HttpRequest) -> HttpResponse:
    """Open ones first."""
    _must(request, SEE)
    rows = LegalHold.objects.select_related("enrollment__user", "enrollment__course", "opened_by", "closed_by")
    ordered = rows.order_by(F("closed_at").desc(nulls_first=True), "-opened_at", "-pk")
    page = Paginator(ordered, PER_PAGE).get_page(page_number(request.GET.get("p")))
    return render(request, "records/admin/holds.html", {"page": page})


@require_http_methods(["GET", "POST"])
def hold_page(request: OwnRequest, enrollment_id: int) -> HttpResponse:
    """One person in one course: opens a hold where none is open, else closes it."""
    enrollment = get_object_or_404(Enrollment.objects.select_related("user", "course"), pk=enrollment_id)
    hold = LegalHold.objects.filter(enrollment=enrollment, closed_at=None).first()
    _must(request, CLOSE if hold else OPEN)
    form = HoldForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        if hold:
            close_hold(hold=hold, by=request.user, reason=reason)
        else:
            open_hold(enrollment=enrollment, by=request.user, reason=reason)
        messages.success(request, "The hold is closed." if hold else "The records are on hold.")
        return HttpResponseRedirect(reverse("records:holds"), status=303)
    context = {"form": form, "enrollment": enrollment, "hold": hold, "clock": clocks([enrollment])[enrollment.pk]}
    return render(request, "records/admin/hold.html", context, status=422 if form.errors else 200)


urlpatterns: list[URLPattern] = [
    path("holds/", holds_page, name="holds"),
    path("holds/<int:enrollment_id>/", hold_page, name="hold"),
]
