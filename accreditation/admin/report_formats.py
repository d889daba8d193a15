"""What reports look like: a writer of ours and, for CSV, its columns as data."""

from typing import Any, ClassVar

from wagtail.admin.ui.tables import Column
from wagtail.snippets.views.snippets import SnippetViewSet

from accreditation.models import ReportFormat


class ReportFormatViewSet(SnippetViewSet):
    """Formats of reports; a board names one of them."""

    model = ReportFormat
    icon = "table"
    menu_label = "Report formats"
    list_display: ClassVar[list[Any]] = [
        "name",
        Column("writer", label="Written as", accessor="get_writer_display", sort_key="writer"),
        Column("source_as_of", label="Text as of"),
        Column("verified_on", label="Page read on", sort_key="verified_on"),
    ]
    list_filter: ClassVar[list[str]] = ["writer"]
    list_export: ClassVar[list[str]] = ["code", "name", "writer", "source_url", "source_as_of", "verified_on"]
    search_fields: ClassVar[list[str]] = ["name", "code"]
    search_backend_name = None
    copy_view_enabled = False
