"""Is the process up, and can it do its work?"""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from operations.health import readiness


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """503 names the part that is down; a late sweep is reported, and is no 503."""
    report = readiness()
    return JsonResponse(report, status=200 if report["ready"] else 503)
