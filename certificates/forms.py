"""The one field of the public check."""

from django import forms

from core.serials import EXAMPLE_FORM, normalize_serial
from core.validation import MAX_QUERY


class SerialForm(forms.Form):
    """A certificate's number as somebody types it from the paper."""

    number = forms.CharField(
        label="Number of the certificate",
        max_length=MAX_QUERY,
        help_text=f"It stands beside the QR code and looks like {EXAMPLE_FORM}. Capitals and hyphens do not matter.",
        error_messages={"required": normalize_serial("").explanation},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
    )

    def clean_number(self) -> str:
        """The serial in its one written form, or the reason why it cannot be one."""
        reading = normalize_serial(self.cleaned_data["number"])
        if not reading.ok:
            raise forms.ValidationError(reading.explanation, code=reading.problem)
        return reading.serial
