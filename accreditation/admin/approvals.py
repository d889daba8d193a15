"""Boards and approvals in the back office."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest
from wagtail.admin.panels import ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.snippets.views.snippets import SnippetViewSet

from accreditation.models import ApprovalBody, CourseApproval, ProviderApproval
from accreditation.page_forms import ProviderApprovalForm
from accreditation.services import why_no_credit


class ApprovalBodyViewSet(SnippetViewSet):
    """Boards."""

    model = ApprovalBody
    icon = "site"
    menu_label = "Boards"
    list_display: ClassVar[list[Any]] = [
        "name",
        Column("hour_label", label="Prints hours as", sort_key="hour_label"),
        Column("source_as_of", label="Text as of"),
        Column("verified_on", label="Page read on", sort_key="verified_on"),
    ]
    list_export: ClassVar[list[str]] = ["code", "name", "hour_label", "source_url", "source_as_of", "verified_on"]
    list_filter: ClassVar[dict[str, list[str]]] = {"verified_on": ["isnull", "lte"]}
    search_fields: ClassVar[list[str]] = ["name", "code"]
    copy_view_enabled = False


class ProviderApprovalViewSet(SnippetViewSet):
    """The school's own approvals."""

    model = ProviderApproval
    icon = "key"
    menu_label = "The school's approvals"
    list_display: ClassVar[list[Any]] = [
        "name_as_approved",
        Column("body", label="Board", sort_key="body__name"),
        "number",
        Column("status", label="Status", accessor="get_status_display", sort_key="status"),
        Column("valid_to", label="Last day", sort_key="valid_to"),
    ]
    list_filter: ClassVar[list[str]] = ["body", "status", "valid_to"]
    list_export: ClassVar[list[str]] = ["name_as_approved", "body", "number", "status", "valid_from", "valid_to"]
    search_fields: ClassVar[list[str]] = ["name_as_approved", "number", "body__name"]
    search_backend_name = None
    copy_view_enabled = False
    edit_handler = ObjectList(ProviderApproval.panels, base_form_class=ProviderApprovalForm)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProviderApproval]:
        """With the board of each line."""
        return ProviderApproval.objects.select_related("body")


class CourseApprovalViewSet(SnippetViewSet):
    """Approvals of courses, with their hours."""

    model = CourseApproval
    icon = "tick-inverse"
    menu_label = "Course approvals"
    list_display: ClassVar[list[Any]] = [
        "title_as_approved",
        Column("body", label="Board", accessor="provider_approval.body", sort_key="provider_approval__body__name"),
        "number",
        Column("hours", label="CE hours"),
        Column("status", label="Status", accessor="get_status_display", sort_key="status"),
        Column("valid_to", label="Last day", sort_key="valid_to"),
        Column(
            "credit", label="Credit today", accessor=lambda one: f"No: {why}" if (why := why_no_credit(one)) else "Yes"
        ),
    ]
    list_filter: ClassVar[list[str]] = ["course", "provider_approval__body", "status", "valid_to"]
    list_export: ClassVar[list[str]] = [
        *("title_as_approved", "course.title", "provider_approval.body.name", "number", "hours"),
        *("status", "valid_from", "valid_to"),
    ]
    search_fields: ClassVar[list[str]] = ["title_as_approved", "number", "course__title"]
    search_backend_name = None
    copy_view_enabled = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[CourseApproval]:
        """With what stands in each line."""
        found = CourseApproval.objects.select_related("course", "provider_approval__body")
        return found.prefetch_related("credit_lines")
