"""Put before staff: earned credit whose money went back or is disputed. Nothing happens to it by itself."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import OwnRequest
from certificates.access import VIEW_PERMISSION
from certificates.admin.acts import CHANGE, REVOKE
from certificates.models import Certificate
from certificates.services import LifeRefused
from certificates.services.flags import before_staff, flags_of, look_at
from core.validation import page_number

PER_PAGE = 20
MAY_LOOK = CHANGE
NOTED = "{serial}: noted. It stands."
GONE = "{serial} does not wait any more. Nothing was written."


@require_safe
def waiting_page(request: HttpRequest) -> HttpResponse:
    """Those that wait for a person, the oldest certificate first."""
    if not request.user.has_perm(VIEW_PERMISSION):
        raise PermissionDenied
    rows = before_staff().select_related("learner").order_by("issued_at", "pk")
    page = Paginator(rows, PER_PAGE).get_page(page_number(request.GET.get("p")))
    flags = flags_of(page.object_list)
    context: dict[str, Any] = {
        "page": page,
        "waiting": [(one, flags[one.pk]) for one in page],
        "may_look": request.user.has_perm(MAY_LOOK),
        "may_revoke": request.user.has_perm(REVOKE),
    }
    return render(request, "certificates/admin/before_staff.html", context)


@require_POST
def looked_at(request: OwnRequest, pk: int) -> HttpResponse:
    """A person has decided that it stands."""
    if not request.user.has_perm(MAY_LOOK):
        raise PermissionDenied
    certificate = get_object_or_404(Certificate, pk=pk)
    try:
        noted = look_at(certificate=certificate, by=request.user, text=request.POST.get("text", "")[:2000])
    except LifeRefused as refusal:
        messages.error(request, f"{certificate}: {refusal}")
    else:
        say = messages.success if noted else messages.warning
        say(request, (NOTED if noted else GONE).format(serial=certificate))
    return HttpResponseRedirect(reverse("certificate_desk:before_staff"), status=303)


urlpatterns: list[URLPattern] = [
    path("before-staff/", waiting_page, name="before_staff"),
    path("before-staff/<int:pk>/", looked_at, name="looked_at"),
]
