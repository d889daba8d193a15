"""What a learner types about a license, and for which licenses credit is wanted."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone

from accreditation.forms.uploads import EvidenceField
from accreditation.models import Jurisdiction, Profession, ProfessionalLicense, TechniqueScopeRule
from accreditation.services.claims import NONE_CHOSEN
from accreditation.services.fits import Choice

FIRST_YEAR, LAST_YEAR = 1950, 2100
PLACE = ("jurisdiction", "profession")
FITS = {
    "accepted": "its board lists a body that approved this course",
    "unknown": "we do not know whether its board takes this course: ask your board",
    "not_listed": "by the rule that we have, its board does not list the bodies that approved this course",
}
NO_SUCH_YEAR = "Please look at the year."


def _day(label: str, **kwargs: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}), **kwargs)


def _of_this_age(day: date | None) -> None:
    if day and not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise forms.ValidationError(NO_SUCH_YEAR)


class LicenseForm(forms.Form):
    """A license as it stands on the card. Where it is of and what for is not changed later: that is another license."""

    jurisdiction = forms.ModelChoiceField(
        label="State or certifying body", queryset=Jurisdiction.objects.none(), empty_label="Choose"
    )
    profession = forms.ModelChoiceField(
        label="Licensed as", queryset=Profession.objects.order_by("name"), empty_label="Choose"
    )
    number = forms.CharField(
        label="License number",
        max_length=40,
        help_text="As it stands on the license. You and the school see it; so do boards that ask for it in a report.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    name_on_license = forms.CharField(
        label="Name on the license",
        max_length=150,
        required=False,
        help_text="Only where it differs from your name for certificates.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    issued_on = _day("Issued on", required=False)
    expires_on = _day("Expires on", required=False, help_text="We remind you, and tell you what is missing by then.")
    first_cycle = forms.BooleanField(
        label="I have never renewed it", required=False, help_text="Many boards ask less for the first renewal."
    )
    evidence = EvidenceField(label="A copy of it", required=False)

    def __init__(self, *args: Any, license: ProfessionalLicense | None = None, **kwargs: Any) -> None:
        names = [name for name in self.base_fields if name not in (*PLACE, "evidence")]
        kwargs["initial"] = {name: getattr(license, name) for name in names} if license else {}
        super().__init__(*args, **kwargs)
        if license:
            for name in PLACE:
                del self.fields[name]
        else:
            places: Any = self.fields["jurisdiction"]
            places.queryset = (
                Jurisdiction.objects.all() if settings.SAMPLES else Jurisdiction.objects.filter(is_sample=False)
            )

    def clean_issued_on(self) -> date | None:
        """It was issued already."""
        day: date | None = self.cleaned_data["issued_on"]
        _of_this_age(day)
        if day and day > timezone.localdate():
            raise forms.ValidationError("This day has not come yet.")
        return day

    def clean_expires_on(self) -> date | None:
        """A year that one can renew in; an expired license may be entered too."""
        day: date | None = self.cleaned_data["expires_on"]
        _of_this_age(day)
        return day

    def clean(self) -> dict[str, Any]:
        """It ends after it begins."""
        found: dict[str, Any] = super().clean() or {}
        issued, expires = found.get("issued_on"), found.get("expires_on")
        if issued and expires and expires < issued:
            self.add_error("expires_on", "This is before the day on which it was issued.")
        return found

    def refuse(self, error: Any) -> None:
        """What the service says, at the field that it is about."""
        self.add_error(error.field if error.field in self.fields else None, str(error))


class EndorsementForm(forms.Form):
    """A permission beside the license. Its kinds are those that a scope rule asks for."""

    kind = forms.ChoiceField(label="Endorsement")
    granted_on = _day("Granted on")
    hours = forms.DecimalField(
        label="Hours of training", min_value=0, max_value=999, max_digits=5, decimal_places=2, required=False
    )
    evidence = EvidenceField(label="What shows it", required=False)

    def __init__(self, *args: Any, license: ProfessionalLicense, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = endorsement_kinds(license)
        kind: Any = self.fields["kind"]
        kind.choices = [(one, one.replace("-", " ").capitalize()) for one in self.kinds]

    def clean_granted_on(self) -> date:
        """It was granted already."""
        day: date = self.cleaned_data["granted_on"]
        _of_this_age(day)
        if day > timezone.localdate():
            raise forms.ValidationError("This day has not come yet.")
        return day

    refuse = LicenseForm.refuse


def endorsement_kinds(license: ProfessionalLicense) -> list[str]:
    """The endorsements that a rule of this license's place asks for."""
    rules = TechniqueScopeRule.objects.filter(jurisdiction=license.jurisdiction_id).exclude(endorsement="")
    if not settings.SAMPLES:
        rules = rules.filter(is_sample=False)
    return sorted(set(rules.values_list("endorsement", flat=True)))


class ClaimForm(forms.Form):
    """The licenses for which this course's credit is wanted."""

    licenses = forms.MultipleChoiceField(
        label="Claim credit for",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": NONE_CHOSEN, "invalid_choice": NONE_CHOSEN},
    )

    def __init__(self, *args: Any, choices: Sequence[Choice], **kwargs: Any) -> None:
        ticked = [str(one.license.pk) for one in choices if one.claimed]
        fitting = [str(one.license.pk) for one in choices if one.fit == "accepted" and not one.expired]
        kwargs["initial"] = {"licenses": ticked or fitting}
        super().__init__(*args, **kwargs)
        self.known = {str(one.license.pk): one.license for one in choices}
        field: Any = self.fields["licenses"]
        field.choices = [(str(one.license.pk), _words(one)) for one in choices]

    def chosen(self) -> list[ProfessionalLicense]:
        """As rows."""
        return [self.known[key] for key in self.cleaned_data["licenses"]]


def _words(choice: Choice) -> str:
    unsure = "" if choice.verified or choice.fit == "unknown" else " Not verified: ask your board."
    expired = " It has expired: whether credit counts for it, its board decides." if choice.expired else ""
    return f"{choice.license}, {choice.license.number}: {FITS[choice.fit]}.{unsure}{expired}"
