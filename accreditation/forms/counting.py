"""What somebody says of a license to ask whether courses count for it. A GET form: nothing of it is stored."""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.conf import settings

from accreditation.models import Jurisdiction, Profession

UNKNOWN = "We do not know “%(value)s” here. Choose from the list."
COUNTRY = "US-"
NO_DAY = "Write the date as year-month-day, for example 2027-08-31."
YEARS = range(1950, 2100)


class LicenseDayField(forms.DateField):
    """A day that may stand on a license of somebody who lives."""

    widget = forms.DateInput(attrs={"type": "date"})
    default_error_messages: ClassVar[dict[str, Any]] = {"invalid": NO_DAY}

    def validate(self, value: date | None) -> None:
        """A year that a mistyped date does not have."""
        super().validate(value)
        if value is not None and value.year not in YEARS:
            raise forms.ValidationError(NO_DAY)


class ChooserForm(forms.Form):
    """State and license: what stands on a course page. Addresses typed by hand may say FL, us-fl or Florida."""

    state = forms.ChoiceField(label="State or certifying body", error_messages={"invalid_choice": UNKNOWN})
    license = forms.ChoiceField(label="License", error_messages={"invalid_choice": UNKNOWN})
    course = forms.CharField(required=False, max_length=255, widget=forms.HiddenInput)

    use_required_attribute = False

    def __init__(self, data: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        self.jurisdictions = {one.code: one for one in _jurisdictions()}
        self.professions = {one.code: one for one in Profession.objects.all()}
        typed = {name: str(value).replace("\x00", "")[:60] for name, value in data.items()} if data else None
        if typed is not None:
            typed["state"] = _found(typed.get("state", ""), self.jurisdictions, before=COUNTRY)
            typed["license"] = _found(typed.get("license", ""), self.professions)
        super().__init__(typed, **kwargs)
        self._choose("state", self.jurisdictions, "Choose where you are licensed.")
        self._choose("license", self.professions, "Choose your license.")
        self.order_fields([name for name in self.fields if name != "course"])

    def _choose(self, name: str, rows: Mapping[str, Any], missing: str) -> None:
        field: Any = self.fields[name]
        field.choices = [("", "Choose"), *((code, str(row)) for code, row in rows.items())]
        field.error_messages["required"] = missing


class CountForm(ChooserForm):
    """All that changes the answer."""

    renews = LicenseDayField(label="Renewal date", help_text="As it stands on the license.", required=False)
    first = forms.BooleanField(label="This is my first renewal", required=False)
    issued = LicenseDayField(label="Licensed since", help_text="Only for a first renewal.", required=False)


def _jurisdictions() -> Any:
    """On a real site no sample."""
    return Jurisdiction.objects.all() if settings.SAMPLES else Jurisdiction.objects.filter(is_sample=False)


def _found(typed: str, rows: Mapping[str, Any], before: str = "") -> str:
    """The code that is meant by a code in small letters, without its country, or by a name; else what was typed."""
    wish = typed.strip().lower()
    for code, row in rows.items():
        if wish in (code.lower(), code.lower().removeprefix(before.lower()), str(row).lower()):
            return code
    return typed.strip()
