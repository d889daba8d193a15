"""The check: one field for a number, one for a file, and the page of each certificate."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from certificates.forms import CertificateFileForm, SerialForm
from certificates.services.checking import FileAnswer
from certificates.standing import find_record
from certificates.views.as_json import HTML, answer_json, by_type, for_software, unknown_json, wanted_type
from certificates.views.drop import read_file, takes_a_file
from certificates.views.pages import not_indexed, show_record, show_unknown
from certificates.views.transcripts import show_transcript
from core.limits import limited
from core.serials import normalize_serial

CHECKS_PER_MINUTE = 30
"""By address. Numbers cannot be guessed; the limit keeps the check from being used to copy the register."""
METHODS = ["GET", "HEAD", "POST"]


@require_http_methods(METHODS)
@not_indexed
@limited("verify", per_minute=CHECKS_PER_MINUTE)
@takes_a_file
def verify(request: HttpRequest) -> HttpResponse:
    """A number that cannot be ours is explained here, before any look-up; a file leads to the record that it is of."""
    if request.method == "POST":
        file_form, answer = read_file(request)
        if answer and answer.record:
            return show_record(request, answer.record, answer=answer)
        return _first_page(request, SerialForm(), file_form, answer, status=200 if answer else 422)
    form = SerialForm(request.GET if "number" in request.GET else None)
    if form.is_valid():
        return HttpResponseRedirect(reverse("verify_certificate", args=[form.cleaned_data["number"]]))
    return _first_page(request, form, CertificateFileForm(), None, status=422 if form.errors else 200)


@require_http_methods(METHODS)
@not_indexed
@limited("verify", per_minute=CHECKS_PER_MINUTE)
@takes_a_file
def verify_certificate(request: HttpRequest, serial: str) -> HttpResponse:
    """What the certificate with this number states, from its frozen facts alone, and where it stands."""
    reading = normalize_serial(serial)
    if reading.ok and reading.serial != serial:
        return for_software(HttpResponseRedirect(reverse("verify_certificate", args=[reading.serial])))
    record = find_record(serial) if reading.ok else None
    wanted = wanted_type(request, badge=bool(record and record.is_shared and record.has_badge))
    if wanted != HTML and request.method != "POST":
        return for_software(answer_json(record, wanted) if record else unknown_json(serial, reading.explanation))
    file_form, answer = read_file(request, expected=serial) if request.method == "POST" else (None, None)
    if record is None:
        found = show_transcript(request, serial, answer=answer, file_form=file_form)
        return by_type(found or show_unknown(request, serial, answer=answer, file_form=file_form))
    status = 422 if file_form and file_form.errors else 200
    return by_type(show_record(request, record, answer=answer, file_form=file_form, status=status))


def _first_page(
    request: HttpRequest, form: SerialForm, file_form: CertificateFileForm, answer: FileAnswer | None, *, status: int
) -> HttpResponse:
    context = {
        "form": form,
        "file_form": file_form,
        "answer": answer,
        "host": request.get_host(),
        "checks_per_minute": CHECKS_PER_MINUTE,
    }
    return render(request, "certificates/verify.html", context, status=status)
