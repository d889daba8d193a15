"""A learner's own professional licenses. Anybody else's are unknown here; staff see them in the back office."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import OwnRequest
from accreditation.forms.licenses import EndorsementForm, LicenseForm
from accreditation.models import LicenseEndorsement, ProfessionalLicense
from accreditation.services.licenses import (
    LicenseRefused,
    add_endorsement,
    add_license,
    change_license,
    licenses_of,
    remove_endorsement,
    remove_license,
)
from accreditation.views.evidence import sent
from core.access import can
from core.limits import limited

PER_MINUTE = 60
ENDORSEMENT = "endorsement"


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@limited("license", per_minute=PER_MINUTE)
def my_licenses(request: OwnRequest) -> HttpResponse:
    """The licenses in use, and a form for another."""
    form = LicenseForm(*_sent(request))
    if request.method == "POST" and _done(form, lambda: add_license(user=request.user, **form.cleaned_data)):
        messages.success(request, "Added. It is your own word until the school or the board has confirmed it.")
        return _to("my_licenses")
    context = {"form": form, "licenses": licenses_of(request.user)}
    return render(request, "accreditation/my_licenses.html", context, status=422 if form.errors else 200)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@limited("license", per_minute=PER_MINUTE)
def my_license(request: OwnRequest, pk: int) -> HttpResponse:
    """One license: what stands on it, its evidence, its endorsements."""
    license = _own_or_404(request, pk)
    form = LicenseForm(*_sent(request), license=license)
    if request.method == "POST" and _done(form, lambda: change_license(license=license, **form.cleaned_data)):
        messages.success(request, "Saved.")
        return _to("my_license", pk)
    return _page(request, license, form=form)


@require_POST
@login_required
@limited("license", per_minute=PER_MINUTE)
def endorse_license(request: OwnRequest, pk: int) -> HttpResponse:
    """A permission that stands beside it."""
    license = _own_or_404(request, pk)
    form = EndorsementForm(request.POST, request.FILES, license=license, prefix=ENDORSEMENT)
    if _done(form, lambda: add_endorsement(license=license, **form.cleaned_data)):
        messages.success(request, "Added.")
        return _to("my_license", pk)
    return _page(request, license, endorsement_form=form)


@require_POST
@login_required
def unendorse_license(request: OwnRequest, pk: int, endorsement: int) -> HttpResponse:
    """Take a permission out again."""
    license = _own_or_404(request, pk)
    found = license.endorsements.filter(pk=endorsement).first()
    if found is None:
        raise Http404
    remove_endorsement(endorsement=found)
    messages.success(request, "Taken out.")
    return _to("my_license", pk)


@require_POST
@login_required
def remove_my_license(request: OwnRequest, pk: int) -> HttpResponse:
    """Out of the list; credit that was claimed or earned on it stays."""
    remove_license(license=_own_or_404(request, pk))
    messages.success(request, "Taken out of your list. Credit that was earned on it stays as it is.")
    return _to("my_licenses")


@require_safe
@login_required
def license_evidence(request: OwnRequest, pk: int) -> HttpResponseBase:
    """Its holder's, and staff's who may see licenses."""
    license = ProfessionalLicense.objects.filter(pk=pk).first()
    if license is None or not can(request.user, "download", license):
        raise Http404
    return sent(license.evidence, "license")


@require_safe
@login_required
def endorsement_evidence(request: OwnRequest, pk: int, endorsement: int) -> HttpResponseBase:
    """The same rule."""
    rows = LicenseEndorsement.objects.select_related("license").filter(license=pk, pk=endorsement)
    found = rows.first()
    if found is None or not can(request.user, "download", found):
        raise Http404
    return sent(found.evidence, "endorsement")


def _own_or_404(request: OwnRequest, pk: int) -> ProfessionalLicense:
    rows = ProfessionalLicense.objects.of(request.user).select_related("jurisdiction", "profession", "user")
    license = rows.prefetch_related("endorsements").filter(pk=pk).first()
    if license is None:
        raise Http404
    return license


def _sent(request: OwnRequest) -> tuple[Any, Any]:
    """What was posted, if anything was."""
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


def _done(form: Any, act: Callable[[], object]) -> bool:
    """Do it where the form is right; what the service refuses stands at its field."""
    if not form.is_valid():
        return False
    try:
        act()
    except LicenseRefused as refusal:
        form.refuse(refusal)
        return False
    return True


def _page(
    request: OwnRequest,
    license: ProfessionalLicense,
    *,
    form: LicenseForm | None = None,
    endorsement_form: EndorsementForm | None = None,
) -> HttpResponse:
    own = form or LicenseForm(license=license)
    other = endorsement_form or EndorsementForm(license=license, prefix=ENDORSEMENT)
    context = {
        "license": license,
        "form": own,
        "endorsement_form": other,
        "own_url": reverse("my_license", args=[license.pk]),
    }
    status = 422 if own.errors or other.errors else 200
    return render(request, "accreditation/my_license.html", context, status=status)


def _to(name: str, *args: Any) -> HttpResponse:
    return HttpResponseRedirect(reverse(name, args=args), status=303)


urlpatterns: list[URLPattern] = [
    path("my/licenses/", my_licenses, name="my_licenses"),
    path("my/licenses/<int:pk>/", my_license, name="my_license"),
    path("my/licenses/<int:pk>/remove/", remove_my_license, name="remove_license"),
    path("my/licenses/<int:pk>/evidence/", license_evidence, name="license_evidence"),
    path("my/licenses/<int:pk>/endorsements/", endorse_license, name="endorse_license"),
    path("my/licenses/<int:pk>/endorsements/<int:endorsement>/remove/", unendorse_license, name="unendorse_license"),
    path(
        "my/licenses/<int:pk>/endorsements/<int:endorsement>/evidence/",
        endorsement_evidence,
        name="endorsement_evidence",
    ),
]
