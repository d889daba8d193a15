"""What a marker fills in: a level per row of the frozen rubric, or a percentage, and words for the learner."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django import forms

from quizzes.models import Mark, QuestionVersion
from quizzes.questions.base import WHOLE, to_ppm
from quizzes.questions.rubrics import rubric_fraction
from quizzes.rules.marking import PPM_PER_PERCENT
from quizzes.services.marking import Judgment

ROW = "row-"
MAX_COMMENT = 5000


def percent_field(**more: Any) -> forms.DecimalField:
    """A share of the points, as people say it."""
    return forms.DecimalField(
        label="Percent of the points", min_value=0, max_value=100, max_digits=7, decimal_places=4, **more
    )


def ppm_of_percent(percent: Decimal) -> int:
    """A percentage in millionths: exact, because it has four places at most."""
    return to_ppm(Fraction(percent) / 100)


def percent_of_ppm(ppm: int) -> Decimal:
    """The same, back."""
    return (Decimal(ppm) / PPM_PER_PERCENT).normalize()


class JudgmentForm(forms.Form):
    """One answer's mark. A draft may be unfinished; a mark that is given may not."""

    comment = forms.CharField(
        label="Comment",
        required=False,
        max_length=MAX_COMMENT,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="The learner reads it with the result.",
    )

    def __init__(self, *args: Any, version: QuestionVersion, public: Mapping[str, Any], give: bool, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.rows = public.get("rubric") or []
        notes = version.key.get("row_notes") or {}
        for row in self.rows:
            levels = [(level["id"], f"{level['title']} ({level['points']})") for level in row["levels"]]
            field = forms.ChoiceField(label=row["title"], choices=levels, required=give, widget=forms.RadioSelect)
            field.help_text = row.get("description", "")
            field.marker_note = notes.get(row["id"], "")  # type: ignore[attr-defined]
            self.fields[f"{ROW}{row['id']}"] = field
        if not self.rows:
            self.fields["percent"] = percent_field(required=give)
        self.order_fields([*(name for name in self.fields if name != "comment"), "comment"])

    @property
    def chosen(self) -> dict[str, str]:
        """Row -> level, of the rows that have one."""
        return {row["id"]: found for row in self.rows if (found := self.cleaned_data.get(f"{ROW}{row['id']}"))}

    @property
    def judgment(self) -> Judgment:
        """What the marker decided so far."""
        return Judgment(fraction_ppm=self._fraction(), rubric=self.chosen, comment=self.cleaned_data["comment"])

    def _fraction(self) -> int | None:
        if not self.rows:
            percent = self.cleaned_data.get("percent")
            return None if percent is None else ppm_of_percent(percent)
        return to_ppm(rubric_fraction(self.rows, self.chosen)) if len(self.chosen) == len(self.rows) else None


def initial_of(draft: Mark | None) -> dict[str, Any]:
    """The form as it was left."""
    if draft is None:
        return {}
    found: dict[str, Any] = {f"{ROW}{row}": level for row, level in draft.rubric.items()}
    if draft.fraction_ppm is not None:
        found["percent"] = percent_of_ppm(draft.fraction_ppm)
    return {**found, "comment": draft.comment}


class OverrideForm(forms.Form):
    """A person's mark in place of the one that stands."""

    percent = percent_field()
    reason = forms.CharField(
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="The learner reads it. It stays in the log of the try.",
    )

    @property
    def fraction_ppm(self) -> int:
        """In millionths."""
        return min(WHOLE, ppm_of_percent(self.cleaned_data["percent"]))
