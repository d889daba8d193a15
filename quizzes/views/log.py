"""The learner's own log of an attempt: what arrived when, and what became of it."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from accounts.requests import OwnRequest
from core.access import visible
from quizzes.models import Attempt
from quizzes.services.attempt_log import log_of


@never_cache
@login_required
def log(request: OwnRequest, uuid: UUID) -> HttpResponse:
    """Readable as long as the result is: by its learner."""
    found = visible(request.user, "review", Attempt.objects.filter(uuid=uuid)).select_related("quiz").first()
    if found is None:
        raise Http404
    return render(request, "quizzes/log.html", {"attempt": found, "lines": log_of(found, for_staff=False)})
