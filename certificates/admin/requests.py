"""What is promised and not issued yet, with its reason and a way to try again."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST
from wagtail.admin.viewsets.model import ModelViewSet

from certificates.models import CertificateRequest
from certificates.services import retry
from core.records import RecordIndexView

RETRY_PERMISSION = "certificates.change_certificaterequest"


class RequestIndexView(RecordIndexView):
    """What is promised and not issued yet."""

    def get_base_queryset(self) -> Any:
        """With the learner and the course that stand in each line."""
        unfinished = super().get_base_queryset().unfinished()
        return unfinished.select_related("enrollment__user", "enrollment__course").prefetch_related("enrollment__holds")


class RequestViewSet(ModelViewSet):
    """What waits, and for what."""

    model = CertificateRequest
    icon = "history"
    menu_label = "To be issued"
    url_prefix = "certificates/requests"
    index_view_class = RequestIndexView
    list_display = ("enrollment", "waits_for", "attempts", "next_try_at", "created_at")
    list_filter = ("state",)
    search_fields = ("enrollment__user__email", "enrollment__user__legal_name", "last_error")
    search_backend_name = None
    inspect_view_enabled = True
    inspect_view_fields = ("enrollment", "state", "waits_for", "attempts", "next_try_at", "created_at")
    inspect_template_name = "certificates/admin/inspect_request.html"
    copy_view_enabled = False
    exclude_form_fields = ()
    add_to_reference_index = False

    def get_urlpatterns(self) -> list[URLPattern]:
        """Wagtail's, and the way to try again."""
        return [*super().get_urlpatterns(), path("retry/<int:pk>/", partial(retry_request, viewset=self), name="retry")]


@require_POST
def retry_request(request: HttpRequest, pk: int, *, viewset: RequestViewSet) -> HttpResponse:
    """Try once more to issue this certificate."""
    if not request.user.has_perm(RETRY_PERMISSION):
        raise PermissionDenied
    retry(request=get_object_or_404(CertificateRequest, pk=pk))
    after = CertificateRequest.objects.get(pk=pk)
    if after.state == CertificateRequest.State.ISSUED:
        messages.success(request, "Issued.")
    else:
        messages.warning(request, f"Not yet: {after.waits_for}")
    return HttpResponseRedirect(reverse(viewset.get_url_name("index")), status=303)
