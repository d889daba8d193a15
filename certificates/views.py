"""A learner's certificates, and the check that is open to anyone for ever."""

import logging
from functools import wraps

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.forms import LegalNameForm
from accounts.requests import OwnRequest
from certificates.forms import SerialForm
from certificates.models import Certificate, CertificateRequest
from certificates.services import confirm_name
from core.access import allowed_or_404
from core.limits import View, limited
from core.serials import normalize_serial
from core.validation import page_number

logger = logging.getLogger(__name__)
PER_PAGE = 20
CHECKS_PER_MINUTE = 30
"""By address. Numbers cannot be guessed; the limit keeps the check from being used to copy the register."""


def not_indexed(view: View) -> View:
    """Names of learners do not belong into search engines, though anyone who has the number may look."""

    @wraps(view)
    def inner(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        return response

    return inner


@login_required
def my_certificates(request: OwnRequest) -> HttpResponse:
    """Own certificates, what is being prepared, and the name that the first one will carry."""
    waiting = list(
        CertificateRequest.objects.of(request.user).unfinished().select_related("enrollment__edition").order_by("pk")
    )
    name_is_asked = bool(waiting) and request.user.legal_name_confirmed_at is None
    form = LegalNameForm(
        request.POST if request.method == "POST" and name_is_asked else None,
        initial={"legal_name": request.user.legal_name},
    )
    if request.method == "POST" and (form.is_valid() or not name_is_asked):
        if name_is_asked:
            confirm_name(user=request.user, legal_name=form.cleaned_data["legal_name"])
        return HttpResponseRedirect(reverse("my_certificates"), status=303)
    page = Paginator(Certificate.objects.of(request.user), PER_PAGE).get_page(page_number(request.GET.get("page")))
    return render(
        request,
        "certificates/my_certificates.html",
        {"page": page, "waiting": waiting, "form": form if name_is_asked else None},
        status=422 if form.errors else 200,
    )


@require_safe
@login_required
def certificate_pdf(request: OwnRequest, serial: str) -> HttpResponse:
    """The file as it was issued, for its holder."""
    certificate = Certificate.objects.filter(serial=serial).first()
    allowed_or_404(request.user, "download", certificate)
    assert certificate is not None  # noqa: S101 - for the type checker: None is a 404 above
    response = HttpResponse(certificate.read_pdf(), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{certificate.serial}.pdf"'
    response["Content-Security-Policy"] = "default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
@not_indexed
@limited("verify", per_minute=CHECKS_PER_MINUTE)
def verify(request: HttpRequest) -> HttpResponse:
    """One field. A number that cannot be ours is explained here, before any look-up."""
    form = SerialForm(request.GET if "number" in request.GET else None)
    if form.is_valid():
        return HttpResponseRedirect(reverse("verify_certificate", args=[form.cleaned_data["number"]]))
    return render(request, "certificates/verify.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@not_indexed
@limited("verify", per_minute=CHECKS_PER_MINUTE)
def verify_certificate(request: HttpRequest, serial: str) -> HttpResponse:
    """What the certificate with this number states, from its frozen facts alone."""
    reading = normalize_serial(serial)
    if reading.ok and reading.serial != serial:
        return HttpResponseRedirect(reverse("verify_certificate", args=[reading.serial]))
    certificate = Certificate.objects.filter(serial=serial).first() if reading.ok else None
    if certificate is None:
        context = {"form": SerialForm(initial={"number": serial}), "serial": serial, "explanation": reading.explanation}
        return render(request, "certificates/unknown.html", context, status=404)
    if not certificate.is_intact:
        logger.error("certificate %s: the stored facts are not the ones that were issued", certificate.pk)
        return render(request, "certificates/damaged.html", {"serial": serial})
    return render(request, "certificates/certificate.html", {"certificate": certificate, "facts": certificate.facts})
