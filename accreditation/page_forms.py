"""The form of a course approval: its hours and the editions that it covers, on one screen."""

from decimal import Decimal
from typing import Any

from django import forms
from wagtail.admin.forms import WagtailAdminModelForm

from core.hours import own_count
from courses.models import CourseEdition


class EditionsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Editions, each told apart by its day and by what changed in it."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: CourseEdition) -> str:
        """Foundations, edition 2: November 20, 2026, content."""
        return f"{obj}: {obj.made_at:%B} {obj.made_at.day}, {obj.made_at.year}, {obj.get_change_display().lower()}"


class CourseApprovalForm(WagtailAdminModelForm):
    """It refuses editions of another course, and sample hours above our own count."""

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
        return cleaned

    def is_valid(self) -> bool:
        """The lines are validated after the form, so their sum is asked for here."""
        valid = bool(super().is_valid())
        if valid and self.cleaned_data.get("is_sample"):
            self._sample_within_our_count()
        return valid and not self.errors

    def _sample_within_our_count(self) -> None:
        """A sample may not promise more than the content carries; a board's own number stands as it is."""
        hours = sum((line["hours"] for line in self._lines()), Decimal(0))
        for edition in self.cleaned_data["editions"]:
            ours = own_count(words=edition.words, media_seconds=edition.media_seconds)
            if hours > ours:
                self.add_error(None, f"A sample cannot exceed our own count: {edition} has {ours} hours, not {hours}.")

    def _lines(self) -> list[dict[str, Any]]:
        formset = self.formsets.get("credit_lines")
        rows = [form.cleaned_data for form in formset.forms] if formset else []
        return [row for row in rows if row.get("hours") and not row.get("DELETE")]
