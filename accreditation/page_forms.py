"""The forms of approvals: hours and editions on one screen, and what stays as it is once credit was given by it."""

from decimal import Decimal
from typing import Any

from django import forms
from wagtail.admin.forms import WagtailAdminModelForm

from accreditation.rules.linting import says_ceu
from core.hours import own_count
from courses.models import CourseEdition

GIVEN = (
    "Credit was given by this approval as it stands. If the board changed it, set this one's last day and enter a new "
    "approval."
)


class EditionsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Editions, each told apart by its day and by what changed in it."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: CourseEdition) -> str:
        """Foundations, edition 2: November 20, 2026, content."""
        return f"{obj}: {obj.made_at:%B} {obj.made_at.day}, {obj.made_at.year}, {obj.get_change_display().lower()}"


class AsGiven:
    """What credit was given by is never changed: awards, certificates and reports name it (DESIGN.md rule 1)."""

    FIXED: tuple[str, ...] = ()

    def refuse_changes(self: Any, *, given: bool, formset: Any = None) -> None:
        """One sentence at each field that was changed, and one for the lines."""
        if not given:
            return
        for name in set(self.FIXED) & set(self.changed_data):
            self.add_error(name, GIVEN)
        if formset is not None and formset.has_changed():
            self.add_error(None, f"Credit lines: {GIVEN}")


class ProviderApprovalForm(AsGiven, WagtailAdminModelForm):
    """The board, the number and the name stand on what was issued."""

    FIXED = ("body", "number", "name_as_approved")

    def clean(self) -> dict[str, Any]:
        """Of all courses together."""
        cleaned: dict[str, Any] = super().clean()
        courses = self.instance.course_approvals if self.instance.pk else None
        self.refuse_changes(given=courses is not None and courses.filter(awards__isnull=False).exists())
        return cleaned


class CourseApprovalForm(AsGiven, WagtailAdminModelForm):
    """It refuses editions of another course, hours that do not add up, and sample hours above our own count."""

    FIXED = ("course", "provider_approval", "number", "title_as_approved", "hours_as_approved")
    editions = EditionsField(
        queryset=CourseEdition.objects.order_by("title", "-number"),
        required=False,
        label="Editions that it covers",
        help_text="Read the edition before you tick it. Corrections of spelling or safety follow the edition that they "
        "correct and need no tick.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            field: Any = self.fields["editions"]
            field.queryset = field.queryset.filter(course_id=self.instance.course_id)

    def clean(self) -> dict[str, Any]:
        """An approval is for one course."""
        cleaned: dict[str, Any] = super().clean()
        course, editions = cleaned.get("course"), cleaned.get("editions") or []
        foreign = [str(edition) for edition in editions if course and edition.course_id != course.pk]
        if foreign:
            self.add_error("editions", f"Of another course: {', '.join(foreign)}.")
        if says_ceu(cleaned.get("title_as_approved") or ""):
            self.add_error("title_as_approved", "It would be printed, and boards refuse CEU. Ask how the title stands.")
        return cleaned

    def is_valid(self) -> bool:
        """The lines are validated after the form, so their sum is asked for here."""
        valid = bool(super().is_valid())
        if valid:
            given = bool(self.instance.pk) and self.instance.awards.exists()
            self.refuse_changes(given=given, formset=self.formsets.get("credit_lines"))
            self._lines_come_to_the_letter()
        if valid and self.cleaned_data.get("is_sample"):
            self._sample_within_our_count()
        return valid and not self.errors

    def _lines_come_to_the_letter(self) -> None:
        """What the body approved is one number; the lines spell it out (DOMAIN.md 2.6, 2)."""
        approved = self.cleaned_data.get("hours_as_approved")
        hours = self._hours()
        if approved is not None and hours and hours != approved:
            text = f"The credit lines come to {hours.normalize():f} hours and the letter says {approved.normalize():f}."
            self.add_error("hours_as_approved", text)

    def _sample_within_our_count(self) -> None:
        """A sample may not promise more than the content carries; a board's own number stands as it is."""
        hours = self._hours()
        for edition in self.cleaned_data["editions"]:
            ours = own_count(words=edition.words, media_seconds=edition.media_seconds)
            if hours > ours:
                self.add_error(None, f"A sample cannot exceed our own count: {edition} has {ours} hours, not {hours}.")

    def _hours(self) -> Decimal:
        formset = self.formsets.get("credit_lines")
        rows = [form.cleaned_data for form in formset.forms] if formset else []
        return sum((row["hours"] for row in rows if row.get("hours") and not row.get("DELETE")), Decimal(0))
