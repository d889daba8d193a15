"""Records in the back office: looked at, exported safely, changed by services only."""

from typing import Any, ClassVar

from wagtail.admin.views import generic
from wagtail.permission_policies import ModelPermissionPolicy

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class ReadOnlyPolicy(ModelPermissionPolicy):
    """Records are looked at; what changes them is a service."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        """Seeing, where the permission was given; nothing else, not even for the operator."""
        return action == "view" and bool(super().user_has_permission(user, action))


def as_text(value: str) -> str:
    """A cell that a spreadsheet must not run as a formula: a name is anything that a person typed."""
    return f"'{value}" if value.startswith(FORMULA_STARTS) else value


class RecordIndexView(generic.IndexView):
    """A list whose export is safe to open in a spreadsheet. Wagtail sees to XLSX itself."""

    custom_value_preprocess: ClassVar[dict[Any, Any]] = {
        **generic.IndexView.custom_value_preprocess,
        str: {generic.IndexView.FORMAT_CSV: as_text},
    }
