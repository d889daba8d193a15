"""How certificates look: edited as a setting, tried on samples, published as versions that stand."""

from collections.abc import Callable, Iterator
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import ObjectList
from wagtail.contrib.settings.views import EditView
from wagtail.permissions import policy_registry

from accounts.requests import OwnRequest
from certificates.admin.previewing import printed_names, sample_pdf
from certificates.models import Certificate, CertificateDesign, PublishedDesign
from certificates.paper.design import Design, UnusablePicture
from certificates.rendering import RenderError
from certificates.services import publish_design
from certificates.services.designs import draft, drawn_as, is_published, newest_design, printable
from certificates.services.record import current_school

KINDS = dict(Certificate.Kind.choices)
CANNOT_BE_PRINTED = (UnusablePicture, RenderError)


class DesignForm(WagtailAdminModelForm):
    """A picture that could not be printed is refused here, not on the day of a certificate."""

    def clean(self) -> dict[str, Any]:
        """Logo and signatures are PNG or JPEG, and not too large."""
        cleaned: dict[str, Any] = super().clean()
        for form, field, what in self._pictures():
            picture = form.cleaned_data.get(field) if form.is_bound and not form.errors else None
            if picture:
                try:
                    printable(picture, what)
                except UnusablePicture as error:
                    form.add_error(field, str(error))
        return cleaned

    def _pictures(self) -> Iterator[tuple[Any, str, str]]:
        yield self, "logo", "Logo"
        rows = self.formsets["signatures"]
        for row in rows.forms:
            if row not in rows.deleted_forms:
                name = row.cleaned_data.get("name") if not row.errors else None
                yield row, "picture", f"Signature of {name}" if name else "Signature"


PANEL = ObjectList(CertificateDesign.panels, base_form_class=DesignForm).bind_to_model(CertificateDesign)


class DesignEditView(EditView):
    """Wagtail's page of the setting; above it whether what is edited is published, and what to do about it."""

    template_name = "certificates/admin/edit_design.html"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """The address names the app and the model; this page is of one."""
        super().setup(request, "certificates", "certificatedesign", *args, **kwargs)

    def get_panel(self) -> Any:
        """With the form that looks at pictures."""
        return PANEL

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The newest version, and signatures that no certificate would print."""
        names = set(printed_names())
        signed = self.object.signatures.values_list("name", flat=True)
        return super().get_context_data(**kwargs) | {
            **_standing(),
            "kinds": KINDS,
            "unprinted": [name for name in signed if name not in names],
        }


@never_cache
@require_safe
def preview(request: HttpRequest, kind: str) -> HttpResponse:
    """A sample with what is saved and not published."""
    _must_edit(request)
    return _sample(request, kind, lambda: draft(kind), "draft")


@never_cache
@require_safe
def version_preview(request: HttpRequest, number: int, kind: str) -> HttpResponse:
    """A sample with a published version."""
    _must_edit(request)
    version = get_object_or_404(PublishedDesign, number=number)
    return _sample(request, kind, lambda: drawn_as(version, kind), f"design-{number}")


@require_safe
def versions(request: HttpRequest) -> HttpResponse:
    """Every published version, and how many certificates carry it."""
    _must_edit(request)
    rows = PublishedDesign.objects.select_related("published_by").annotate(used=Count("certificates"))
    context = {"versions": rows.defer("content", "logo"), "kinds": KINDS, "edit_url": _edit_url()}
    return render(request, "certificates/admin/designs.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def publish(request: OwnRequest) -> HttpResponse:
    """What will happen; then once. A design with which no certificate can be printed is not published."""
    _must_edit(request)
    problem = _problem()
    if request.method == "POST" and not problem:
        version = publish_design(by=request.user)
        messages.success(request, f"{version} is published. New certificates use it.")
        return HttpResponseRedirect(_edit_url(), status=303)
    context = {**_standing(), "problem": problem, "kinds": KINDS, "edit_url": _edit_url()}
    return render(request, "certificates/admin/publish_design.html", context, status=422 if problem else 200)


def _must_edit(request: HttpRequest) -> None:
    policy = policy_registry.get_by_type(CertificateDesign)
    if not policy.user_has_permission_for_instance(request.user, "change", current_school().site):
        raise PermissionDenied


def _standing() -> dict[str, Any]:
    """The newest version, and whether it is what is edited; a draft that cannot be printed is not."""
    try:
        published = is_published()
    except UnusablePicture:
        published = False
    return {"newest": newest_design(), "is_published": published}


def _problem() -> str:
    """Why the draft cannot be printed; "" where it can, as both kinds."""
    try:
        for kind in KINDS:
            look, paper = draft(kind)
            sample_pdf(look, paper, kind)
    except CANNOT_BE_PRINTED as error:
        return str(error)
    return ""


def _sample(request: HttpRequest, kind: str, read: Callable[[], tuple[Design, str]], name: str) -> HttpResponse:
    if kind not in KINDS:
        raise Http404
    try:
        look, paper = read()
        pdf = sample_pdf(look, paper, kind)
    except CANNOT_BE_PRINTED as error:
        context = {"problem": str(error), "kinds": KINDS, "edit_url": _edit_url()}
        return render(request, "certificates/admin/not_printable.html", context, status=422)
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="sample-{kind}-{name}.pdf"'
    return response


def _edit_url() -> str:
    return reverse("wagtailsettings:edit", args=["certificates", "certificatedesign", current_school().site_id])


urlpatterns: list[URLPattern] = [
    path("design/", versions, name="designs"),
    path("design/publish/", publish, name="publish_design"),
    path("design/draft/<slug:kind>.pdf", preview, name="preview_design"),
    path("design/<int:number>/<slug:kind>.pdf", version_preview, name="preview_version"),
]
