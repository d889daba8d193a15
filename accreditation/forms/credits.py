"""What a learner types about credit: hours earned elsewhere, and by what the own ledger is narrowed."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import User
from accreditation.forms.uploads import EvidenceField
from accreditation.models import ExternalCredit, ProfessionalLicense
from accreditation.rules.vocabulary import Mode, Subject

FACTS = ("title", "provider", "completed_on", "hours", "mode", "subject", "hands_on")


class LicensesField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """One's own licenses, by place, profession and number."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: ProfessionalLicense) -> str:
        """Florida, Massage therapist, MA12345."""
        return f"{obj}, {obj.number}"


class ExternalCreditForm(forms.Form):
    """A course taken elsewhere, and the licenses for which it shall count."""

    title = forms.CharField(max_length=200, label="Title", help_text="As it stands on the certificate.")
    provider = forms.CharField(max_length=150, label="Who gave it")
    completed_on = forms.DateField(label="Completed on", widget=forms.DateInput(attrs={"type": "date"}))
    hours = forms.DecimalField(
        label="Hours", min_value=Decimal("0.25"), max_value=Decimal(200), max_digits=6, decimal_places=2
    )
    mode = forms.ChoiceField(label="How it was taught", choices=Mode.choices)
    subject = forms.ChoiceField(label="Subject", choices=Subject.choices, initial=Subject.GENERAL)
    hands_on = forms.BooleanField(label="Hands-on instruction or demonstration", required=False)
    licenses = LicensesField(
        queryset=ProfessionalLicense.objects.none(),
        required=False,
        label="Count it for",
        help_text="One, several or none.",
    )
    file = EvidenceField(
        label="Certificate", required=False, help_text="PDF, JPG or PNG, up to 10 MB. Only you can open it."
    )
    drop_file = forms.BooleanField(label="Take the file out", required=False)

    def __init__(self, *args: Any, user: User, credit: ExternalCredit | None = None, **kwargs: Any) -> None:
        if credit is not None:
            kwargs["initial"] = {name: getattr(credit, name) for name in FACTS} | {"licenses": credit.licenses.all()}
        super().__init__(*args, **kwargs)
        licenses: Any = self.fields["licenses"]
        licenses.queryset = ProfessionalLicense.objects.of(user).select_related("jurisdiction", "profession")
        if not licenses.queryset:
            del self.fields["licenses"]
        if credit is None or not credit.file:
            del self.fields["drop_file"]

    def clean_completed_on(self) -> Any:
        """Earned already, and in living memory."""
        day = self.cleaned_data["completed_on"]
        if day > timezone.localdate():
            raise forms.ValidationError("This day has not come yet. Enter credit when you have earned it.")
        if day.year < 1970:
            raise forms.ValidationError("Please look at the year.")
        return day

    def said(self) -> dict[str, Any]:
        """For the service."""
        cleaned = self.cleaned_data
        return {
            "facts": {name: cleaned[name] for name in FACTS},
            "licenses": cleaned.get("licenses", ()),
            "file": cleaned.get("file") or None,
        }


class LedgerFilterForm(forms.Form):
    """By license and year: the choices are those that there are."""

    license = forms.ChoiceField(label="License", required=False)
    year = forms.ChoiceField(label="Completed in", required=False)

    def __init__(self, data: Any, *, licenses: Sequence[tuple[str, str]], years: Sequence[str]) -> None:
        super().__init__(data)
        self.words: dict[str, dict[str, str]] = {
            "license": {"": "Any", **dict(licenses), "none": "No license"},
            "year": {"": "Any year", **{year: year for year in years}},
        }
        for name, choices in self.words.items():
            field: Any = self.fields[name]
            field.choices = list(choices.items())

    def chosen(self) -> dict[str, str]:
        """What is asked for; a choice that is not in the list asks for nothing."""
        self.full_clean()
        return {name: value for name in self.words if (value := self.cleaned_data.get(name))}
