"""What the pages of the check share: a record, a number that nobody has, and that no search engine keeps either."""

import logging
from functools import wraps
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accreditation.models import ApprovalBody
from certificates.forms import CertificateFileForm, DoubtForm, SerialForm
from certificates.models import Certificate
from certificates.services.checking import FileAnswer
from certificates.standing import Record, State
from core.limits import View
from core.serials import normalize_serial

logger = logging.getLogger(__name__)


def not_indexed(view: View) -> View:
    """Names of learners do not belong into search engines, though anyone who has the number may look."""

    @wraps(view)
    def inner(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        return response

    return inner


def show_record(
    request: HttpRequest,
    record: Record,
    *,
    answer: FileAnswer | None = None,
    file_form: CertificateFileForm | None = None,
    doubt_form: DoubtForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of one certificate, in whatever state it is."""
    certificate = record.certificate
    damaged = record.first.state == State.DAMAGED
    if damaged:
        logger.error("certificate %s: the stored facts are not the ones that were issued", certificate.pk)
    context = {
        "record": record,
        "certificate": certificate,
        "facts": {} if damaged else certificate.facts,
        "damaged": damaged,
        "board": board_of(certificate),
        "host": request.get_host(),
        "answer": answer,
        "file_form": file_form or CertificateFileForm(),
        "doubt_form": doubt_form or DoubtForm(),
        "message": request.GET.get("message", ""),
    }
    return render(request, "certificates/certificate.html", context, status=status)


def show_unknown(
    request: HttpRequest,
    serial: str,
    *,
    answer: FileAnswer | None = None,
    file_form: CertificateFileForm | None = None,
) -> HttpResponse:
    """No certificate has this number; where it cannot be one of ours, why."""
    context = {
        "form": SerialForm(initial={"number": serial}),
        "serial": serial,
        "explanation": normalize_serial(serial).explanation,
        "answer": answer,
        "file_form": file_form or CertificateFileForm(),
        "host": request.get_host(),
    }
    return render(request, "certificates/unknown.html", context, status=404)


def board_of(certificate: Certificate) -> ApprovalBody | None:
    """Who approved the course: for the address of its look-up of licenses, which is not frozen, because an address that
    no longer answers helps nobody. None for a certificate by our own count."""
    try:
        approval = UUID(certificate.credit_key)
    except ValueError:
        return None
    return ApprovalBody.objects.filter(provider_approvals__course_approvals__uuid=approval).first()
