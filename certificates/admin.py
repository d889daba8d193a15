"""The back office: what was issued (read only), and what still waits, with its reason and a way to try again."""

from functools import partial
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST
from wagtail.admin.viewsets.model import ModelViewSet, ModelViewSetGroup

from certificates.models import Certificate, CertificateRequest
from certificates.services import retry
from core.records import RecordIndexView

RETRY_PERMISSION = "certificates.change_certificaterequest"
DIGESTS = ("facts_sha256", "pdf_sha256")


class CertificateIndexView(RecordIndexView):
    """Issued certificates with their holders."""

    def get_base_queryset(self) -> Any:
        """The holder in the same query."""
        return super().get_base_queryset().select_related("learner")


class CertificateViewSet(ModelViewSet):
    """What was issued."""

    model = Certificate
    icon = "doc-full-inverse"
    menu_label = "Issued"
    url_prefix = "certificates/issued"
    index_view_class = CertificateIndexView
    list_display = ("serial", "holder", "title", "hours", "completed_on", "issued_at")
    list_filter: ClassVar[dict[str, list[str]]] = {
        "kind": ["exact"],
        "completed_on": ["gte", "lte"],
        "issued_at": ["date__gte", "date__lte"],
    }
    search_fields = ("serial", "learner__email", "learner__legal_name", "facts__name", "facts__title")
    search_backend_name = None
    list_export = (
        "serial",
        "holder",
        "title",
        "hours",
        "kind",
        "completed_on",
        "issued_at",
        "facts_sha256",
        "pdf_sha256",
    )
    export_filename = "certificates"
    inspect_view_enabled = True
    inspect_view_fields = ("serial", "status", "kind", "learner", "enrollment", "completed_on", "issued_at", *DIGESTS)
    inspect_template_name = "certificates/admin/inspect_certificate.html"
    copy_view_enabled = False
    exclude_form_fields = ()
    add_to_reference_index = False


class RequestIndexView(RecordIndexView):
    """What is promised and not issued yet."""

    def get_base_queryset(self) -> Any:
        """With the learner and the course that stand in each line."""
        return super().get_base_queryset().unfinished().select_related("enrollment__user", "enrollment__course")


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


class CertificateGroup(ModelViewSetGroup):
    """The certificates menu."""

    menu_label = "Certificates"
    menu_icon = "doc-full-inverse"
    menu_order = 400
    items = (CertificateViewSet("certificates"), RequestViewSet("certificate_requests"))
