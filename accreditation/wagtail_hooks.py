"""Approvals in the back office, and what they tell the catalogue."""

from datetime import datetime
from typing import Any, ClassVar

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from wagtail import hooks
from wagtail.admin.ui.tables import Column
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from accreditation.models import ApprovalBody, CourseApproval, ProviderApproval
from accreditation.services import approvals_for, hours_of, why_no_credit
from courses.models import CoursePage
from courses.services import current_edition, rebuild_catalogue


@hooks.register("catalogue_facts", order=10)
def hours_for_the_catalogue(course: CoursePage) -> dict[str, Any]:
    """Approved hours, else our own count."""
    hours, approved = hours_of(course)
    return {"hours": hours, "hours_approved": approved}


@hooks.register("credit_terms")
def finish_by_for_credit(course: CoursePage, at: datetime) -> list[tuple[str, str]]:
    """What a buyer reads before paying: until when completing earns a board's credit, by the approvals that hold then.

    The first last day counts, of the course's approvals and of the school's own.
    """
    edition = current_edition(course)
    approvals = approvals_for(edition, on=timezone.localdate(at)) if edition else []
    if not approvals:
        return [("Credit", "No board's credit is promised now.")]
    last = min(min(one.valid_to, one.provider_approval.valid_to) for one in approvals)
    ends = "the approval ends" if len(approvals) == 1 else f"the first of {len(approvals)} approvals ends"
    return [("Finish by, for credit", f"{date_format(last, 'F j, Y')}: {ends} that day.")]


@hooks.register("after_create_snippet")
@hooks.register("after_edit_snippet")
def tell_the_catalogue(request: HttpRequest, instance: Any) -> None:
    """A saved approval shows in the catalogue at once, and its author reads what it gives today."""
    if isinstance(instance, CourseApproval):
        rebuild_catalogue(course=instance.course)
        why = why_no_credit(instance)
        if why:
            messages.warning(request, f"It gives no credit for the newest edition: {why}.")
    elif isinstance(instance, ProviderApproval):
        for course in CoursePage.objects.filter(approvals__provider_approval=instance).distinct():
            rebuild_catalogue(course=course)


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


class AccreditationGroup(SnippetViewSetGroup):
    """One menu for boards and approvals."""

    menu_label = "Approvals"
    menu_icon = "tick-inverse"
    menu_order = 330
    items = (CourseApprovalViewSet, ProviderApprovalViewSet, ApprovalBodyViewSet)


register_snippet(AccreditationGroup)
