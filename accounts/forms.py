"""Forms about a person: profile, name, and Wagtail's user forms without names that we do not keep."""

import zoneinfo
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib.auth.models import Group
from wagtail.users.forms import UserCreationForm, UserEditForm

from accounts.models import User
from accounts.services import settle_back_office, tidy_name


def time_zone_choices() -> list[tuple[str, str]]:
    """Every zone of the database, as "America/New York"."""
    return [
        (zone, zone.replace("_", " "))
        for zone in sorted(zoneinfo.available_timezones())
        if "/" in zone or zone == "UTC"
    ]


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


if TYPE_CHECKING:
    UserForm = forms.ModelForm[User]
else:  # Django's own class takes no parameter
    UserForm = forms.ModelForm


class ProfileForm(UserForm):
    """What a person may change about themselves; e-mail, password and passkeys have pages of their own."""

    time_zone = forms.ChoiceField(
        label="Time zone", choices=time_zone_choices, help_text="Dates and deadlines are shown in it."
    )

    class Meta:
        model = User
        fields: ClassVar[list[str]] = ["legal_name", "time_zone"]
        labels: ClassVar[dict[str, str]] = {"legal_name": "Your name, as it shall stand on certificates"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.legal_name_confirmed_at:  # else the next certificate could be made out to somebody else
            field = self.fields["legal_name"]
            field.disabled = True
            field.help_text = (
                "You confirmed this name for your certificates. A mistake in it is corrected from a certificate, once; "
                "after that, or when your name has changed, the school corrects it."
            )

    def clean_legal_name(self) -> str:
        """Stored tidy; may stay empty until the first certificate."""
        return tidy_name(self.cleaned_data["legal_name"])


class Roles:
    """Roles of a person: groups that may open the back office. Course teams are groups too, and are left alone."""

    instance: User
    fields: dict[str, Any]

    def offer_roles(self) -> None:
        """Only roles can be ticked."""
        roles = Group.objects.filter(permissions__codename="access_admin").distinct().order_by("name")
        self.fields["groups"].queryset = roles
        self.fields["groups"].label = "Roles"
        self.fields["groups"].help_text = "Which courses an instructor works in is said under “Who teaches”."

    def _save_m2m(self) -> None:
        others = list(self.instance.groups.exclude(pk__in=self.fields["groups"].queryset.values("pk")))
        super()._save_m2m()  # type: ignore[misc]
        self.instance.groups.add(*others)
        settle_back_office(user=self.instance)


class StaffUserForm(Roles, UserEditForm):
    """Wagtail's user form for our user: no first and last name; the e-mail address is the person's own to change."""

    first_name = last_name = None
    password_required = False

    class Meta(UserEditForm.Meta):
        fields: ClassVar[Any] = {"email", "legal_name", "time_zone", "is_active", "is_superuser", "groups"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].disabled = True
        self.fields["email"].help_text = "Only the person can change it, and proves the new one."
        self.offer_roles()


class StaffUserCreationForm(Roles, UserCreationForm):
    """As StaffUserForm; the person sets a password by "forgot your password"."""

    first_name = last_name = None
    password_required = False

    class Meta(UserCreationForm.Meta):
        fields: ClassVar[Any] = {"email", "legal_name", "time_zone", "is_superuser", "groups"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_roles()

    def clean_email(self) -> str:
        """Addresses are kept in lower case; one person per address, in whatever case."""
        email = str(self.cleaned_data["email"]).lower()
        if User.objects.filter(email__iexact=email).exists():
            raise forms.ValidationError("Somebody has an account with this address already.")
        return email

    def save(self, commit: bool = True) -> User:
        """Without a password until the person sets one."""
        self.instance.set_unusable_password()
        person: User = super().save(commit=commit)
        return person
