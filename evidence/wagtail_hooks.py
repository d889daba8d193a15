"""The evidence register in the back office."""

from typing import Any, ClassVar

from django.db.models import Count, QuerySet
from django.http import HttpRequest
from wagtail.admin.ui.tables import Column
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import IndexView, SnippetViewSet, SnippetViewSetGroup

from core.records import RecordIndexView
from evidence.models import Claim, Contraindication, GlossaryTerm, Reference, WordingPattern

STATUS = Column("status", label="Status", accessor="get_status_display", sort_key="status")
REVIEWED = Column(
    "reviewed_on", label="Reviewed", sort_key="reviewed_on", accessor=lambda one: one.reviewed_on or "not yet"
)
DUE = Column("review_due", label="Due again", sort_key="review_due", accessor=lambda one: one.review_due or "")


class RegisterIndexView(RecordIndexView, IndexView):
    """Anybody who teaches may suggest an entry: its export is opened safely."""


class RegisterViewSet(SnippetViewSet):
    """Entries are written one by one; a copy would carry the signature of a review that never was."""

    index_view_class = RegisterIndexView
    ordering: ClassVar[list[str]] = ["key"]
    copy_view_enabled = False
    list_per_page = 50
    search_backend_name = None


class ClaimViewSet(RegisterViewSet):
    """Claims with their status, sources and reviewer."""

    model = Claim
    icon = "clipboard-list"
    list_display: ClassVar[list[Any]] = [
        "text",
        Column("kind", label="Kind", accessor="get_kind_display", sort_key="kind"),
        STATUS,
        Column("sources", label="Sources", accessor="sources", sort_key="sources"),
        Column("reviewed_by", label="Reviewer", accessor=lambda one: one.reviewed_by or "nobody yet"),
        REVIEWED,
        DUE,
    ]
    list_filter: ClassVar[dict[str, list[str]]] = {
        "status": ["exact"],
        "kind": ["exact"],
        "references": ["exact"],
        "reviewed_by": ["isnull"],
        "review_due": ["lte"],
    }
    search_fields: ClassVar[list[str]] = ["key", "text", "wording", "references__citation"]
    list_export: ClassVar[list[str]] = [
        *("key", "text", "wording", "kind", "status", "sources"),
        *("reviewed_by", "reviewed_on", "review_due"),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Claim]:
        """With the reviewer and how many sources."""
        return Claim.objects.select_related("reviewed_by").annotate(sources=Count("references"))


class ReferenceViewSet(RegisterViewSet):
    """Sources."""

    model = Reference
    icon = "doc-full"
    list_display: ClassVar[list[Any]] = [
        "citation",
        "year",
        Column("carries", label="Claims that it carries", accessor="carries", sort_key="carries"),
    ]
    list_filter: ClassVar[dict[str, list[str]]] = {"year": ["gte", "lte"]}
    list_export: ClassVar[list[str]] = ["key", "citation", "url", "year", "note", "carries"]
    search_fields: ClassVar[list[str]] = ["key", "citation", "note"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Reference]:
        """With how many claims rest on it."""
        return Reference.objects.annotate(carries=Count("claims"))


class GlossaryTermViewSet(RegisterViewSet):
    """Words of the trade."""

    model = GlossaryTerm
    icon = "openquote"
    menu_label = "Glossary"
    ordering: ClassVar[list[str]] = ["term"]
    list_display: ClassVar[list[Any]] = ["term", STATUS, "source"]
    list_filter: ClassVar[list[str]] = ["status"]
    list_export: ClassVar[list[str]] = ["key", "term", "definition", "status", "source"]
    search_fields: ClassVar[list[str]] = ["key", "term", "definition", "source"]


class ContraindicationViewSet(RegisterViewSet):
    """Signs that stop, defer or limit work."""

    model = Contraindication
    icon = "warning"
    list_display: ClassVar[list[Any]] = [
        "presentation",
        Column("severity", label="Severity", accessor="get_severity_display", sort_key="severity"),
        "source",
        REVIEWED,
        DUE,
    ]
    list_filter: ClassVar[dict[str, list[str]]] = {
        "severity": ["exact"],
        "reviewed_by": ["isnull"],
        "review_due": ["lte"],
    }
    list_export: ClassVar[list[str]] = [
        *("key", "severity", "presentation", "action", "source"),
        *("reviewed_by", "reviewed_on", "review_due"),
    ]
    search_fields: ClassVar[list[str]] = ["key", "presentation", "action", "source"]


class WordingPatternViewSet(RegisterViewSet):
    """Phrases that promise too much."""

    model = WordingPattern
    icon = "no-view"
    menu_label = "Phrases to avoid"
    ordering: ClassVar[list[str]] = ["reason", "pk"]
    list_display: ClassVar[list[Any]] = [
        "reason",
        Column("level", label="What happens", accessor="get_level_display", sort_key="level"),
        "advice",
        "pattern",
    ]
    list_filter: ClassVar[list[str]] = ["level"]
    list_export: ClassVar[list[str]] = ["reason", "level", "advice", "pattern"]
    search_fields: ClassVar[list[str]] = ["reason", "advice", "pattern"]


class EvidenceGroup(SnippetViewSetGroup):
    """One menu for what may be said."""

    menu_label = "Evidence"
    menu_icon = "clipboard-list"
    menu_order = 320
    items = (ClaimViewSet, ReferenceViewSet, GlossaryTermViewSet, ContraindicationViewSet, WordingPatternViewSet)


register_snippet(EvidenceGroup)
