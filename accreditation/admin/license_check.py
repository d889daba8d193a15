"""A license number asked about at CE Broker, by a press on the license's page."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from accounts.requests import OwnRequest
from accreditation.models import ProfessionalLicense
from accreditation.services.reporting import check_license

CHANGE = "accreditation.change_professionallicense"


@require_POST
def ask(request: OwnRequest, pk: int) -> HttpResponse:
    """What CE Broker says of it; only a valid answer changes anything."""
    if not request.user.has_perm(CHANGE):
        raise PermissionDenied
    found = ProfessionalLicense.objects.select_related("jurisdiction", "profession")
    check = check_license(license=get_object_or_404(found, pk=pk))
    say = messages.success if check.valid else messages.warning
    say(request, check.text)
    return HttpResponseRedirect(reverse("credit:license", args=[pk]), status=303)


urlpatterns: list[URLPattern] = [path("licenses/<int:pk>/ask/", ask, name="ask_about_license")]
