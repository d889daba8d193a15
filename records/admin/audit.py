"""The audit view: a course and a period, section by section, each as a file, and all of it as one pack."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import OwnRequest
from core.spreadsheets import exported
from core.validation import page_number
from records.admin.holds import OPEN
from records.forms import AuditForm
from records.services.audit import Audit, Section
from records.services.pack import audit_pack, note
from records.services.sections import BY_CODE, SECTIONS

RIGHTS = ("enrollments.view_enrollment", "accreditation.view_creditaward", "certificates.view_certificate")
"""All three: an audit shows names, license numbers and certificates together. Providers hold them."""
FEW, PER_PAGE = 5, 25


def may_audit(user: Any) -> bool:
    """Who may see each of these alone may see them together."""
    return all(user.has_perm(right) for right in RIGHTS)


def _must(request: HttpRequest) -> None:
    if not may_audit(request.user):
        raise PermissionDenied


@never_cache
@require_safe
def audit_page(request: OwnRequest) -> HttpResponseBase:
    """The form; then the beginning of each section; with `section` one of them, page by page or as a file."""
    _must(request)
    asked = bool({"course", "first", "last"} & set(request.GET))
    form = AuditForm(request.GET if asked else None)
    if not (asked and form.is_valid()):
        return render(request, "records/admin/audit.html", {"form": form}, status=422 if asked else 200)
    audit = form.audit()
    query = f"course={audit.course.pk}&first={audit.first}&last={audit.last}"
    context: dict[str, Any] = {"form": form, "audit": audit, "query": query}
    code = request.GET.get("section", "")
    if not code:
        context["sections"] = [_beginning(section, audit) for section in SECTIONS]
        return render(request, "records/admin/audit.html", context)
    if code not in BY_CODE:
        raise Http404
    return _section(request, BY_CODE[code], audit, context)


def _section(request: OwnRequest, section: Section, audit: Audit, context: dict[str, Any]) -> HttpResponseBase:
    if as_file := exported(request, f"{audit.name}-{section.code}", section.lines(audit)):
        note(audit=audit, by=request.user, what="records.audit_file", section=section.code)
        return as_file
    page = Paginator(section.rows(audit), PER_PAGE).get_page(page_number(request.GET.get("p")))
    rows = list(page.object_list)
    lines = section.write(rows)
    shown = {
        **context,
        "query": f"{context['query']}&section={section.code}",
        "section": section,
        "page": page,
        "lines": lines,
        "people": list(zip(rows, lines, strict=True)),
        "may_hold": request.user.has_perm(OPEN),
    }
    return render(request, "records/admin/section.html", shown)


def _beginning(section: Section, audit: Audit) -> dict[str, Any]:
    page = Paginator(section.rows(audit), FEW).page(1)
    return {"section": section, "count": page.paginator.count, "lines": section.write(list(page.object_list))}


@never_cache
@require_POST
def pack_file(request: OwnRequest) -> HttpResponseBase:
    """The audit pack. A POST, because it is written into the log that these records left the house."""
    _must(request)
    form = AuditForm(request.POST)
    if not form.is_valid():
        return render(request, "records/admin/audit.html", {"form": form}, status=422)
    audit = form.audit()
    headers = {"Content-Disposition": f'attachment; filename="{audit.name}.zip"'}
    return StreamingHttpResponse(audit_pack(audit=audit, by=request.user), "application/zip", headers=headers)


urlpatterns: list[URLPattern] = [
    path("", audit_page, name="audit"),
    path("pack/", pack_file, name="pack"),
]
