"""Who licenses whom, and what each asks for at renewal: rows with a source, kept by staff who read those pages."""

from datetime import date
from typing import Any, ClassVar

from django.db.models import QuerySet, Value
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.snippets.views.snippets import CreateView, EditView, SnippetViewSet

from accreditation.models import Jurisdiction, LicenseFormat, Profession, RenewalRule
from accreditation.models.sources import Sourced
from accreditation.services.rules_of import trusted_months

SOURCE_EXPORT = ("source_url", "source_as_of", "verified_on", "verified_by", "is_sample")
NOT_VERIFIED = "Not verified"


def read_on(row: Any, *, on: date | None = None) -> str:
    """When somebody read the live page; said too where nobody did, or too long ago (`row.trusted`, in months)."""
    if row.verified_on is None:
        return NOT_VERIFIED
    day = date_format(row.verified_on, "M j, Y")
    lately = row.verified(on=on or timezone.localdate(), within_months=row.trusted)
    return str(day) if lately else f"{NOT_VERIFIED} since {day}"


READ_ON = Column("verified_on", label="Page read on", accessor=read_on, sort_key="verified_on")
SAMPLE = BooleanColumn("is_sample", label="Sample", sort_key="is_sample")


class ReadBy:
    """Who sets the day of reading is who read the page, unless another name is given."""

    request: HttpRequest

    def form_valid(self, form: ModelForm[Any]) -> HttpResponse:
        """Puts the reader's name beside the day."""
        row = form.instance
        if row.verified_on and row.verified_by_id is None:
            row.verified_by = self.request.user
        answer: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        return answer


class AddRow(ReadBy, CreateView):
    """A new row."""


class EditRow(ReadBy, EditView):
    """A row that is there."""


class SourcedViewSet(SnippetViewSet):
    """Rows that know their source."""

    add_view_class = AddRow
    edit_view_class = EditRow
    copy_view_enabled = False
    search_backend_name = None
    related: ClassVar[tuple[str, ...]] = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Sourced]:
        """With what stands in each line, and how long a reading is trusted."""
        rows: QuerySet[Any] = self.model._default_manager.select_related(*self.related)
        return rows.annotate(trusted=Value(trusted_months()))


class RenewalRuleViewSet(SourcedViewSet):
    """What a license asks for at its renewal."""

    model = RenewalRule
    icon = "date"
    menu_label = "Renewal rules"
    related = ("jurisdiction", "profession")
    list_display: ClassVar[list[Any]] = [
        "__str__",
        Column("total_hours", label="Hours", sort_key="total_hours"),
        Column("cycle_months", label="Months", sort_key="cycle_months"),
        Column("acceptance", label="Counts", accessor="get_acceptance_display", sort_key="acceptance"),
        Column("effective_from", label="From", sort_key="effective_from"),
        Column("effective_to", label="To", sort_key="effective_to"),
        Column("source_as_of", label="Text as of"),
        READ_ON,
        SAMPLE,
    ]
    list_filter: ClassVar[dict[str, list[str]]] = {
        "jurisdiction": ["exact"],
        "profession": ["exact"],
        "acceptance": ["exact"],
        "verified_on": ["isnull", "lte"],
        "is_sample": ["exact"],
    }
    list_export: ClassVar[list[str]] = [
        *("jurisdiction.code", "jurisdiction.name", "profession.code", "effective_from", "effective_to"),
        *("cycle", "cycle_months", "anchor_month", "anchor_day", "anchor_parity", "unit", "total_hours"),
        *("first_cycle", "first_cycle_hours", "carryover_max", "acceptance", "advice", *SOURCE_EXPORT),
    ]
    search_fields: ClassVar[list[str]] = ["jurisdiction__name", "jurisdiction__code", "profession__name"]


class JurisdictionViewSet(SourcedViewSet):
    """States, countries and certifying bodies."""

    model = Jurisdiction
    icon = "globe"
    menu_label = "States and certifiers"
    list_display: ClassVar[list[Any]] = [
        "name",
        Column("code", label="Code", sort_key="code"),
        Column("kind", label="Kind", accessor="get_kind_display", sort_key="kind"),
        Column("regulator", label="Board", sort_key="regulator"),
        READ_ON,
        SAMPLE,
    ]
    list_filter: ClassVar[dict[str, list[str]]] = {
        "kind": ["exact"],
        "verified_on": ["isnull", "lte"],
        "is_sample": ["exact"],
    }
    list_export: ClassVar[list[str]] = ["code", "name", "kind", "regulator", "lookup_url", *SOURCE_EXPORT]
    search_fields: ClassVar[list[str]] = ["name", "code", "regulator"]


class LicenseFormatViewSet(SourcedViewSet):
    """What a license number looks like there."""

    model = LicenseFormat
    icon = "key"
    menu_label = "License numbers"
    related = ("jurisdiction", "profession")
    list_display: ClassVar[list[Any]] = [
        "__str__",
        Column("pattern", label="Pattern"),
        Column("prefix", label="Prefix"),
        Column("report_code", label="Code in reports", sort_key="report_code"),
        READ_ON,
        SAMPLE,
    ]
    list_filter: ClassVar[dict[str, list[str]]] = {
        "jurisdiction": ["exact"],
        "profession": ["exact"],
        "verified_on": ["isnull", "lte"],
        "is_sample": ["exact"],
    }
    list_export: ClassVar[list[str]] = [
        *("jurisdiction.code", "profession.code", "pattern", "prefix", "example", "report_code", *SOURCE_EXPORT),
    ]
    search_fields: ClassVar[list[str]] = ["jurisdiction__name", "profession__name", "example"]


class ProfessionViewSet(SnippetViewSet):
    """What somebody is licensed as."""

    model = Profession
    icon = "group"
    menu_label = "Professions"
    list_display: ClassVar[list[Any]] = ["name", Column("code", label="Code", sort_key="code")]
    list_filter: ClassVar[list[str]] = ["name"]
    list_export: ClassVar[list[str]] = ["code", "name"]
    search_fields: ClassVar[list[str]] = ["name", "code"]
    search_backend_name = None
    copy_view_enabled = False
