"""What software asks the school for: the issuer's keys, which certificates no longer stand, the badge's picture."""

import hashlib
import json

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from certificates.credentials.drawing import badge_png
from certificates.models import Certificate, StatusList
from certificates.services.keys import did_document_of_school
from certificates.services.status import status_document

MAX_AGE = 300
"""Seconds for which a verifier may believe a copy: how long a revocation may go unnoticed (CREDENTIALS.md 4.3)."""
MAX_AGE_OF_PICTURE = 30 * 86_400
PICTURES = {
    kind + ending: (kind, sample)
    for kind in Certificate.Kind.values
    for ending, sample in (("", False), ("-sample", True))
}
"""What a credential names as the picture of its achievement: the same for all of a kind, so it tells of nobody."""


@require_safe
def did_json(request: HttpRequest) -> HttpResponse:
    """The issuer and its keys (did:web)."""
    return _published(request, json.dumps(did_document_of_school()).encode(), "application/did+json")


@require_safe
def status_list(request: HttpRequest, n: int) -> HttpResponse:
    """One signed list, whole: the school does not learn which certificate was asked about."""
    try:
        document = status_document(n)
    except StatusList.DoesNotExist as error:
        raise Http404 from error
    return _published(request, document, "application/vc")


@require_safe
def badge_picture(request: HttpRequest, name: str) -> HttpResponse:
    """The picture that wallets show beside a badge: they load it without being logged in."""
    if name not in PICTURES:
        raise Http404
    kind, sample = PICTURES[name]
    return _published(request, badge_png(kind, sample=sample), "image/png", max_age=MAX_AGE_OF_PICTURE)


def _published(request: HttpRequest, content: bytes, content_type: str, *, max_age: int = MAX_AGE) -> HttpResponse:
    """Anybody's page may read it, and a copy counts for so many seconds."""
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    response = HttpResponse(content, content_type=content_type)
    response["ETag"] = etag
    response["Cache-Control"] = f"public, max-age={max_age}"
    answer = get_conditional_response(request, etag=etag, response=response) or response
    answer["Access-Control-Allow-Origin"] = "*"
    return answer
