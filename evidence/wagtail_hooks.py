"""The evidence register in the back office."""

from typing import ClassVar

from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from evidence.models import Claim, Contraindication, GlossaryTerm, Reference, WordingPattern


class ClaimViewSet(SnippetViewSet):
    """Claims with their status, sources and reviewer."""

    model = Claim
    icon = "clipboard-list"
    list_display: ClassVar[list[str]] = ["text", "kind", "status", "reviewed_by", "reviewed_on"]
    list_filter: ClassVar[list[str]] = ["status", "kind", "reviewed_on"]
    search_fields: ClassVar[list[str]] = ["key", "text", "wording"]
    list_export: ClassVar[list[str]] = ["key", "text", "kind", "status", "reviewed_by", "reviewed_on", "review_due"]


class ReferenceViewSet(SnippetViewSet):
    """Sources."""

    model = Reference
    icon = "doc-full"
    list_display: ClassVar[list[str]] = ["citation", "year", "key"]
    search_fields: ClassVar[list[str]] = ["key", "citation"]


class GlossaryTermViewSet(SnippetViewSet):
    """Words of the trade."""

    model = GlossaryTerm
    icon = "openquote"
    list_display: ClassVar[list[str]] = ["term", "status", "source"]
    list_filter: ClassVar[list[str]] = ["status"]
    search_fields: ClassVar[list[str]] = ["key", "term", "definition"]


class ContraindicationViewSet(SnippetViewSet):
    """Signs that stop, defer or limit work."""

    model = Contraindication
    icon = "warning"
    list_display: ClassVar[list[str]] = ["presentation", "severity", "source", "reviewed_on"]
    list_filter: ClassVar[list[str]] = ["severity"]
    search_fields: ClassVar[list[str]] = ["key", "presentation", "action"]


class WordingPatternViewSet(SnippetViewSet):
    """Phrases that promise too much."""

    model = WordingPattern
    icon = "no-view"
    list_display: ClassVar[list[str]] = ["reason", "level", "pattern"]
    list_filter: ClassVar[list[str]] = ["level"]


class EvidenceGroup(SnippetViewSetGroup):
    """One menu for what may be said."""

    menu_label = "Evidence"
    menu_icon = "clipboard-list"
    menu_order = 320
    items = (ClaimViewSet, ReferenceViewSet, GlossaryTermViewSet, ContraindicationViewSet, WordingPatternViewSet)


register_snippet(EvidenceGroup)
