"""The last net under the gates: a refusal that reaches the back office as an exception is told, not a server error."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from core.publishing import PublishRefused


class RefusalsAreTold:
    """A workflow's last approval publishes deep inside Wagtail, where no form can answer. It is rolled back there."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Say every reason, and lead back to where the person was."""
        if not isinstance(exception, PublishRefused) or not request.path.startswith("/admin/"):
            return None
        for reason in exception.messages:
            messages.error(request, f"Not published. {reason}")
        match = request.resolver_match
        page = match.kwargs.get("page_id") if match else None
        return redirect("wagtailadmin_pages:edit", page) if page else redirect("wagtailadmin_home")
