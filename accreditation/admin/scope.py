"""Rules about techniques, and instructors as boards know them, in the back office."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest
from wagtail.admin.ui.tables import Column
from wagtail.snippets.views.snippets import SnippetViewSet

from accreditation.models import InstructorApproval, TechniqueScopeRule


class TechniqueScopeRuleViewSet(SnippetViewSet):
    """What lessons say about a technique, and where its card is closed."""

    model = TechniqueScopeRule
    icon = "warning"
    menu_label = "Limits on techniques"
    list_display: ClassVar[list[Any]] = [
        Column("rule", label="Rule", accessor=str),
        Column("profession", label="Who"),
        Column("effect", label="Effect", accessor="get_effect_display", sort_key="effect"),
        Column("source_as_of", label="Text as of"),
        Column("verified_on", label="Page read on", sort_key="verified_on"),
    ]
    list_filter: ClassVar[list[str]] = ["technique", "jurisdiction", "effect"]
    list_export: ClassVar[list[str]] = [
        *("technique", "jurisdiction", "profession", "requirement", "endorsement", "effect"),
        *("source_url", "source_as_of", "verified_on"),
    ]
    search_fields: ClassVar[list[str]] = ["requirement", "technique__name", "jurisdiction__name"]
    search_backend_name = None
    copy_view_enabled = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[TechniqueScopeRule]:
        """With what stands in each line."""
        return TechniqueScopeRule.objects.select_related("technique", "jurisdiction", "profession")


class InstructorApprovalViewSet(SnippetViewSet):
    """Who may teach for which board."""

    model = InstructorApproval
    icon = "user"
    menu_label = "Instructors' approvals"
    list_display: ClassVar[list[Any]] = [
        Column("instructor", label="Instructor", sort_key="instructor__name"),
        Column("body", label="Board", sort_key="body__name"),
        "number",
        Column("status", label="Status", accessor="get_status_display", sort_key="status"),
        Column("valid_to", label="Last day", sort_key="valid_to"),
    ]
    list_filter: ClassVar[list[str]] = ["body", "status", "valid_to"]
    list_export: ClassVar[list[str]] = ["instructor", "body", "number", "status", "valid_from", "valid_to"]
    search_fields: ClassVar[list[str]] = ["instructor__name", "number", "body__name"]
    search_backend_name = None
    copy_view_enabled = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[InstructorApproval]:
        """With what stands in each line."""
        return InstructorApproval.objects.select_related("instructor", "body")
