"""The holder corrects the name on a certificate: once, and after a look at what will stand there."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.forms import LegalNameForm
from accounts.requests import OwnRequest
from certificates.models import Certificate
from certificates.services import LifeRefused, correct_name, may_correct_own_name
from certificates.services.refusals import NOT_MADE, why_not_yours


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def correct_certificate(request: OwnRequest, serial: str) -> HttpResponse:
    """The name, then old and new side by side, then once; afterwards the page leads to the school."""
    certificate = Certificate.objects.of(request.user).filter(serial=serial).select_related("supersedes").first()
    if certificate is None:
        raise Http404
    if certificate.status != Certificate.Status.ISSUED:
        return HttpResponseRedirect(reverse("my_certificates"), status=303)
    may = may_correct_own_name(certificate)
    form = LegalNameForm(request.POST or None, initial={"legal_name": certificate.holder})
    ready = request.method == "POST" and may and form.is_valid()
    if ready and form.cleaned_data["legal_name"] == certificate.holder:
        form.add_error("legal_name", "This is the name that stands on it.")
        ready = False
    if ready and "confirmed" in request.POST:
        fresh = _correct(request, certificate, form)
        if fresh is not None:
            return HttpResponseRedirect(f"{reverse('my_certificates')}#certificate-{fresh.pk}", status=303)
        ready = False
    context = {"certificate": certificate, "facts": certificate.facts, "form": form, "may": may, "ready": ready}
    return render(request, "certificates/correct_name.html", context, status=422 if form.errors else 200)


def _correct(request: OwnRequest, certificate: Certificate, form: Any) -> Certificate | None:
    """The new certificate; None where nothing was changed, with the reason in the form."""
    try:
        return correct_name(certificate=certificate, legal_name=form.cleaned_data["legal_name"], by=request.user)
    except LifeRefused as refusal:
        form.add_error(None, str(refusal))
    except NOT_MADE as error:
        form.add_error("legal_name", why_not_yours(error))
    return None
