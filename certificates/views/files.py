"""The documents of a certificate: the paper, its badge as a file, and the badge as a picture.

The holder (and staff who see certificates) get the full paper, also after it was revoked; the name of the file then
says so. Anybody with the number gets the public copy while the holder shares it and the certificate stands. Bytes are
those that were stored; only the picture is put together here, out of the stored credential and a drawing that never
changes.
"""

import hashlib
from collections.abc import Callable

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from certificates.credentials.carriers import bake
from certificates.credentials.drawing import badge_png
from certificates.models import Certificate, CertificateFile
from core.access import allowed_or_404, can
from core.limits import limited

FILES_PER_MINUTE = 30
ROLES = CertificateFile.Role


@require_safe
@limited("certificate-file", per_minute=FILES_PER_MINUTE)
def certificate_pdf(request: HttpRequest, serial: str) -> HttpResponse:
    """The paper for its holder, the copy without private facts for others."""
    return _answer(request, serial, "pdf", "application/pdf", _paper)


@require_safe
@limited("certificate-file", per_minute=FILES_PER_MINUTE)
def certificate_json(request: HttpRequest, serial: str) -> HttpResponse:
    """The Open Badge as it was signed."""
    return _answer(request, serial, "json", "application/vc", _credential)


@require_safe
@limited("certificate-file", per_minute=FILES_PER_MINUTE)
def certificate_png(request: HttpRequest, serial: str) -> HttpResponse:
    """The badge as a picture, with the credential in it."""
    return _answer(request, serial, "png", "image/png", _picture)


def _answer(
    request: HttpRequest,
    serial: str,
    ending: str,
    content_type: str,
    content: Callable[[Certificate, bool], bytes],
) -> HttpResponse:
    """Forbidden and unknown look the same; a visitor may be the holder, so the log-in is offered for either."""
    certificate = Certificate.objects.filter(serial=serial).first()
    allowed = certificate is not None and can(request.user, "download", certificate)
    if not allowed and not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    allowed_or_404(request.user, "download", certificate)
    assert certificate is not None  # noqa: S101 - for the type checker: None is a 404 above
    full = can(request.user, "view", certificate)
    data = content(certificate, full)
    response = HttpResponse(data, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{_file_name(certificate)}.{ending}"'
    response["Content-Security-Policy"] = "default-src 'none'"
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    if full:
        response["Cache-Control"] = "private, no-store"
        return response
    response["Cache-Control"] = "no-cache"  # asked again each time: the holder may stop sharing at any moment
    response["Access-Control-Allow-Origin"] = "*"
    response["ETag"] = etag = f'"{hashlib.sha256(data).hexdigest()}"'
    return get_conditional_response(request, etag=etag, response=response) or response


def _file_name(certificate: Certificate) -> str:
    """What no longer stands says so wherever it is kept."""
    if certificate.status == Certificate.Status.ISSUED:
        return certificate.serial
    return f"{certificate.serial}-{certificate.get_status_display().lower()}"


def _paper(certificate: Certificate, full: bool) -> bytes:
    """The newest of its kind: a paper may have been stamped or signed again since. Without a public copy there was
    nothing to leave out."""
    newest = _newest(certificate, ROLES.PAPER if full else ROLES.PUBLIC)
    if newest is None and not full:
        newest = _newest(certificate, ROLES.PAPER)
    return newest.read() if newest else certificate.read_pdf()


def _credential(certificate: Certificate, full: bool) -> bytes:
    """The same for everybody: a badge holds no private fact."""
    newest = _newest(certificate, ROLES.CREDENTIAL)
    if newest is None:
        raise Http404
    return newest.read()


def _picture(certificate: Certificate, full: bool) -> bytes:
    picture = badge_png(certificate.kind, sample=bool(certificate.facts["sample_notice"]))
    return bake(picture, _credential(certificate, full))


def _newest(certificate: Certificate, role: str) -> CertificateFile | None:
    return certificate.files.filter(role=role).order_by("-n").first()
