"""People in the back office."""

from wagtail.users.views.users import UserViewSet

from accounts.forms import StaffUserCreationForm, StaffUserForm


class StaffViewSet(UserViewSet):
    """Lists people by e-mail and legal name."""

    def get_form_class(self, for_update: bool = False) -> type:
        return StaffUserForm if for_update else StaffUserCreationForm
