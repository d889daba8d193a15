"""Records in the back office: looked at, exported safely, changed by services only."""

from typing import Any, ClassVar

from django.db.models import Model
from django.utils.encoding import force_str
from wagtail.admin.views import generic
from wagtail.permission_policies import ModelPermissionPolicy

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class ReadOnlyPolicy(ModelPermissionPolicy):
    """Records are looked at; what changes them is a service."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        """Seeing, where the permission was given; nothing else, not even for the operator."""
        return action == "view" and bool(super().user_has_permission(user, action))


def as_text(value: str | Model) -> str:
    """A cell that a spreadsheet must not run as a formula: a name is anything that a person typed."""
    text = str(force_str(value))
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


SAFE_CELLS: dict[Any, Any] = {(str, Model): {generic.IndexView.FORMAT_CSV: as_text}}
"""For every export of the back office, Wagtail's own reports included (`core.apps`); XLSX Wagtail sees to itself."""


class RecordIndexView(generic.IndexView):
    """A list whose export is safe to open in a spreadsheet."""

    custom_value_preprocess: ClassVar[dict[Any, Any]] = {
        **generic.IndexView.custom_value_preprocess,
        **SAFE_CELLS,
    }


class RecordInspectView(generic.InspectView):
    """One record, in the trade's words."""

    labels: ClassVar[dict[str, str]] = {}
    """Field name -> what it is called here."""

    def get_field_label(self, field_name: str, field: Any) -> Any:
        """The trade's word, else the field's own."""
        return self.labels.get(field_name) or super().get_field_label(field_name, field)

    def get_field_display_value(self, field_name: str, field: Any) -> Any:
        """An empty date is no "None"."""
        value = super().get_field_display_value(field_name, field)
        return "No" if value is None else value
