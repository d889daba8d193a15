"""What an audit is about, and why records are held."""

from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone

from core.months import months_later
from courses.models import CoursePage
from records.services.audit import Audit

EARLIEST = date(2000, 1, 1)


class AuditForm(forms.Form):
    """A course and the days of completion, both included."""

    course = forms.ModelChoiceField(CoursePage.objects.order_by("title"), empty_label="Choose")
    first = forms.DateField(label="Completed from", widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label="Completed to", widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, asked: QueryDict | None) -> None:
        today = timezone.localdate()
        super().__init__(asked, initial={"first": months_later(today, -12), "last": today})

    def clean(self) -> dict[str, Any]:
        """The first day comes before the last."""
        found: dict[str, Any] = super().clean() or {}
        first, last = found.get("first"), found.get("last")
        if first and last and not EARLIEST <= first <= last:
            self.add_error("last", "The last day is before the first one.")
        return found

    def audit(self) -> Audit:
        """Of a valid form."""
        found = self.cleaned_data
        return Audit(course=found["course"], first=found["first"], last=found["last"])


class HoldForm(forms.Form):
    """Why records must be kept, or need not be any longer."""

    reason = forms.CharField(
        max_length=250,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="For example: a complaint to the board, a dispute, a letter of a lawyer.",
    )
