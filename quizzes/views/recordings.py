"""Recordings of questions: a page of many questions need not look up each file's name."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from core.access import allowed_or_404
from library.models import Recording


@require_safe
def question_recording(request: HttpRequest, pk: int, part: str) -> HttpResponse:
    """Leads to the recording's file or captions, which ask again; or its transcript, to be read."""
    found = get_object_or_404(Recording, pk=pk)
    allowed_or_404(request.user, "view", found)
    if part == "transcript" and found.transcript.strip():
        return render(request, "quizzes/transcript.html", {"recording": found})
    address = {"file": found.url, "captions": found.captions_url}.get(part)
    if not address:
        raise Http404
    return redirect(address)
