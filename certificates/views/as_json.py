"""The check for software: the address of a certificate, asked with an Accept header.

- ``application/json``: the document described below.
- ``application/ld+json``: an EducationalOccupationalCredential of schema.org, with its state in ``creativeWorkStatus``.
  It is not written into the page: the page is kept out of search engines, and it carries no scripts.
- ``application/vc``: the Open Badge itself, where its holder shares it.

Status: 200 for every number that was issued, whatever became of it, because that is the answer and it stays (410 would
tell caches to forget it); 404 for a number that nobody has, with ``status`` "unknown"; 406 for any other type. Every
origin may ask (CORS). Members of the document, version 1:

- ``version``; ``serial``; ``url``; ``checked_at``: an instant.
- ``status``: valid, sample, test, revoked, replaced, expired, damaged, unknown. A sample is a sample whatever else is
  true of it. ``counts``: true only for valid. ``statements``: all that is to be said, in words.
- ``issued_on``, ``awarded_on`` (the first issue; a correction keeps it), ``valid_until``, ``ended_on``: dates or null.
- ``reason`` (error, holder, conduct, board or null) and ``note``: of a revocation.
- ``replaced_by``: who stands in its place now, the end of the chain; ``replaces``: all before it, the oldest first.
  Each ``{"serial": ..., "url": ...}``.
- ``facts``: what is printed, as frozen; ``pdf_sha256``, ``public_pdf_sha256``: of the holder's paper as issued and of
  the copy without the license number (the same where none stands on it). Null where the record is damaged.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers

from certificates.models import Certificate, CertificateFile
from certificates.standing import Record, State

VERSION = 1
HTML, JSON, LINKED, CREDENTIAL = "text/html", "application/json", "application/ld+json", "application/vc"
FACTS = (
    *("serial", "kind", "heading", "name", "earned", "title", "hours", "hours_printed", "hours_note", "completed_on"),
    *("issued_on", "deliveries", "delivery_label", "place", "credit", "edition", "instructors", "administrator"),
    *("provider", "approval", "approvals", "sample_notice", "notices", "language", "layout", "valid_until"),
    *("awarded_on", "replaces", "classroom_hours"),
)
"""By name: a private fact that is frozen one day does not become public by being there."""
UNKNOWN = {"version": VERSION, "status": "unknown", "counts": False}


def wanted_type(request: HttpRequest, *, badge: bool) -> str | None:
    """What the asker likes best of what there is; a browser likes the page."""
    return request.get_preferred_type([HTML, JSON, LINKED, *([CREDENTIAL] if badge else [])])


def by_type(response: HttpResponse) -> HttpResponse:
    """Caches know that the same address has other forms, and ask again: a revocation counts at once."""
    patch_vary_headers(response, ["Accept"])
    response["Cache-Control"] = "private, no-cache"
    return response


def for_software(response: HttpResponse) -> HttpResponse:
    """Any web page may read it."""
    response["Access-Control-Allow-Origin"] = "*"
    return by_type(response)


def answer_json(record: Record, wanted: str | None) -> HttpResponse:
    """The record in the type that was asked for."""
    if wanted == JSON:
        return JsonResponse(record_as_json(record, at=timezone.now()))
    if wanted == LINKED and record.first.state != State.DAMAGED:
        return JsonResponse(record_as_schema(record), content_type=LINKED)
    if wanted == CREDENTIAL:
        address = reverse("certificate_json", args=[record.certificate.serial])
        return HttpResponseRedirect(address, status=303)
    return JsonResponse({"detail": "Ask for text/html, application/json or application/ld+json."}, status=406)


def unknown_json(serial: str, explanation: str) -> HttpResponse:
    """A number that nobody has."""
    return JsonResponse(UNKNOWN | {"serial": serial[:60], "statements": [explanation or NOBODY]}, status=404)


NOBODY = "No certificate has this number."


def record_as_json(record: Record, *, at: datetime) -> dict[str, Any]:
    """The document, version 1."""
    certificate, state = record.certificate, record.first.state
    whole = state != State.DAMAGED
    return {
        "version": VERSION,
        "serial": certificate.serial,
        "url": address_of(certificate),
        "checked_at": at,
        "status": state.value,
        "counts": state == State.VALID,
        "statements": [f"{one.word}. {one.sentence}" for one in record.standings],
        "issued_on": certificate.facts["issued_on"] if whole else None,
        "awarded_on": _day(certificate.awarded_at),
        "valid_until": certificate.valid_until,
        "ended_on": _day(certificate.ended_at),
        "reason": certificate.reason_class or None,
        "note": certificate.public_note,
        "replaced_by": _link(record.newest) if record.later else None,
        "replaces": [_link(one) for one in record.earlier],
        "facts": public_facts(certificate.facts) if whole else None,
        "pdf_sha256": certificate.pdf_sha256 if whole else None,
        "public_pdf_sha256": _public_sha256(certificate) if whole else None,
    }


def _public_sha256(certificate: Certificate) -> str:
    """Of the copy without the license number; where none stands on the paper, the paper is the copy."""
    copies = certificate.files.filter(role=CertificateFile.Role.PUBLIC).order_by("n").values_list("sha256", flat=True)
    return copies.first() or certificate.pdf_sha256


def public_facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What is printed and may be seen by anybody."""
    return {name: facts[name] for name in FACTS if name in facts}


def record_as_schema(record: Record) -> dict[str, Any]:
    """The certificate as schema.org describes one."""
    facts, certificate = record.certificate.facts, record.certificate
    document: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "EducationalOccupationalCredential",
        "@id": address_of(certificate),
        "url": address_of(certificate),
        "identifier": certificate.serial,
        "name": f"{facts['heading']}: {facts['title']}",
        "description": " ".join(f"{one.word}. {one.sentence}" for one in record.standings),
        "creativeWorkStatus": record.first.word,
        "credentialCategory": "certificate",
        "dateCreated": facts["issued_on"],
        "about": {"@type": "Person", "name": facts["name"]},
        "sourceOrganization": {"@type": "EducationalOrganization", "name": facts["provider"]["name"]},
    }
    if certificate.valid_until:
        document["expires"] = certificate.valid_until.isoformat()
    if facts["approval"]:
        document["recognizedBy"] = {"@type": "Organization", "name": facts["approval"]["body"]}
    return document


def address_of(certificate: Certificate) -> str:
    """The check of this certificate, in full."""
    return f"{settings.SITE_URL}{certificate.get_absolute_url()}"


def _link(certificate: Certificate) -> dict[str, str]:
    return {"serial": certificate.serial, "url": address_of(certificate)}


def _day(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    return timezone.localdate(moment, timezone.get_default_timezone()).isoformat()
