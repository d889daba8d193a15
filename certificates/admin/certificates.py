"""Issued certificates: found, read in full, exported. What may become of one is in `acts`."""

from typing import Any, ClassVar

import django_filters
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import URLPattern, path
from django.utils import timezone
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.viewsets.model import ModelViewSet

from certificates.admin.acts import act_page, acts_for
from certificates.admin.flags import MAY_LOOK
from certificates.models import Certificate
from certificates.services.flags import before_staff, flags_of
from certificates.standing import find_record, standings_of
from core.freeze import canonical
from core.records import RecordIndexView, RecordInspectView
from core.serials import normalize_serial
from courses.models import CoursePage

Status = Certificate.Status
EXPIRED = "expired"


def years() -> list[tuple[str, str]]:
    """Those in which something was completed."""
    return [(str(day.year),) * 2 for day in Certificate.objects.dates("completed_on", "year", order="DESC")]


def is_sample() -> Q:
    """Not valid for credit: marked as a sample, or signed with a key that is public."""
    return ~Q(facts__sample_notice="") | Q(paper_key__is_demo=True)


class CertificateFilters(WagtailFilterSet):
    """What became of it, kind, course, when, whether it counts, and whether a person must look."""

    standing = django_filters.ChoiceFilter(
        label="Status",
        choices=[("issued", "In force"), *Status.choices[1:], (EXPIRED, "Expired")],
        method="standing_is",
        empty_label="All",
    )
    kind = django_filters.ChoiceFilter(label="Kind", choices=Certificate.Kind.choices, empty_label="All")
    course = django_filters.ModelChoiceFilter(
        label="Course", field_name="enrollment__course", queryset=CoursePage.objects.order_by("title")
    )
    year = django_filters.ChoiceFilter(
        label="Completed in", choices=years, field_name="completed_on__year", empty_label="All"
    )
    completed_on = django_filters.DateFromToRangeFilter(label="Completed", widget=DateRangePickerWidget)
    issued_at = django_filters.DateFromToRangeFilter(label="Issued", widget=DateRangePickerWidget)
    sample = django_filters.ChoiceFilter(
        label="Sample",
        choices=[("yes", "Samples and tests"), ("no", "For credit")],
        method="sample_is",
        empty_label="All",
    )
    flagged = django_filters.ChoiceFilter(
        label="Put before staff", choices=[("yes", "A person must look")], method="flagged_is", empty_label="All"
    )

    class Meta:
        model = Certificate
        fields: ClassVar[list[str]] = []

    def standing_is(self, queryset: QuerySet[Certificate], name: str, value: str) -> QuerySet[Certificate]:
        """An expired one is in force in the database: only its day has passed."""
        past = Q(valid_until__lt=timezone.localdate())
        if value == EXPIRED:
            return queryset.filter(past, status=Status.ISSUED)
        found = queryset.filter(status=value)
        return found.exclude(past) if value == Status.ISSUED else found

    def sample_is(self, queryset: QuerySet[Certificate], name: str, value: str) -> QuerySet[Certificate]:
        """Both kinds that count for nothing."""
        return queryset.filter(is_sample() if value == "yes" else ~is_sample())

    def flagged_is(self, queryset: QuerySet[Certificate], name: str, value: str) -> QuerySet[Certificate]:
        """With a flag that nobody has answered."""
        return queryset.filter(pk__in=before_staff().values("pk"))


def standing_word(certificate: Certificate) -> str:
    """What the public check says of it, in a word or two: a sample is never valid."""
    key = certificate.paper_key
    said = standings_of(certificate, test_key=key is not None and key.is_demo)
    return ", ".join(one.state.value for one in said).capitalize()


class CertificateIndexView(RecordIndexView):
    """Issued certificates with their holders."""

    export_headings: ClassVar[dict[str, str]] = {
        "learner.email": "E-mail address",
        "standing": "Status",
        "replaces": "Replaces",
        "sample": "Sample",
        "flagged": "Put before staff",
        "issued_at": "Issued (UTC)",
        "awarded_at": "First issued (UTC)",
    }

    def get_base_queryset(self) -> Any:
        """Holder and key, and whether a person must look, in the same query."""
        found = super().get_base_queryset().select_related("learner", "paper_key")
        return found.annotate(flagged=Exists(before_staff().filter(pk=OuterRef("pk"))))

    def search_queryset(self, queryset: Any) -> Any:
        """A number in any spelling is that certificate; anything else is looked for in names and titles."""
        reading = normalize_serial(self.search_query) if self.is_searching else None
        if reading and reading.ok:
            return queryset.filter(serial=reading.serial)
        return super().search_queryset(queryset)

    def to_row_dict(self, item: Certificate) -> dict[str, Any]:
        """States in words."""
        key = item.paper_key
        vars(item)["standing"] = standing_word(item)
        vars(item)["replaces"] = item.facts.get("replaces", "")
        vars(item)["sample"] = bool(item.facts["sample_notice"]) or (key is not None and key.is_demo)
        row: dict[str, Any] = super().to_row_dict(item)
        row["kind"] = item.get_kind_display()
        return {name: {True: "yes", False: ""}.get(value, value) for name, value in row.items()}


class CertificateInspectView(RecordInspectView):
    """One certificate: what it states, what stands in its place, what happened, and what a person may do."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The same record that the public check reads, with what is not for the public."""
        certificate: Certificate = self.object
        user = self.request.user
        return super().get_context_data(**kwargs) | {
            "record": find_record(certificate.serial),
            "frozen": canonical(certificate.facts),
            "files": certificate.files.select_related("key"),
            "log": certificate.events.select_related("by"),
            "flags": flags_of([certificate])[certificate.pk] if certificate.status == Status.ISSUED else [],
            "may_look": user.has_perm(MAY_LOOK),
            "acts": acts_for(certificate, user),
        }


class CertificateViewSet(ModelViewSet):
    """What was issued."""

    model = Certificate
    icon = "doc-full-inverse"
    menu_label = "Issued"
    url_prefix = "certificates/issued"
    index_view_class = CertificateIndexView
    inspect_view_class = CertificateInspectView
    list_display: ClassVar[list[Any]] = [
        "serial",
        Column("holder", label="Name"),
        Column("title", label="Title"),
        Column("hours", label="Hours"),
        Column("standing", label="Status", accessor=standing_word, sort_key="status"),
        Column("flagged", label="Staff", accessor=lambda one: "a person must look" if one.flagged else ""),
        Column("completed_on", label="Completed", sort_key="completed_on"),
        DateColumn("issued_at", label="Issued", sort_key="issued_at"),
    ]
    list_filter = None
    filterset_class = CertificateFilters
    search_fields = ("serial", "learner__email", "learner__legal_name", "facts__name", "facts__title")
    search_backend_name = None
    list_export: ClassVar[list[str]] = [
        *("serial", "holder", "learner.email", "title", "hours", "kind", "standing", "completed_on", "issued_at"),
        *("awarded_at", "valid_until", "replaces", "sample", "flagged", "facts_sha256", "pdf_sha256"),
    ]
    export_filename = "certificates"
    inspect_view_enabled = True
    inspect_view_fields = ("serial",)
    inspect_template_name = "certificates/admin/inspect_certificate.html"
    copy_view_enabled = False
    exclude_form_fields = ()
    add_to_reference_index = False

    def get_urlpatterns(self) -> list[URLPattern]:
        """Wagtail's, and what a person may do."""
        return [*super().get_urlpatterns(), path("act/<int:pk>/<slug:name>/", act_page, name="act")]
