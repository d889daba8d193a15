"""Approvals in the back office, and what they tell the catalogue."""

from typing import Any, ClassVar

from wagtail import hooks
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from accreditation.models import ApprovalBody, CourseApproval, CreditLine, ProviderApproval
from accreditation.services import hours_of
from courses.models import CoursePage


@hooks.register("catalogue_facts", order=10)
def hours_for_the_catalogue(course: CoursePage) -> dict[str, Any]:
    """Approved hours, else our own count."""
    hours, approved = hours_of(course)
    return {"hours": hours, "hours_approved": approved}


class ApprovalBodyViewSet(SnippetViewSet):
    """Boards."""

    model = ApprovalBody
    icon = "site"
    list_display: ClassVar[list[str]] = ["name", "hour_label", "verified_on"]
    search_fields: ClassVar[list[str]] = ["name", "code"]


class ProviderApprovalViewSet(SnippetViewSet):
    """The school's own approvals."""

    model = ProviderApproval
    icon = "key"
    list_display: ClassVar[list[str]] = ["name_as_approved", "body", "number", "status", "valid_to"]
    list_filter: ClassVar[list[str]] = ["body", "status", "valid_to"]


class CourseApprovalViewSet(SnippetViewSet):
    """Approvals of courses."""

    model = CourseApproval
    icon = "tick-inverse"
    list_display: ClassVar[list[str]] = ["title_as_approved", "course", "number", "status", "valid_to"]
    list_filter: ClassVar[list[str]] = ["course", "status", "valid_to"]
    list_export: ClassVar[list[str]] = ["title_as_approved", "number", "status", "valid_from", "valid_to"]


class CreditLineViewSet(SnippetViewSet):
    """Hours of an approval."""

    model = CreditLine
    icon = "list-ol"
    list_display: ClassVar[list[str]] = ["approval", "mode", "subject", "hours"]
    list_filter: ClassVar[list[str]] = ["approval", "mode", "subject"]


class AccreditationGroup(SnippetViewSetGroup):
    """One menu for boards and approvals."""

    menu_label = "Approvals"
    menu_icon = "tick-inverse"
    menu_order = 330
    items = (CourseApprovalViewSet, CreditLineViewSet, ProviderApprovalViewSet, ApprovalBodyViewSet)


register_snippet(AccreditationGroup)
