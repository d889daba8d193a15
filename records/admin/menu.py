"""The menu of records."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse_lazy
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from records.admin.audit import may_audit
from records.admin.holds import SEE
from records.models import RetentionPolicy


class RetentionPolicyViewSet(SnippetViewSet):
    """How long each class of record is kept."""

    model = RetentionPolicy
    icon = "date"
    menu_label = "Retention policies"
    list_display: ClassVar[list[Any]] = [
        Column("record", label="Record", accessor="get_record_display", sort_key="record"),
        Column("body", label="By the rule of", accessor=lambda one: str(one.body or "our own")),
        Column("years", label="Years", sort_key="years"),
        "basis",
        Column("verified_on", label="Page read on", sort_key="verified_on"),
    ]
    list_filter: ClassVar[list[str]] = ["record", "body"]
    list_export: ClassVar[list[str]] = ["record", "body", "years", "basis", "source_url", "source_as_of", "verified_on"]
    copy_view_enabled = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[RetentionPolicy]:
        """With the board of each line."""
        return RetentionPolicy.objects.select_related("body")


class AuditItem(MenuItem):
    """For those who may see all of what an audit shows."""

    def is_shown(self, request: HttpRequest) -> bool:
        """As the page itself decides."""
        return may_audit(request.user)


class HoldsItem(MenuItem):
    """For those who may see holds."""

    def is_shown(self, request: HttpRequest) -> bool:
        """One permission."""
        return bool(request.user.has_perm(SEE))


class RecordsGroup(SnippetViewSetGroup):
    """What a provider shows in an audit, and how long it is kept."""

    menu_label = "Records"
    menu_icon = "folder-open-inverse"
    menu_order = 332
    items = (RetentionPolicyViewSet,)

    def get_submenu_items(self) -> list[MenuItem]:
        """The audit first."""
        return [
            AuditItem("Audit view", reverse_lazy("records:audit"), name="records-audit", icon_name="view", order=0),
            HoldsItem("Legal holds", reverse_lazy("records:holds"), name="records-holds", icon_name="lock", order=1),
            *super().get_submenu_items(),
        ]
