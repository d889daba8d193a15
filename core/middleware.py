"""Headers that every answer carries."""

from collections.abc import Callable
from typing import Any

from csp.constants import SELF, UNSAFE_INLINE
from csp.middleware import CSPMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

Handler = Callable[[HttpRequest], HttpResponse]


class PolicyByPath(CSPMiddleware):
    """Wagtail's admin still has inline scripts, and its text editor inline styles; nothing else may.

    A nonce beside 'unsafe-inline' cancels the latter, so the admin's policy replaces ours instead of adding to it.
    """

    def get_policy_parts(self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False) -> Any:
        parts = super().get_policy_parts(request, response, report_only)
        if request.path.startswith("/admin/"):
            loose = {name: [SELF, UNSAFE_INLINE] for name in ("script-src", "style-src")}
            parts.replace = {**(parts.replace or {}), **loose}
        return parts


def private_when_logged_in(get_response: Handler) -> Handler:
    """A page made for one person is kept by no shared cache."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not response.has_header("Cache-Control") and request.user.is_authenticated:
            response["Cache-Control"] = "private, no-cache"
        return response

    return middleware


def permissions_policy(get_response: Handler) -> Handler:
    """The site asks for no camera, microphone or place; passkeys stay allowed."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()")
        return response

    return middleware
