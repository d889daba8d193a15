"""What staff type about credit: by what the ledger is narrowed, why an award is changed, who attended."""

from typing import Any, ClassVar

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet

from accreditation.models import ApprovalBody, Attendance, BoardReport, BoardReportRow, CreditAward
from courses.models import CoursePage

GONE_OUT = (BoardReport.State.SENT, BoardReport.State.ACKNOWLEDGED, BoardReport.State.PARTLY_FAILED)
Row = BoardReportRow.State


def day(label: str) -> forms.DateField:
    """A day that may be left open."""
    return forms.DateField(label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}))


class AwardFilterForm(forms.Form):
    """Course, board, status, days, report, and words to look for. What makes no sense narrows nothing."""

    q = forms.CharField(label="Name, e-mail, title, license", required=False, max_length=100)
    course = forms.ModelChoiceField(
        CoursePage.objects.filter(approvals__isnull=False).order_by("title").distinct(),
        required=False,
        empty_label="All",
    )
    body = forms.ModelChoiceField(ApprovalBody.objects.all(), label="Board", required=False, empty_label="All")
    status = forms.ChoiceField(choices=[("", "All"), *CreditAward.Status.choices], required=False)
    report = forms.ChoiceField(
        label="Report",
        choices=[("", "All"), ("accepted", "Accepted"), ("sent", "Sent, no answer yet"), ("none", "Not reported")],
        required=False,
    )
    first = day("Completed from")
    last = day("to")

    def narrow(self, awards: QuerySet[CreditAward]) -> QuerySet[CreditAward]:
        """Those that are asked for."""
        self.full_clean()
        wanted = {name: value for name, value in self.cleaned_data.items() if value}
        lookups = {
            "course": "enrollment__course",
            "body": "course_approval__provider_approval__body",
            "status": "status",
            "first": "completed_on__gte",
            "last": "completed_on__lte",
        }
        awards = awards.filter(**{lookups[name]: value for name, value in wanted.items() if name in lookups})
        if report := wanted.get("report"):
            awards = awards.filter(_reported(report))
        return awards.filter(_words(wanted["q"])) if "q" in wanted else awards


def _words(text: str) -> Q:
    fields = ("user__email", "user__legal_name", "course_approval__title_as_approved", "license__number_normalized")
    found = Q()
    for field in fields:
        found |= Q(**{f"{field}__icontains": text.strip()})
    return found


def _reported(state: str) -> Q | Exists:
    rows = BoardReportRow.objects.filter(award=OuterRef("pk"))
    accepted = Exists(rows.filter(state=Row.ACCEPTED))
    sent = Exists(rows.filter(state=Row.WAITING, report__state__in=GONE_OUT))
    known: dict[str, Q | Exists] = {"accepted": accepted, "sent": sent}
    return known.get(state, ~accepted & ~sent)


class ReasonForm(forms.Form):
    """Why an award is changed."""

    reason = forms.CharField(
        label="Reason",
        max_length=250,
        help_text="The learner reads it, on the ledger and in a mail.",
        error_messages={"required": "Please write why: the learner reads it."},
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AttendanceForm(forms.ModelForm):  # type: ignore[type-arg]
    """Minutes, day, place, and how it is known."""

    class Meta:
        model = Attendance
        fields = ("minutes_held", "minutes_attended", "held_on", "place", "method")
        labels: ClassVar[dict[str, str]] = {
            "minutes_held": "Minutes held",
            "minutes_attended": "Minutes attended",
            "held_on": "Held on",
            "method": "How it is known",
        }
        widgets: ClassVar[dict[str, Any]] = {"held_on": forms.DateInput(attrs={"type": "date"})}

    def clean(self) -> dict[str, Any]:
        """Nobody attends longer than it was held."""
        cleaned: dict[str, Any] = super().clean() or {}
        attended, held = cleaned.get("minutes_attended"), cleaned.get("minutes_held")
        if attended is not None and held is not None and attended > held:
            self.add_error("minutes_attended", "Nobody attends longer than it was held.")
        return cleaned
