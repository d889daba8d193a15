"""Forms about a person: profile, name, and Wagtail's user forms without names that we do not keep."""

import zoneinfo
from typing import Any, ClassVar

from django import forms
from wagtail.users.forms import UserCreationForm, UserEditForm

from accounts.models import User
from accounts.services import tidy_name


def time_zone_choices() -> list[tuple[str, str]]:
    """Every zone of the database, as "America/New York"."""
    return [(zone, zone.replace("_", " ")) for zone in sorted(zoneinfo.available_timezones()) if "/" in zone or zone == "UTC"]


class LegalNameForm(forms.Form):
    """The learner confirms the name before the first certificate is issued."""

    legal_name = forms.CharField(
        label="Your name, as it shall stand on certificates",
        max_length=150,
        help_text="As on your license or your identity card. Boards refuse certificates whose name differs.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def clean_legal_name(self) -> str:
        """A name has at least one letter and no control characters."""
        name = tidy_name(self.cleaned_data["legal_name"])
        if not any(char.isalpha() for char in name):
            raise forms.ValidationError("Write your name with letters.")
        return name


class ProfileForm(forms.ModelForm[User]):
    """What a person may change about themselves; e-mail, password and passkeys have pages of their own."""

    time_zone = forms.ChoiceField(
        label="Time zone", choices=time_zone_choices, help_text="Dates and deadlines are shown in it."
    )

    class Meta:
        model = User
        fields: ClassVar[list[str]] = ["legal_name", "time_zone"]
        labels: ClassVar[dict[str, str]] = {"legal_name": "Your name, as it shall stand on certificates"}

    def clean_legal_name(self) -> str:
        """Stored tidy; may stay empty until the first certificate."""
        return tidy_name(self.cleaned_data["legal_name"])


class StaffUserForm(UserEditForm):
    """Wagtail's user form for our user: no first and last name."""

    first_name = last_name = None
    password_required = False

    class Meta(UserEditForm.Meta):
        fields: ClassVar[Any] = {"email", "legal_name", "time_zone", "is_active", "is_superuser", "groups"}


class StaffUserCreationForm(UserCreationForm):
    """As StaffUserForm; the person sets a password by "forgot your password"."""

    first_name = last_name = None
    password_required = False

    class Meta(UserCreationForm.Meta):
        fields: ClassVar[Any] = {"email", "legal_name", "time_zone", "is_active", "is_superuser", "groups"}
