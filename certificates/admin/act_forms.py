"""What staff write when they correct, renew or revoke a certificate: always a reason."""

from typing import Any

from django import forms

from accounts.services import tidy_name
from certificates.models import Certificate

HOLDER_READS = "The holder reads it with the certificate. The public does not."


def _reason() -> forms.CharField:
    return forms.CharField(
        label="Reason", max_length=2000, help_text=HOLDER_READS, widget=forms.Textarea(attrs={"rows": 3})
    )


class ReasonForm(forms.Form):
    """Why."""

    reason = _reason()

    def __init__(self, *args: Any, certificate: Certificate, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.certificate = certificate


class NameForm(ReasonForm):
    """The name as it shall stand, and why."""

    legal_name = forms.CharField(
        label="Name, as it shall stand", max_length=150, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    field_order = ("legal_name", "reason")

    def __init__(self, *args: Any, certificate: Certificate, **kwargs: Any) -> None:
        super().__init__(*args, certificate=certificate, initial={"legal_name": certificate.holder}, **kwargs)
        self.fields["legal_name"].help_text = f"It stands as {certificate.holder} now."

    def clean_legal_name(self) -> str:
        """As a person's own name is kept, and another one than stands there."""
        name = tidy_name(self.cleaned_data["legal_name"])
        if not any(sign.isalpha() for sign in name):
            raise forms.ValidationError("Write the name with letters.")
        return name


class RevokeForm(ReasonForm):
    """The kind of reason and a note, which are public, and what happened, which is not."""

    reason_class = forms.ChoiceField(
        label="Kind of reason",
        choices=[("", "Choose"), *Certificate.ReasonClass.choices],
        help_text="Public: whoever checks the number reads it.",
    )
    public_note = forms.CharField(
        label="Note for the public",
        max_length=250,
        required=False,
        help_text="Public too, and in the holder's mail. Leave it empty unless somebody needs to know more.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    field_order = ("reason_class", "public_note", "reason")
