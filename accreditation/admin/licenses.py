"""Professional licenses in the back office: whose they are, what shows it, and what staff say of them.

A license number stands in no address: a search is posted, and what it found is named by the rows' own keys.
"""

from collections.abc import Callable, Iterator
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import OwnRequest
from accreditation.forms.license_review import DecisionForm, LicenseFilterForm, by_holder_or_number
from accreditation.models import LicenseEndorsement, ProfessionalLicense
from accreditation.services.licenses import LicenseRefused, reject, verify, verify_endorsement
from core.spreadsheets import exported
from core.validation import page_number, whole_number

VIEW, CHANGE = "accreditation.view_professionallicense", "accreditation.change_professionallicense"
PER_PAGE = 50
MOST_FOUND = 50
HEAD = [
    *("Holder", "E-mail address", "State or body", "Licensed as", "Number", "Name on the license", "Issued on"),
    *("Expires on", "First cycle", "Status", "Expired", "Checked on", "Checked by", "Note"),
]
ACTS: dict[str, tuple[Callable[..., None], str]] = {
    "verify": (verify, "Checked. The holder gets a mail."),
    "refuse": (reject, "Refused. The holder gets a mail with your reason."),
}


def _must(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def licenses_page(request: HttpRequest) -> HttpResponseBase:
    """Those in use, by holder; a POST looks for a holder or a number."""
    _must(request, VIEW)
    if request.method == "POST":
        return _look_for(request)
    form = LicenseFilterForm(request.GET)
    found = form.narrow(_rows())
    searched = request.GET.get("found")
    if searched is not None:
        found = found.filter(pk__in=[key for key in map(whole_number, searched.split(",")[:MOST_FOUND]) if key])
    if as_file := exported(request, "licenses", _lines(found)):
        return as_file
    query = request.GET.copy()
    for name in ("p", "export"):
        query.pop(name, None)
    context = {
        "form": form,
        "page": Paginator(found, PER_PAGE).get_page(page_number(request.GET.get("p"))),
        "query": query.urlencode(),
        "searched": searched is not None,
    }
    return render(request, "accreditation/admin/licenses.html", context)


def _look_for(request: HttpRequest) -> HttpResponse:
    """One hit is shown, several are listed."""
    keys = list(
        _rows().filter(by_holder_or_number(request.POST.get("q", ""))).values_list("pk", flat=True)[:MOST_FOUND]
    )
    if len(keys) == 1:
        return _to("license", keys[0])
    return HttpResponseRedirect(f"{reverse('credit:licenses')}?found={','.join(map(str, keys))}", status=303)


@never_cache
@require_safe
def license_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One license: what its holder says, what shows it, what was said about it."""
    _must(request, VIEW)
    return _page(request, _one_or_404(pk), DecisionForm())


@require_POST
def decide(request: OwnRequest, pk: int, act: str) -> HttpResponse:
    """Confirm it, or refuse it with a reason."""
    _must(request, CHANGE)
    if act not in ACTS:
        raise Http404
    license, form = _one_or_404(pk), DecisionForm(request.POST)
    do, done = ACTS[act]
    if form.is_valid():
        try:
            do(license=license, by=request.user, note=form.cleaned_data["note"])
        except LicenseRefused as refusal:
            form.add_error("note" if refusal.field == "note" else None, str(refusal))
        else:
            messages.success(request, done)
            return _to("license", pk)
    return _page(request, license, form)


@require_POST
def decide_endorsement(request: OwnRequest, pk: int, endorsement: int) -> HttpResponse:
    """The permission beside it was compared with its document."""
    _must(request, CHANGE)
    found = get_object_or_404(LicenseEndorsement, license=pk, pk=endorsement)
    verify_endorsement(endorsement=found, by=request.user)
    messages.success(request, "Checked.")
    return _to("license", pk)


def _page(request: HttpRequest, license: ProfessionalLicense, form: DecisionForm) -> HttpResponse:
    context: dict[str, Any] = {
        "license": license,
        "form": form,
        "endorsements": license.endorsements.select_related("verified_by"),
        "claims": license.claims.select_related("enrollment__course", "course_approval__provider_approval__body"),
        "may_change": request.user.has_perm(CHANGE),
    }
    status = 422 if form.errors else 200
    return render(request, "accreditation/admin/license.html", context, status=status)


def _rows() -> QuerySet[ProfessionalLicense]:
    rows = ProfessionalLicense.objects.filter(removed_at=None)
    related = rows.select_related("user", "jurisdiction", "profession", "verified_by")
    return related.order_by("user__legal_name", "user__email", "pk")


def _one_or_404(pk: int) -> ProfessionalLicense:
    rows = ProfessionalLicense.objects.select_related("user", "jurisdiction", "profession", "verified_by")
    return get_object_or_404(rows, pk=pk)


def _lines(found: QuerySet[ProfessionalLicense]) -> Iterator[list[Any]]:
    yield HEAD
    for one in found.iterator():
        yield [
            one.user.legal_name,
            one.user.email,
            one.jurisdiction.name,
            one.profession.name,
            one.number,
            one.name_on_license,
            *(day.isoformat() if day else "" for day in (one.issued_on, one.expires_on)),
            "yes" if one.first_cycle else "",
            one.get_status_display(),
            "yes" if one.expired() else "",
            one.verified_on.isoformat() if one.verified_on else "",
            str(one.verified_by) if one.verified_by else "",
            one.status_note,
        ]


def _to(name: str, *args: Any) -> HttpResponse:
    return HttpResponseRedirect(reverse(f"credit:{name}", args=args), status=303)


urlpatterns: list[URLPattern] = [
    path("licenses/", licenses_page, name="licenses"),
    path("licenses/<int:pk>/", license_page, name="license"),
    path("licenses/<int:pk>/<slug:act>/", decide, name="decide_license"),
    path("licenses/<int:pk>/endorsements/<int:endorsement>/verify/", decide_endorsement, name="decide_endorsement"),
]
