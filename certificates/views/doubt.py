"""This looks wrong: a few words from whoever checks a certificate to the school."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from certificates.forms import DoubtForm
from certificates.services.doubting import doubt
from certificates.standing import find_record
from certificates.views.pages import not_indexed, show_record, show_unknown
from core.limits import limited

DOUBTS_PER_MINUTE = 3


@require_POST
@not_indexed
@limited("doubt", per_minute=DOUBTS_PER_MINUTE)
def doubt_certificate(request: HttpRequest, serial: str) -> HttpResponse:
    """Send it on. A program that filled the trap gets the same answer, and nothing happens."""
    record = find_record(serial)
    if record is None:
        return show_unknown(request, serial)
    form = DoubtForm(request.POST)
    if not form.is_valid():
        return show_record(request, record, doubt_form=form, status=422)
    answer = "sent"
    if not form.is_trapped:
        words = form.cleaned_data
        sent = doubt(certificate=record.certificate, message=words["message"], email=words["email"])
        answer = "sent" if sent else "not-sent"
    page = reverse("verify_certificate", args=[serial])
    return HttpResponseRedirect(f"{page}?message={answer}#message", status=303)
