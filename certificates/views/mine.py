"""A learner's own certificates: the files, what others see, what happened to each, and the name that comes first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accounts.forms import LegalNameForm
from accounts.requests import OwnRequest
from certificates.forms import OwnFilterForm
from certificates.models import Certificate, CertificateEvent, CertificateFile, CertificateRequest
from certificates.services import confirm_name
from certificates.services.life import share
from certificates.standing import Standing, State, standings_of
from core.validation import page_number

PER_PAGE = 20
FILTERED_FROM = 6
"""So many are narrowed down; fewer are seen at a glance."""
LINKEDIN = "https://www.linkedin.com/profile/add"
What = CertificateEvent.What
HAPPENED = {
    What.ISSUED: "Issued.",
    What.CORRECTED: "Replaced by a new one.",
    What.REVIEWED: "The school has looked at it. It stands.",
    What.REVOKED: "Revoked by the school.",
    What.FLAGGED: "The school has to look at it again. It stands until somebody decides.",
    What.SHARED: "The files were shared with anybody who has the number.",
    What.UNSHARED: "The files were no longer shared.",
    What.TIMESTAMPED: "A time stamp was added to the signature of the PDF.",
    What.RESIGNED: "Signed again with a new key of the school. What it says is unchanged.",
    What.DOUBTED: "Somebody who checked it wrote to the school that it looks wrong. That changes nothing by itself.",
}


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the log, for the holder."""

    day: date
    words: str
    text: str


@dataclass(frozen=True, slots=True)
class Own:
    """One certificate as its holder sees it."""

    certificate: Certificate
    standing: Standing

    @property
    def is_in_force(self) -> bool:
        """Neither revoked nor replaced."""
        return self.certificate.status == Certificate.Status.ISSUED

    @property
    def successor(self) -> Certificate | None:
        """What stands in its place."""
        found: Certificate | None = getattr(self.certificate, "superseded_by", None)
        return found

    @property
    def has_badge(self) -> bool:
        """Certificates from before the badges have none."""
        return any(file.role == CertificateFile.Role.CREDENTIAL for file in self.certificate.files.all())

    @property
    def log(self) -> list[Happening]:
        """What happened to it, in plain words."""
        return [
            Happening(event.at.date(), HAPPENED.get(What(event.what), event.get_what_display()), event.text)
            for event in self.certificate.events.all()
        ]

    @property
    def linkedin_url(self) -> str:
        """Add to a profile; only what may be claimed there."""
        return linkedin_url(self.certificate) if self.standing.state == State.VALID else ""


@login_required
def my_certificates(request: OwnRequest) -> HttpResponse:
    """Own certificates, what is being prepared, and the name that the first one will carry."""
    unfinished = (
        CertificateRequest.objects.of(request.user)
        .unfinished()
        .select_related("enrollment__edition", "enrollment__course")
    )
    waiting = list(unfinished.prefetch_related("enrollment__holds").order_by("pk"))
    name_is_asked = bool(waiting) and request.user.legal_name_confirmed_at is None
    form = LegalNameForm(
        request.POST if request.method == "POST" and name_is_asked else None,
        initial={"legal_name": request.user.legal_name},
    )
    if request.method == "POST" and (form.is_valid() or not name_is_asked):
        if name_is_asked:
            confirm_name(user=request.user, legal_name=form.cleaned_data["legal_name"])
        return HttpResponseRedirect(reverse("my_certificates"), status=303)
    context = {"waiting": waiting, "form": form if name_is_asked else None, **_own_list(request)}
    return render(request, "certificates/my_certificates.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def share_certificate(request: OwnRequest, serial: str) -> HttpResponse:
    """The holder lets anybody with the number have the files, or no longer."""
    certificate = Certificate.objects.of(request.user).filter(serial=serial).first()
    if certificate is None:
        raise Http404
    share(certificate=certificate, on=request.POST.get("on") == "1", by=request.user)
    return HttpResponseRedirect(_back(request), status=303)


def linkedin_url(certificate: Certificate) -> str:
    """LinkedIn's own form, filled in (CREDENTIALS.md section 6); the holder still decides there."""
    issued = date.fromisoformat(certificate.facts["issued_on"])
    fields: dict[str, Any] = {
        "startTask": "CERTIFICATION_NAME",
        "name": certificate.title,
        "organizationName": certificate.facts["provider"]["name"],
        "issueYear": issued.year,
        "issueMonth": issued.month,
    }
    if certificate.valid_until:
        fields |= {"expirationYear": certificate.valid_until.year, "expirationMonth": certificate.valid_until.month}
    fields |= {"certUrl": settings.SITE_URL + certificate.get_absolute_url(), "certId": certificate.serial}
    return f"{LINKEDIN}?{urlencode(fields)}"


def _own_list(request: OwnRequest) -> dict[str, Any]:
    """One page of them, narrowed by what was chosen."""
    certificates = Certificate.objects.of(request.user).select_related("paper_key", "supersedes", "superseded_by")
    owned = [Own(one, _standing(one)) for one in certificates]
    filters = OwnFilterForm(request.GET, **_choices(owned))
    chosen = filters.chosen()
    page = Paginator([one for one in owned if _fits(one, chosen)], PER_PAGE).get_page(
        page_number(request.GET.get("page"))
    )
    prefetch_related_objects([one.certificate for one in page.object_list], "events", "files")
    return {
        "page": page,
        "owns_any": bool(owned),
        "filters": filters if len(owned) >= FILTERED_FROM or chosen else None,
        "active": _active(filters, chosen),
        "query": urlencode(chosen),
        "here": request.get_full_path(),
    }


def _standing(certificate: Certificate) -> Standing:
    """What became of it; of a sample in force, that it is one."""
    key = certificate.paper_key
    return standings_of(certificate, test_key=key is not None and key.is_demo)[-1]


def _choices(owned: Sequence[Own]) -> dict[str, Any]:
    """The years, courses and states that there are."""
    return {
        "years": sorted({str(one.certificate.completed_on.year) for one in owned}, reverse=True),
        "courses": sorted({one.certificate.title for one in owned}),
        "states": sorted({(one.standing.state.value, one.standing.word) for one in owned}),
    }


def _fits(one: Own, chosen: dict[str, str]) -> bool:
    facts = {
        "year": str(one.certificate.completed_on.year),
        "course": one.certificate.title,
        "state": one.standing.state.value,
    }
    return all(facts[name] == value for name, value in chosen.items())


def _active(filters: OwnFilterForm, chosen: dict[str, str]) -> list[dict[str, str]]:
    return [
        {
            "label": f"{filters.fields[name].label}: {filters.words[name][value]}",
            "remove_url": "?" + urlencode({other: kept for other, kept in chosen.items() if other != name}),
        }
        for name, value in chosen.items()
    ]


def _back(request: HttpRequest) -> str:
    """To the page of the list where the button was pressed."""
    wanted = request.POST.get("next", "")
    own = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and wanted.startswith("/my/certificates/")
    return wanted if own else reverse("my_certificates")
