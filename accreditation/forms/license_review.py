"""How staff narrow the list of licenses, and what they write when they have looked at one."""

from datetime import timedelta

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from accreditation.models import Jurisdiction, ProfessionalLicense
from accreditation.rules.numbers import normalize
from core.validation import search_text

LONGEST_WAIT = 3650
SAID = {ProfessionalLicense.Status.SELF_DECLARED.value: "As its holder entered it"}
STATUSES = [
    ("", "All"),
    *((value, SAID.get(value, label)) for value, label in ProfessionalLicense.Status.choices),
    ("expired", "Expired"),
]


class LicenseFilterForm(forms.Form):
    """By state, by who has checked it, and by when it ends. What makes no sense narrows nothing."""

    state = forms.ModelChoiceField(
        label="State or body", queryset=Jurisdiction.objects.order_by("name"), required=False, empty_label="All"
    )
    status = forms.ChoiceField(
        label="Status",
        choices=STATUSES,
        required=False,
    )
    within = forms.IntegerField(label="Expires within (days)", min_value=0, max_value=LONGEST_WAIT, required=False)

    def narrow(self, found: QuerySet[ProfessionalLicense]) -> QuerySet[ProfessionalLicense]:
        """The licenses that are asked for."""
        self.full_clean()
        today = timezone.localdate()
        if state := self.cleaned_data.get("state"):
            found = found.filter(jurisdiction=state)
        status = self.cleaned_data.get("status")
        if status == "expired":
            found = found.filter(expires_on__lt=today)
        elif status:
            found = found.filter(status=status)
        if (days := self.cleaned_data.get("within")) is not None:
            found = found.filter(expires_on__range=(today, today + timedelta(days=days)))
        return found


class DecisionForm(forms.Form):
    """What staff write. The holder reads it."""

    note = forms.CharField(
        label="Note or reason",
        max_length=250,
        required=False,
        help_text="The holder reads it, with the license and in the mail. Needed when you refuse.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def by_holder_or_number(typed: str) -> Q:
    """A name, an e-mail address or a license number, as people type them."""
    text = search_text(typed)
    number = normalize(text)
    found = Q(user__legal_name__icontains=text) | Q(user__email__icontains=text) | Q(number__icontains=text)
    return found | Q(number_normalized__contains=number) if number else found
