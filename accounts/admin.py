"""People in the back office."""

from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from wagtail.admin.ui.tables import BooleanColumn, BulkActionsCheckboxColumn, Column, DateColumn, TitleColumn
from wagtail.users.views.users import CreateView, EditView, IndexView, UserViewSet

from accounts.forms import StaffUserCreationForm, StaffUserForm
from accounts.models import User


class OperatorsMakeOperators:
    """Who runs the school cannot make anybody the operator, nor take over the operator's account."""

    request: Any

    def get_form(self, *args: Any, **kwargs: Any) -> Any:
        """The tick stays as it is unless the operator sets it."""
        form = super().get_form(*args, **kwargs)  # type: ignore[misc]
        if "is_superuser" in form.fields and not self.request.user.is_superuser:
            form.fields["is_superuser"].disabled = True
        return form


class StaffCreateView(OperatorsMakeOperators, CreateView):
    """A new person."""


class StaffEditView(OperatorsMakeOperators, EditView):
    """Roles and whether a person may log in."""

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """The operator's account is the operator's."""
        if self.object.is_superuser and not request.user.is_superuser:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class StaffIndexView(IndexView):
    """People by e-mail and name."""

    page_title = "People"
    add_item_label = "Add a person"
    search_fields: ClassVar[list[str]] = ["email", "legal_name"]

    @property
    def columns(self) -> list[Any]:
        """No user names: people are known by their e-mail address."""
        return [
            BulkActionsCheckboxColumn("bulk_actions", obj_type="user"),
            TitleColumn("email", label="E-mail address", sort_key="email", get_url=self.get_edit_url),
            Column("legal_name", label="Name", sort_key="legal_name"),
            BooleanColumn("is_staff", label="Back office", sort_key="is_staff"),
            BooleanColumn("is_active", label="May log in", sort_key="is_active"),
            DateColumn("last_login", label="Last log-in", sort_key="last_login"),
        ]

    def order_queryset(self, queryset: QuerySet[User]) -> QuerySet[User]:
        """Wagtail's own "by name" asks for fields that we do not keep."""
        return queryset.order_by(self.ordering if self.ordering in SORTS else "email")


SORTS = {sign + field for sign in ("", "-") for field in ("email", "legal_name", "is_staff", "is_active", "last_login")}


class StaffViewSet(UserViewSet):
    """Lists people by e-mail and legal name."""

    menu_label = "People"
    index_view_class = StaffIndexView
    add_view_class = StaffCreateView
    edit_view_class = StaffEditView

    def get_form_class(self, for_update: bool = False) -> type:
        return StaffUserForm if for_update else StaffUserCreationForm
