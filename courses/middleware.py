"""What the back office answers where Wagtail would loop or break. Stands after the middleware that knows the user."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from core.publishing import PublishRefused

BACK_OFFICE = "/admin/"
LOG_IN = "/admin/login/"
MAY_ENTER = "wagtailadmin.access_admin"


class BackOffice:
    """Somebody without a role finds nothing here; a refusal to publish is told, and is no server error."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Wagtail sends a learner to the log-in, which sends whoever is logged in back: round and round."""
        inside = request.path.startswith(BACK_OFFICE) and request.path != LOG_IN
        if inside and request.user.is_authenticated and not request.user.has_perm(MAY_ENTER):
            raise Http404
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A review's last approval publishes deep inside Wagtail, where no form can answer; it is rolled back there."""
        if not isinstance(exception, PublishRefused) or not request.path.startswith(BACK_OFFICE):
            return None
        for reason in exception.messages:
            messages.error(request, f"Not published. {reason}")
        match = request.resolver_match
        page = match.kwargs.get("page_id") if match else None
        return redirect("wagtailadmin_pages:edit", page) if page else redirect("wagtailadmin_home")
