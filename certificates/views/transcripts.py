"""All courses of a learner: the page of one's own, the signed PDFs of it, and the page that one may show to others."""

import logging
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.requests import OwnRequest
from certificates.forms import CertificateFileForm
from certificates.models import Certificate, Transcript, TranscriptShare
from certificates.paper.signing import SigningError
from certificates.rendering import RenderError
from certificates.services.checking import FileAnswer
from certificates.services.keys import NoKeys
from certificates.services.transcripts import (
    NameMissing,
    make_transcript,
    share_transcript,
    transcript_of,
    valid_transcripts,
)
from certificates.views.pages import not_indexed
from core.limits import limited
from core.validation import page_number

logger = logging.getLogger(__name__)
PER_PAGE = 10
LOOKS_PER_MINUTE = 30
PDFS_PER_MINUTE = 6
"""By address. Typesetting and signing cost about a second of the server."""
NOT_MADE: dict[type[Exception], str] = {
    NameMissing: "A transcript needs your name. Write it in your profile, then make the PDF.",
    RenderError: "The PDF was not made: a name or a title has a sign that our fonts cannot print. Nothing is lost. "
    "Please write to the school.",
    SigningError: "The PDF was not made: it could not be signed. Nothing is lost. Please write to the school.",
    NoKeys: "The PDF was not made: the school's key for signing is not at hand. Nothing is lost. Please write to the "
    "school.",
    OSError: "The PDF was not made: it could not be stored just now. Nothing is lost. Try again in a few minutes.",
}


@require_safe
@login_required
def my_transcript(request: OwnRequest) -> HttpResponse:
    """Own courses and their sums, the signed PDFs, and whether others may look. The courses stand whole on one page, as
    on the paper; the PDFs are turned over."""
    papers = Transcript.objects.filter(learner=request.user)
    page = Paginator(papers, PER_PAGE).get_page(page_number(request.GET.get("page")))
    counting = set(valid_transcripts(request.user).values_list("pk", flat=True)) if page.object_list else set()
    share = TranscriptShare.objects.filter(learner=request.user, is_on=True).first()
    context = {
        **_record(request.user),
        "page": page,
        "papers": [(paper, paper.issued_at.astimezone(request.user.zone), paper.pk in counting) for paper in page],
        "share_url": settings.SITE_URL + reverse("shared_transcript", args=[share.token]) if share else "",
    }
    return render(request, "certificates/my_transcript.html", context)


@require_POST
@login_required
@limited("transcript-pdf", per_minute=PDFS_PER_MINUTE)
def make_transcript_pdf(request: OwnRequest) -> HttpResponse:
    """The record as it is today, as a signed PDF; the last one again, where nothing has changed since."""
    try:
        made = make_transcript(learner=request.user)
    except tuple(NOT_MADE) as error:
        logger.warning("transcript of user %s not made (%s)", request.user.pk, type(error).__name__)
        messages.error(request, next(words for kind, words in NOT_MADE.items() if isinstance(error, kind)))
    else:
        messages.success(request, f"Your transcript is ready: {made.serial}. Download it below.")
    return HttpResponseRedirect(reverse("my_transcript"), status=303)


@require_POST
@login_required
def share_my_transcript(request: OwnRequest) -> HttpResponse:
    """The holder switches the page for others on or off."""
    share_transcript(learner=request.user, on=request.POST.get("on") == "1")
    return HttpResponseRedirect(reverse("my_transcript"), status=303)


@require_safe
@login_required
def transcript_pdf(request: OwnRequest, serial: str) -> HttpResponse:
    """One's own, as it was made; nobody else's."""
    paper = get_object_or_404(Transcript, learner=request.user, serial=serial)
    return _file(paper, public=False)


@require_safe
@not_indexed
@limited("shared-transcript", per_minute=LOOKS_PER_MINUTE)
def shared_transcript(request: HttpRequest, token: str) -> HttpResponse:
    """What the holder lets others see, for whoever has the address and while it is switched on."""
    learner = _holder(token)
    context = {**_record(learner), "newest": valid_transcripts(learner).first(), "token": token}
    response = render(request, "certificates/shared_transcript.html", context)
    response["Cache-Control"] = "private, no-store"  # switched off, it is gone everywhere
    return response


@require_safe
@not_indexed
@limited("shared-transcript", per_minute=LOOKS_PER_MINUTE)
def shared_transcript_pdf(request: HttpRequest, token: str) -> HttpResponse:
    """The newest PDF without private facts."""
    paper = valid_transcripts(_holder(token)).first()
    if paper is None:
        raise Http404
    return _file(paper, public=True)


def show_transcript(
    request: HttpRequest, serial: str, *, answer: FileAnswer | None, file_form: CertificateFileForm | None
) -> HttpResponse | None:
    """At the check, the number of a transcript: that there is one, and nothing of what it says; None for others."""
    paper = Transcript.objects.filter(serial=serial).first()
    if paper is None:
        return None
    context = {
        "paper": paper,
        "made_on": date.fromisoformat(paper.facts["issued_on"]),
        "courses": len(paper.facts["lines"]),
        "answer": answer,
        "file_form": file_form or CertificateFileForm(),
        "host": request.get_host(),
    }
    return render(request, "certificates/transcript_number.html", context)


def _holder(token: str) -> User:
    share = get_object_or_404(
        TranscriptShare.objects.select_related("learner"), token=token, is_on=True, learner__is_active=True
    )
    return share.learner


def _record(learner: User) -> dict[str, Any]:
    """The same for the holder and for others; throw-away keys are named wherever their papers are shown."""
    record = transcript_of(learner)
    return {
        "record": record,
        "lines": [(line, date.fromisoformat(line.completed_on)) for line in record.lines],
        "made_on": date.fromisoformat(record.issued_on),
        "is_test": Certificate.objects.of(learner).filter(paper_key__is_demo=True).exists(),
    }


def _file(paper: Transcript, *, public: bool) -> HttpResponse:
    response = HttpResponse(paper.read_pdf(public=public), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{paper.serial}.pdf"'
    response["Content-Security-Policy"] = "default-src 'none'"
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response["Cache-Control"] = "private, no-store"
    return response
