"""What people type or bring to the public check, and by what a learner narrows the own list."""

from collections.abc import Sequence
from typing import Any

from django import forms

from certificates.services.checking import MOST_BYTES
from core.serials import EXAMPLE_FORM, normalize_serial
from core.validation import MAX_QUERY

MEGABYTES = MOST_BYTES // 1024 // 1024
TOO_LARGE = f"The file is larger than {MEGABYTES} MB. A certificate never is."


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


class CertificateFileForm(forms.Form):
    """A PDF or a badge to compare with what was issued."""

    file = forms.FileField(
        label="The file that you were given",
        help_text=f"The PDF of a certificate, or its badge as PNG or JSON; up to {MEGABYTES} MB. "
        "We compare it and keep nothing of it.",
        error_messages={"required": "Choose a file first.", "empty": "This file is empty."},
        widget=forms.FileInput(attrs={"accept": ".pdf,.png,.json,application/pdf,image/png,application/json"}),
    )

    def clean_file(self) -> Any:
        """Not larger than any of ours."""
        if self.cleaned_data["file"].size > MOST_BYTES:
            raise forms.ValidationError(TOO_LARGE)
        return self.cleaned_data["file"]


class DoubtForm(forms.Form):
    """A few words to the school. `website` is a trap: people do not see it, programs fill it in."""

    message = forms.CharField(
        label="What looks wrong?",
        max_length=2000,
        help_text="For example: the paper shows another name, or more hours.",
        error_messages={"required": "Write what looks wrong, in a few words."},
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    email = forms.EmailField(
        label="Your e-mail address",
        required=False,
        help_text="Only for an answer. It goes to the school with your message and is not stored with the certificate.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    website = forms.CharField(required=False, label="Leave this empty")

    @property
    def is_trapped(self) -> bool:
        """A program wrote this."""
        return bool(self.data.get("website"))


class OwnFilterForm(forms.Form):
    """Which of my certificates: the choices are those that there are."""

    year = forms.ChoiceField(label="Completed in", required=False)
    course = forms.ChoiceField(label="Course", required=False)
    state = forms.ChoiceField(label="State", required=False)

    def __init__(
        self, data: Any, *, years: Sequence[str], courses: Sequence[str], states: Sequence[tuple[str, str]]
    ) -> None:
        super().__init__(data)
        self.words: dict[str, dict[str, str]] = {
            "year": {"": "Any year", **{year: year for year in years}},
            "course": {"": "Any course", **{title: title for title in courses}},
            "state": {"": "Any state", **dict(states)},
        }
        for name, choices in self.words.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
            field.choices = list(choices.items())

    def chosen(self) -> dict[str, str]:
        """What is asked for; a choice that is not in the list asks for nothing."""
        self.full_clean()
        return {name: value for name, value in self.cleaned_data.items() if value}
